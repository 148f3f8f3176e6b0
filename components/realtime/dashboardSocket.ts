'use client'

import { io, type Socket } from 'socket.io-client'

let shared: Socket | null = null

/** The one connection of this tab to the dashboard; opened at first need, kept for the tab's life. */
export function dashboardSocket(): Socket {
  shared ??= io('/dashboard', { path: '/socket.io', transports: ['websocket'], withCredentials: true })
  return shared
}

/** Opens the connection anew, so that the server reads the session that began or ended since. Does nothing while there is none. */
export function reconnectDashboard(): void {
  if (shared === null) return
  shared.disconnect()
  shared.connect()
}
