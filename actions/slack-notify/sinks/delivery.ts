/** What came of one delivery. */
export interface Delivered {
  ok: boolean
  /** Of HTTP or SMTP; undefined when there was no answer. */
  status: number | undefined
  /** The service's own word, or one of ours; empty when all is well. */
  error: string
  /** What was wrong and what helps, in sentences; empty when all is well. */
  message: string
  /** Of a message in Slack, as far as it is known. */
  ts?: string
  threadTs?: string
  channelId?: string
  url?: string
}

/** How long everything may take, and what stops it. */
export interface Wire {
  /** On the clock of `performance.now()`. */
  deadline: number
  signal: AbortSignal
}

export const delivered = (status: number, more: Partial<Delivered> = {}): Delivered => ({
  ok: true,
  status,
  error: '',
  message: '',
  ...more,
})

export const undelivered = (error: string, message: string, status?: number): Delivered => ({
  ok: false,
  status,
  error,
  message,
})
