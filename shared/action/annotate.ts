import * as core from '@actions/core'
import { safe } from './log.ts'

/** Where an annotation is shown, next to the line of a file in the repository. */
export interface Place {
  /** Relative to the repository. */
  file: string
  /** From 1. */
  line?: number | undefined
}

/** A notice or a warning beside a line of code; redacted and made inert like everything that is logged. */
export function annotate(
  kind: 'notice' | 'warning',
  title: string,
  text: string,
  place: Place | undefined,
): void {
  const where =
    place === undefined
      ? {}
      : { file: safe(place.file), ...(place.line === undefined ? {} : { startLine: place.line }) }
  const write = kind === 'notice' ? core.notice : core.warning
  write(safe(text), { title: safe(title), ...where })
}
