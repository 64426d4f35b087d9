import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { oneLine } from '../text/untrusted.ts'
import type { RunContext } from './context.ts'
import { redact } from './secrets.ts'

const FILE = 'nexus-story.jsonl'
/** Of the file, in bytes; more steps than fit into it tell nothing. */
const MAX_FILE = 65_536
/** Of one text, in characters. */
const MAX_TEXT = 500

/** What one step of this job found or did, in one line. */
export interface StoryLine {
  /** `health-check` */
  action: string
  /** One word of the action's own: `healthy`, `rolled-back`, `failed`, `released` … */
  outcome: string
  /** One sentence for people, without secrets. */
  text: string
}

/**
 * Leaves one line for later steps of this job (slack-notify tells it). It is a courtesy: where it cannot be written,
 * nothing happens. The text is redacted, put on one line and cut at 500 characters.
 */
export function tellStory({ temp }: RunContext, { action, outcome, text }: StoryLine): void {
  if (temp === '') return
  const told = { action, outcome, text: oneLine(redact(text), MAX_TEXT) }
  // A FIFO in its place would be waited for.
  const { O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_WRONLY } = constants
  try {
    const file = openSync(join(temp, FILE), O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_WRONLY, 0o600)
    try {
      const stat = fstatSync(file)
      const line = `${JSON.stringify(told)}\n`
      if (stat.isFile() && stat.size + Buffer.byteLength(line) <= MAX_FILE) writeSync(file, line)
    } finally {
      closeSync(file)
    }
  } catch {
    // A full disk, say.
  }
}

/**
 * What the steps of this job before this one left, in order. Any program of the job can write there: every text is
 * untrusted, one line, and at most 500 characters long. What is not such a line is passed over.
 */
export function readStory({ temp }: RunContext): StoryLine[] {
  if (temp === '') return []
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants
  try {
    const file = openSync(join(temp, FILE), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      if (!fstatSync(file).isFile()) return []
      const bytes = Buffer.alloc(MAX_FILE)
      const length = readSync(file, bytes, 0, MAX_FILE, 0)
      return bytes.toString('utf8', 0, length).split('\n').flatMap(storyLine)
    } finally {
      closeSync(file)
    }
  } catch {
    return []
  }
}

function storyLine(line: string): StoryLine[] {
  try {
    const { action, outcome, text } = (JSON.parse(line) ?? {}) as Record<string, unknown>
    if (typeof action !== 'string' || typeof outcome !== 'string' || typeof text !== 'string') return []
    if (!/^[a-z-]{1,40}$/.test(action) || !/^[a-z-]{1,40}$/.test(outcome)) return []
    return [{ action, outcome, text: oneLine(text, MAX_TEXT) }]
  } catch {
    return []
  }
}
