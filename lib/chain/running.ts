/** Something that runs until it is stopped, and says how it is. */
export interface Running {
  stop(): Promise<void>
  health(): { ok: boolean; detail: string }
}
