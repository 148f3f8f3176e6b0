import { expect, test } from 'vitest'
import { Places } from './places.ts'

const never = new AbortController().signal
const settled = async (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 5)),
  ])

test('places are given out in the order they were asked for', async () => {
  const places = new Places(1)
  const first = await places.take(never)
  const second = places.take(never)
  const third = places.take(never)
  expect(await settled(second)).toBe(false)
  first()
  first()
  expect(await settled(second)).toBe(true)
  expect(await settled(third)).toBe(false)
  ;(await second)()
  expect(await settled(third)).toBe(true)
})

test('who leaves the line gives up no one else’s place', async () => {
  const places = new Places(1)
  const first = await places.take(never)
  const controller = new AbortController()
  const leaving = places.take(controller.signal)
  const next = places.take(never)
  controller.abort(new Error('no more'))
  await expect(leaving).rejects.toThrow('no more')
  first()
  expect(await settled(next)).toBe(true)
  await expect(places.take(AbortSignal.abort(new Error('late')))).rejects.toThrow('late')
})
