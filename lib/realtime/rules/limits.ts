/** How much one peer may send, hold and ask for. Bytes and milliseconds unless named. */
export const LIMITS = {
  /** Largest message on a connection that speaks for a node, and the hard limit of the engine below. */
  workerMessageBytes: 1024 * 1024,
  /** Largest message on a dashboard's connection. */
  dashboardMessageBytes: 64 * 1024,
  worker: {
    messagesPerSecond: 200,
    messageBurst: 1000,
    bytesPerSecond: 4 * 1024 * 1024,
    byteBurst: 16 * 1024 * 1024,
  },
  dashboard: { messagesPerSecond: 20, messageBurst: 100, bytesPerSecond: 32 * 1024, byteBurst: 256 * 1024 },
  /** What may wait for a peer that reads slowly before it is cut off. */
  workerBacklogBytes: 8 * 1024 * 1024,
  dashboardBacklogBytes: 1024 * 1024,
  /** Logs are read from the database again rather than queued: no more than so much waits for a browser. */
  logBacklogBytes: 128 * 1024,
  /** A connection that has not proved a node's key by then is closed. */
  authenticateWithin: 10_000,
  /** A grant unanswered for so long was not heard. */
  grantAnswerWithin: 5_000,
  /** Messages of one node in work at a time. */
  pendingPerWorker: 128,
  watchesPerSocket: 20,
} as const
