import { expect, it } from 'vitest'
import { nodeStatus } from './status.ts'

const live = {
  active: true,
  bond: 1n,
  connected: true,
  silentSeconds: 1,
  draining: false,
  silenceSeconds: 8,
}

it('a node is live while its heartbeats come, and takes no new work when its owner or its worker says so', () => {
  expect(nodeStatus(live)).toBe('live')
  expect(nodeStatus({ ...live, silentSeconds: 8.5 })).toBe('silent')
  expect(nodeStatus({ ...live, connected: false })).toBe('offline')
  expect(nodeStatus({ ...live, connected: false, silentSeconds: null })).toBe('offline')
  expect(nodeStatus({ ...live, draining: true })).toBe('draining')
  expect(nodeStatus({ ...live, active: false })).toBe('draining')
  expect(nodeStatus({ ...live, active: false, bond: 0n })).toBe('left')
})
