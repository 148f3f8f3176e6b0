/** What a peer may send: messages and bytes refill with time, a burst is allowed, more is not. Pure but for the clock given. */
export interface Rates {
  readonly messagesPerSecond: number
  readonly messageBurst: number
  readonly bytesPerSecond: number
  readonly byteBurst: number
}

/** Returns a function that takes one message of so many bytes out of the budget, and says whether it was within it. */
export function createBudget(
  rates: Rates,
  now: () => number = () => performance.now(),
): (bytes: number) => boolean {
  let messages = rates.messageBurst
  let bytes = rates.byteBurst
  let last = now()
  return (size) => {
    const at = now()
    const seconds = Math.max(0, at - last) / 1000
    last = at
    messages = Math.min(rates.messageBurst, messages + seconds * rates.messagesPerSecond) - 1
    bytes = Math.min(rates.byteBurst, bytes + seconds * rates.bytesPerSecond) - size
    return messages >= 0 && bytes >= 0
  }
}
