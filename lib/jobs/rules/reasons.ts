/** Why a lease was taken away, where another room decides by it. */

/** The chain took the award or the draw back: nothing that the node did, so it may be awarded the job again. */
export const REORGANISED = 'the chain was reorganised'
