import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { oneLine } from '../../../../../shared/text/untrusted.ts'
import type { ConnectOptions } from '../../../targets/target.ts'
import { runCommand } from '../programs.ts'

/** What nginx writes to its error log from now on. */
export interface ErrorLog {
  /** Forgets what stands there. */
  mark(signal: AbortSignal): Promise<void>
  /** What nginx has complained about since; undefined when it said nothing or cannot be read. */
  complaint(signal: AbortSignal): Promise<string | undefined>
}

const MOST = 65_536

/** @param path of the log, where `via` leads; without one nothing is known */
export function errorLog(path: string | undefined, options: ConnectOptions): ErrorLog {
  let seen: number | undefined
  const size = async (signal: AbortSignal): Promise<number> => {
    if (path === undefined) return 0
    if (options.via.length === 0) return (await stat(path)).size
    return Number.parseInt((await runCommand(options, ['wc', '-c', path], { signal })).stdout, 10)
  }
  const since = async (file: string, from: number, signal: AbortSignal): Promise<string> => {
    if (options.via.length > 0) {
      return (await runCommand(options, ['tail', '-c', `+${from + 1}`, file], { signal })).stdout
    }
    const chunks: Buffer[] = []
    for await (const chunk of createReadStream(file, { start: from, end: from + MOST })) chunks.push(chunk)
    return Buffer.concat(chunks).toString('utf8')
  }
  return {
    async mark(signal) {
      // A log that is not there yet begins at 0.
      seen = path === undefined ? undefined : await size(signal).catch(() => 0)
    },
    async complaint(signal) {
      if (path === undefined || seen === undefined) return undefined
      const end = await size(signal).catch(() => 0)
      // Shorter than before: it was rotated.
      const text = await since(path, end < seen ? 0 : Math.max(seen, end - MOST), signal).catch(() => '')
      return complaintIn(text)
    },
  }
}

/** The last thing that kept nginx from taking a configuration; pure. */
export function complaintIn(text: string): string | undefined {
  const lines = text.split('\n').filter((line) => /\[(?:emerg|alert|crit)\]/.test(line))
  // "still could not bind()" comes last, and the line before says to what.
  const last = lines.findLast((line) => !line.includes('still could not bind')) ?? lines.at(-1)
  return last === undefined
    ? undefined
    : oneLine(last.replace(/^.*?\[(\w+)\] [\d#]+: (?:\*\d+ )?/, '$1: '), 300)
}
