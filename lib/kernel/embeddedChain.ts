/** The chain that `npm start` runs itself: the only one with test money, known keys and blocks made to order. */
export const EMBEDDED_CHAIN_ID = 31_337
