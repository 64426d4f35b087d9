import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs'
import { oneLine } from '../text/untrusted.ts'
import { reasonOf } from './errors.ts'
import { log } from './log.ts'
import { redact } from './secrets.ts'

/** The runner drops a step summary over 1 MiB as a whole, with an error. */
export const SUMMARY_LIMIT = 1_048_576

/**
 * Appends Markdown blocks to the job summary. Blocks stand in order of importance: when they do not all fit, the
 * first that does not and all after it are left out, and a note says how many. Nothing happens outside a runner. A
 * summary that cannot be written is a warning: what the step has done stays done, and is in its outputs.
 */
export function writeSummary(blocks: readonly string[], env: NodeJS.ProcessEnv = process.env): void {
  const file = env['GITHUB_STEP_SUMMARY']
  if (!file) return
  try {
    append(file, blocks)
  } catch (error) {
    log.warning(
      'No job summary',
      `The job summary could not be written to ${oneLine(file, 300)} (GITHUB_STEP_SUMMARY): ${reasonOf(error)}. ` +
        'What this step found and did is in its log and outputs. Free space on the disk of the runner, or give it a work folder that it may write.',
    )
  }
}

function append(file: string, blocks: readonly string[]): void {
  // A FIFO that nobody reads is an error and not a wait.
  const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK = 0 } = constants
  const fd = openSync(file, O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK, 0o644)
  try {
    const room = SUMMARY_LIMIT - fstatSync(fd).size
    const bytes = Buffer.from(fitBlocks(blocks.map(redact), room))
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done)
  } finally {
    closeSync(fd)
  }
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
