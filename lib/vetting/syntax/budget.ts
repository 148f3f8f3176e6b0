/** Thrown when a script takes longer to read than it may. */
export class OverBudget extends Error {}

/** A point in time by which reading must end. `spend` is called for every node and looks at the clock now and then. */
export class Budget {
  readonly #until: number
  #count = 0

  constructor(milliseconds: number) {
    this.#until = performance.now() + milliseconds
  }

  spend(): void {
    if ((++this.#count & 255) === 0 && this.over()) throw new OverBudget()
  }

  over(): boolean {
    return performance.now() > this.#until
  }
}
