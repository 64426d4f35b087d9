import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ActionError, messageOf } from '../action/errors.ts'
import { log } from '../action/log.ts'
import { replaceFile } from '../files/replace.ts'
import { RequestError } from '../http/errors.ts'
import { request } from '../http/request.ts'
import { joinWords } from '../text/list.ts'
import { sha256, sha256OfFile } from './digest.ts'
import { ownFolder } from './files.ts'
import { onPath } from './on-path.ts'
import { unpack } from './unpack.ts'

/** A program that only runs after its checksum was found right. */
export interface Tool {
  /** As on PATH, without `.exe`. */
  name: string
  version: string
  /** SHA-256 of the program itself: which one on PATH may be taken. */
  programs: readonly string[]
  /** The release archive for this machine; absent when there is none. */
  archive: { url: string; file: string; sha256: readonly string[]; member: string } | undefined
  /** What to do when it cannot be had, a sentence. */
  remedy: string
}

export interface Where {
  /** RUNNER_TEMP */
  temp: string
  env: NodeJS.ProcessEnv
  signal: AbortSignal
  /** ms for all of it */
  timeout: number
}

export interface VerifiedTool {
  /** Absolute. */
  path: string
  from: 'path' | 'tool-cache' | 'download'
}

/** Release archives are a quarter of that. */
const MAX_ARCHIVE = 268_435_456

/**
 * Finds a program: on PATH when its checksum is right, else in the runner's tool cache, else at its release page. What
 * is kept in the tool cache is the archive, which is verified again each time.
 *
 * @throws ActionError; nothing whose checksum is wrong has been run
 */
export async function verifiedTool(tool: Tool, where: Where): Promise<VerifiedTool> {
  const found = onPath(tool.name, where.env)
  if (found !== undefined) {
    const digest = await sha256OfFile(found, where.signal).catch(messageOf)
    if (tool.programs.includes(digest)) return { path: found, from: 'path' }
    log.info(`${found} is not the ${tool.name} ${tool.version} that is asked for (SHA-256 ${digest}).`)
  }
  const { archive } = tool
  if (archive === undefined) {
    throw new ActionError(
      `${tool.name} is not there`,
      `There is no ${tool.name} ${tool.version} for this machine. ${tool.remedy}`,
    )
  }
  const kept = cachePath(tool, archive.file, where.env)
  const cached = kept === undefined ? undefined : readVerified(kept, archive.sha256)
  const bytes = cached ?? (await download(tool, archive, where))
  if (cached === undefined && kept !== undefined) await keep(kept, bytes)
  const folder = ownFolder(where.temp, tool.name)
  const path = await unpack(bytes, archive.member, folder, where)
  return { path, from: cached === undefined ? 'download' : 'tool-cache' }
}

function cachePath({ name, version }: Tool, file: string, env: NodeJS.ProcessEnv): string | undefined {
  const root = env['RUNNER_TOOL_CACHE'] || env['AGENT_TOOLSDIRECTORY']
  return root ? join(root, `nexus-${name}`, version, file) : undefined
}

function readVerified(path: string, accepted: readonly string[]): Buffer | undefined {
  try {
    const bytes = readFileSync(path)
    if (accepted.includes(sha256(bytes))) return bytes
    log.info(`${path} is not what it was when it was kept, and is downloaded again.`)
  } catch {
    // Not kept yet, or not readable: both are no reason to stop.
  }
  return undefined
}

async function keep(path: string, bytes: Buffer): Promise<void> {
  try {
    await replaceFile(path, bytes, { makeFolders: true, replaceLink: true })
  } catch (error) {
    log.info(`It is not kept in the tool cache: ${messageOf(error)}.`)
  }
}

async function download(tool: Tool, archive: NonNullable<Tool['archive']>, where: Where): Promise<Buffer> {
  const { url, sha256: accepted } = archive
  const failed = (why: string): ActionError =>
    new ActionError(`${tool.name} could not be downloaded`, `${url}: ${why}. ${tool.remedy}`)
  log.info(`Downloading ${url}`)
  const { signal, timeout, env } = where
  const answer = await request({
    url: new URL(url),
    followRedirects: 5,
    maxBody: MAX_ARCHIVE,
    timeout,
    signal,
    env,
  }).catch((error: unknown) => {
    throw error instanceof RequestError ? failed(error.message) : error
  })
  if (answer.status !== 200) throw failed(`the answer was ${answer.status} ${answer.statusText}`.trim())
  if (answer.truncated) throw failed(`it is larger than ${MAX_ARCHIVE.toLocaleString('en')} bytes`)
  const digest = sha256(answer.body)
  if (accepted.includes(digest)) return answer.body
  throw new ActionError(
    'Wrong checksum',
    `${url}: expected SHA-256 ${joinWords(accepted, 'or')}, got ${digest}. It was not run. ` +
      'Somebody may have replaced the release: find out before you change the checksum.',
  )
}
