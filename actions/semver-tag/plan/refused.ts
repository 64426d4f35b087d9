/** The step fails with this. */
export interface Refusal {
  kind: 'refused'
  title: string
  reason: string
}

/** A failure for the person at the keyboard: the title in a few words, the reason with what to do next. */
export function refused(title: string, reason: string): Refusal {
  return { kind: 'refused', title, reason }
}
