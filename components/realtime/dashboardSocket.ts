'use client'

import { io, type Socket } from 'socket.io-client'

let shared: Socket | null = null

/** The one connection of this tab to the dashboard; opened at first need, kept for the tab's life. */
export function dashboardSocket(): Socket {
  shared ??= io('/dashboard', { path: '/socket.io', transports: ['websocket'], withCredentials: true })
  return shared
}
