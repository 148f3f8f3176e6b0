/**
 * The rules of staking computed the long way, day by day and account by account, from protocol.md alone: nothing is
 * postponed, packed or averaged but where the rules say so. Amounts in wei, times in seconds.
 */
import type { Move } from './moves.ts'

const YEAR = 31_536_000n
const DAY = 86_400n
const LEVELS = [10_000n, 11_000n, 12_500n, 15_000n, 17_500n, 20_000n] as const

export type Person = {
  counted: bigint
  added: bigint
  /** At the start of the day, at most a year. */
  age: bigint
  active: boolean
  level: bigint
  boost: bigint
  named: boolean
  nodeLevel: bigint
  nodeUntil: bigint
  boostedAt: bigint
  streak: bigint
  earned: bigint
  paid: bigint
}

export class StakingReference {
  readonly people: Person[]
  day: bigint
  /** Arrived before today and not shared. */
  waiting = 0n
  arrived = 0n
  received = 0n
  paid = 0n
  pot = 0n
  opened = false
  /** What rounding kept of ended days' pots. */
  remainders = 0n

  constructor(accounts: number, day: bigint) {
    this.day = day
    this.people = Array.from({ length: accounts }, () => ({
      counted: 0n,
      added: 0n,
      age: 0n,
      active: false,
      level: 0n,
      boost: 0n,
      named: false,
      nodeLevel: 0n,
      nodeUntil: 0n,
      boostedAt: 0n,
      streak: 0n,
      earned: 0n,
      paid: 0n,
    }))
  }

  person(who: number): Person {
    const person = this.people[who]
    if (person === undefined) throw new Error(`no account ${who}`)
    return person
  }

  mayActivate = (who: number): boolean => !this.person(who).active && this.person(who).counted > 0n

  mayBoost = (who: number, time: bigint): boolean =>
    this.person(who).counted > 0n && time - this.person(who).boostedAt >= DAY

  /** The move as the rules have it, at `time`. It must be legal. */
  apply({ kind, who, value }: Move, time: bigint): void {
    const p = this.person(who)
    if (kind === 'stake') p.added += value
    else if (kind === 'unstake') {
      const fresh = value < p.added ? value : p.added
      p.added -= fresh
      p.counted -= value - fresh
    } else if (kind === 'activate') this.activate(p)
    else if (kind === 'boost') {
      const since = time - p.boostedAt
      p.streak = p.boostedAt > 0n && since <= 2n * DAY ? p.streak + 1n : 0n
      p.boostedAt = time
      const bonus = 1_000n + 200n * p.streak
      p.boost = bonus > 3_000n ? 3_000n : bonus
    } else if (kind === 'claim') {
      p.paid += p.earned
      this.paid += p.earned
      p.earned = 0n
    } else if (kind === 'name') {
      p.named = true
      this.lowerLevel(p)
    } else if (kind === 'standing') {
      p.nodeLevel = value & 0xffn
      p.nodeUntil = value >> 8n
      this.lowerLevel(p)
    } else {
      this.arrived += value
      this.received += value
    }
  }

  weightOf(p: Person): bigint {
    if (!p.active) return 0n
    const duration = 10_000n + (10_000n * p.age) / YEAR
    return (p.counted * duration * (LEVELS[Number(p.level)] ?? 0n) * (10_000n + p.boost)) / 10_000n ** 3n
  }

  /** Shares today's pot, and begins the next day. */
  endDay(): void {
    const active = this.people.filter((p) => p.active)
    const total = active.reduce((sum, p) => sum + this.weightOf(p), 0n)
    if (total > 0n) {
      let left = this.pot
      for (const p of active) {
        const reward = (this.pot * this.weightOf(p)) / total
        p.earned += reward
        left -= reward
      }
      if (left >= BigInt(active.length)) throw new Error(`a remainder of ${left} wei among ${active.length}`)
      this.remainders += left
    } else this.waiting += this.pot
    this.waiting += this.arrived
    this.pot = 0n
    this.arrived = 0n
    this.opened = false
    for (const p of this.people) nextDay(p)
    this.day += 1n
  }

  private activate(p: Person): void {
    if (!this.opened) {
      this.opened = true
      this.pot = this.waiting
      this.waiting = 0n
    }
    p.active = true
    p.level = this.levelNow(p)
  }

  private levelNow = (p: Person): bigint => (p.named && this.day <= p.nodeUntil ? p.nodeLevel : 0n)

  private lowerLevel(p: Person): void {
    const now = this.levelNow(p)
    if (now < p.level) p.level = now
  }
}

function nextDay(p: Person): void {
  p.active = false
  p.boost = 0n
  p.level = 0n
  if (p.counted === 0n && p.added === 0n) return
  p.age = p.age + DAY > YEAR ? YEAR : p.age + DAY
  if (p.added === 0n) return
  p.age = (p.age * p.counted) / (p.counted + p.added)
  p.counted += p.added
  p.added = 0n
}
