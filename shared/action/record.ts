import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as core from '@actions/core'
import { ActionError, messageOf } from './errors.ts'
import { log } from './log.ts'

/** Loaded on use: few steps keep anything. */
const crypto = (): typeof import('node:crypto') => process.getBuiltinModule('node:crypto')

const KEY_FILE = 'nexus-actions.key'
const KEY_BYTES = 32

/** What stands in the state of a step: the value as JSON, and the proof that this very step wrote it. */
interface Envelope {
  value: string
  proof: string
}

/**
 * Keeps a JSON value for the post step of this very step. Anybody can set `STATE_…` through the job's environment, so
 * the value carries a proof: an HMAC with a secret of this job, over the value and the step that it belongs to. The
 * runner shows state in debug logs and keeps it on disk: never put a secret in it.
 *
 * @throws ActionError when it cannot be kept; then the post step would know nothing
 */
export function keepRecord(name: string, value: unknown, env: NodeJS.ProcessEnv = process.env): void {
  const text = JSON.stringify(value)
  try {
    const proof = prove(jobKey(env, 'make'), [name, ...step(env), text])
    core.saveState(name, JSON.stringify({ value: text, proof } satisfies Envelope))
  } catch (error) {
    throw new ActionError(
      'State could not be saved',
      `What the post step needs could not be kept: ${messageOf(error)}. ` +
        'Give the runner a writable work folder (RUNNER_TEMP, GITHUB_STATE) with free space.',
      { cause: error },
    )
  }
}

/**
 * What the main phase of this very step kept under this name. What is not proved to come from it is as if it were not
 * there, and a warning says so.
 */
export function readRecord(name: string, env: NodeJS.ProcessEnv = process.env): unknown {
  const given = env[`STATE_${name}`]
  if (!given) return undefined
  const envelope = parse(given)
  let key: Buffer | undefined
  try {
    key = envelope === undefined ? undefined : jobKey(env, 'read')
  } catch {
    // Without the secret nothing can be proved.
  }
  if (
    envelope === undefined ||
    key === undefined ||
    !isProved(key, [name, ...step(env), envelope.value], envelope.proof)
  ) {
    log.warning(
      'Not our state',
      `STATE_${name} was not written by the main phase of this step, so it is not believed. ` +
        'Something in this job sets it in the environment (GITHUB_ENV): find out what.',
    )
    return undefined
  }
  return JSON.parse(envelope.value)
}

/** An HMAC (SHA-256, hexadecimal) over a list of texts, whose borders count. */
export function prove(key: Buffer, parts: readonly string[]): string {
  return crypto().createHmac('sha256', key).update(JSON.stringify(parts)).digest('hex')
}

/** Whether a proof is that of {@link prove}. */
export function isProved(key: Buffer, parts: readonly string[], proof: unknown): boolean {
  if (typeof proof !== 'string') return false
  const right = Buffer.from(prove(key, parts))
  const given = Buffer.from(proof)
  return right.length === given.length && crypto().timingSafeEqual(right, given)
}

/**
 * A secret of 32 bytes in a file that only this account can read. `make` makes one where there is none.
 *
 * @throws Error when there is none, or the file is not ours alone: a link, readable by others, of another length
 */
export function secretKey(path: string, mode: 'make' | 'read'): Buffer {
  // A FIFO in its place would be waited for.
  const { O_CREAT, O_EXCL, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY, O_WRONLY } = constants
  if (mode === 'make') {
    try {
      const file = openSync(path, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600)
      try {
        writeSync(file, crypto().randomBytes(KEY_BYTES))
      } finally {
        closeSync(file)
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  const file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  try {
    const { mode: rights, uid, size } = fstatSync(file)
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (rights & 0o077) === 0)
    if (!isOurs || size !== KEY_BYTES) throw new Error(`${path} is not a secret of this account alone`)
    const key = Buffer.alloc(KEY_BYTES)
    if (readSync(file, key, 0, KEY_BYTES, 0) !== KEY_BYTES) throw new Error(`${path} cannot be read`)
    return key
  } finally {
    closeSync(file)
  }
}

function jobKey(env: NodeJS.ProcessEnv, mode: 'make' | 'read'): Buffer {
  const temp = env['RUNNER_TEMP']
  if (!temp) throw new Error('RUNNER_TEMP is not set')
  return secretKey(join(temp, KEY_FILE), mode)
}

/** What a record belongs to: this step of this attempt of this run. */
function step(env: NodeJS.ProcessEnv): string[] {
  const names = ['GITHUB_REPOSITORY', 'GITHUB_RUN_ID', 'GITHUB_RUN_ATTEMPT', 'GITHUB_JOB', 'GITHUB_ACTION']
  return names.map((name) => env[name] ?? '')
}

function parse(text: string): Envelope | undefined {
  try {
    const { value, proof } = (JSON.parse(text) ?? {}) as Partial<Envelope>
    return typeof value === 'string' && typeof proof === 'string' ? { value, proof } : undefined
  } catch {
    return undefined
  }
}
