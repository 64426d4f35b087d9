import { appendFileSync, statSync } from 'node:fs'
import { redact } from './secrets.ts'

/** The runner drops a step summary over 1 MiB as a whole, with an error. */
export const SUMMARY_LIMIT = 1_048_576

/**
 * Appends Markdown blocks to the job summary. Blocks stand in order of importance: when they do not all fit, the
 * first that does not and all after it are left out, and a note says how many. Nothing happens outside a runner.
 *
 * @throws the system's error when the summary file cannot be written
 */
export function writeSummary(blocks: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  const file = env['GITHUB_STEP_SUMMARY']
  if (!file) return
  const used = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  appendFileSync(file, fitBlocks(blocks.map(redact), SUMMARY_LIMIT - used))
}

/** The blocks joined by blank lines within `limit` UTF-8 bytes; pure. */
export function fitBlocks(blocks: readonly string[], limit: number): string {
  const note = (left: number): string =>
    `> [!NOTE]\n> ${left} more ${left === 1 ? 'section' : 'sections'} left out: a job summary holds 1 MiB.\n\n`
  const room = limit - Buffer.byteLength(note(blocks.length))
  let text = ''
  let bytes = 0
  for (const [index, block] of blocks.entries()) {
    const next = `${block}\n\n`
    bytes += Buffer.byteLength(next)
    if (bytes > room)
      return Buffer.byteLength(text + note(1)) <= limit ? text + note(blocks.length - index) : ''
    text += next
  }
  return text
}
