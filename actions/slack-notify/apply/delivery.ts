import type { Delivered } from '../model.ts'

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
