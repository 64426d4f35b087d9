import { mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { messageOf } from '../../shared/action/errors.ts'
import type { Connect, Step } from '../../shared/action/step.ts'
import { contains } from '../../shared/files/regular.ts'
import { writeWhole } from '../../shared/tool/files.ts'
import { documentsOf } from './apply/documents.ts'
import type { Applied, Inputs, Plan, Trouble, UploadDocument } from './model.ts'

type Draft = { -readonly [key in keyof Applied]: Applied[key] }

/** Everything that the parts of applying need. */
interface Work {
  plan: Plan
  inputs: Inputs
  step: Step
  connect: Connect | undefined
  documents: readonly UploadDocument[]
  done: Draft
  troubles: Trouble[]
  warnings: string[]
}

/** One thing that is done, in this order; `title` is for what goes wrong with it. */
interface Act {
  title: string
  /** Whether there is anything to do, once what comes before is done. */
  when: (work: Work) => boolean
  act: (work: Work) => Promise<void> | void
}

const isOnline = ({ inputs, connect }: Work): boolean => !inputs.dryRun && connect !== undefined
const isUploaded = ({ plan, documents }: Work): boolean => plan.upload.go && documents.length > 0

const ACTS: readonly Act[] = [
  {
    title: 'The database was not kept',
    when: ({ plan }) => plan.database !== undefined,
    act: keepDatabase,
  },
  {
    title: 'The baseline was not kept',
    when: ({ inputs, plan }) => !inputs.dryRun && plan.keptBaseline !== undefined,
    act: keepBaseline,
  },
  {
    title: 'output-file was not written',
    when: ({ inputs }) => inputs.outputFile !== undefined,
    act: ({ done, inputs, documents, step }) => {
      const { gunzipSync } = process.getBuiltinModule('node:zlib')
      const contents = documents.map(
        ({ gzip }) =>
          () =>
            gunzipSync(gzip),
      )
      done.files = writeFiles(inputs.outputFile ?? '', contents, step.context)
    },
  },
  {
    title: 'sbom-file was not written',
    when: ({ inputs, plan }) => inputs.sbomFile !== undefined && plan.sboms.length > 0,
    act: ({ inputs, plan, step }) => {
      const contents = plan.sboms.map((path) => () => readFileSync(path))
      writeFiles(inputs.sbomFile ?? '', contents, step.context)
    },
  },
  {
    title: 'Upload failed',
    when: (work) => isUploaded(work) && work.connect === undefined,
    act: () => {
      throw new Error('It is not known to which repository: GITHUB_REPOSITORY is empty. Set `upload: never`.')
    },
  },
  { title: 'Upload failed', when: (work) => isOnline(work) && isUploaded(work), act: upload },
  {
    title: 'Alerts were not changed',
    when: (work) =>
      isOnline(work) &&
      work.done.uploads.some(({ status }) => status === 'complete') &&
      work.inputs.acceptMode === 'dismiss' &&
      work.plan.target.onDefaultBranch,
    act: syncAlerts,
  },
  {
    title: 'Issues were not written',
    when: (work) => isOnline(work) && work.plan.issues !== undefined,
    act: syncIssues,
  },
  {
    title: 'Analyses were not deleted',
    when: (work) =>
      isOnline(work) &&
      work.inputs.orphans === 'delete' &&
      work.plan.target.onDefaultBranch &&
      (work.plan.orphans ?? []).length > 0,
    act: removeOrphans,
  },
  {
    title: 'The comment was not written',
    when: (work) => isOnline(work) && work.plan.comment !== undefined,
    act: comment,
  },
]

/**
 * Carries out the plan: the file, the upload, alerts and issues. On a dry run only the file is written. Never throws:
 * whatever goes wrong is told, and hides neither findings nor gate.
 */
export async function apply(plan: Plan, inputs: Inputs, step: Step): Promise<Applied> {
  const done: Draft = {
    trimmed: [],
    uploads: [],
    dismissed: [],
    reopened: [],
    issues: [],
    orphansDeleted: [],
    commentUrl: undefined,
    analysisUrl: undefined,
    files: [],
    troubles: [],
    warnings: [],
  }
  const { documents, trimmed, refused } = await documentsOf(plan.send, inputs)
  const troubles: Trouble[] = refused === undefined ? [] : [refused]
  const warnings: string[] = []
  const connect = step.connect(inputs.token, PATIENCE_MS + inputs.waitTimeout)
  const work: Work = {
    plan,
    inputs,
    step,
    connect,
    documents,
    done: { ...done, trimmed },
    troubles,
    warnings,
  }
  for (const { title, when, act } of ACTS) {
    if (!when(work)) continue
    try {
      await act(work)
    } catch (error) {
      troubles.push({ title, message: messageOf(error) })
    }
  }
  return { ...work.done, troubles, warnings }
}

/** Around the waiting for the verdict, ms: everything else that GitHub is asked for. */
export const PATIENCE_MS = 600_000

async function keepDatabase({ plan: { database }, step: { context } }: Work): Promise<void> {
  // Loaded on use: it brings the whole client of Azure's storage.
  const { saveDatabase } = await import('./apply/cache.ts')
  if (database !== undefined) await saveDatabase(database, context.eventName)
}

async function keepBaseline({ plan: { keptBaseline } }: Work): Promise<void> {
  const { saveBaseline } = await import('./apply/baseline.ts')
  if (keptBaseline !== undefined) await saveBaseline(keptBaseline.cache, keptBaseline.text)
}

async function upload({
  plan,
  inputs,
  step,
  connect,
  documents,
  done,
  troubles,
  warnings,
}: Work): Promise<void> {
  const { target } = plan
  const { context, signal, clock } = step
  const { rememberUploads, uploadedEarlier } = await import('./apply/earlier.ts')
  const own = { temp: context.temp, id: process.env['GITHUB_ACTION'] ?? '' }
  const earlier = uploadedEarlier(own, target, documents)
  if (earlier !== undefined) return void troubles.push(earlier)
  const { uploadAll } = await import('./apply/upload.ts')
  const { wait, waitTimeout } = inputs
  const options = { wait, waitTimeout, signal, clock, serverUrl: context.serverUrl, upload: inputs.upload }
  const sent = await uploadAll(await connected(connect), documents, target, options)
  const taken = sent.uploads.filter(({ sarifId }) => sarifId !== undefined)
  rememberUploads(
    own,
    target,
    taken.map(({ document }) => document),
  )
  Object.assign(done, { uploads: sent.uploads, analysisUrl: sent.analysisUrl, skipped: sent.skipped })
  troubles.push(...sent.troubles)
  warnings.push(...sent.warnings)
}

async function syncAlerts({ plan, step, connect, done, warnings }: Work): Promise<void> {
  const alerts = await import('./apply/alerts.ts')
  const github = await connected(connect)
  const { warnings: more, ...changed } = await alerts.syncAlerts(
    github,
    plan.findings,
    plan.target,
    step.signal,
  )
  Object.assign(done, changed)
  warnings.push(...more)
}

async function syncIssues({ plan, step, connect, done, troubles, warnings }: Work): Promise<void> {
  if (plan.issues === undefined) return
  const issues = await import('./apply/issues.ts')
  const synced = await issues.syncIssues(await connected(connect), plan.issues, step.signal)
  done.issues = synced.issues
  troubles.push(...synced.troubles)
  warnings.push(...synced.warnings)
}

async function removeOrphans({ plan: { orphans = [] }, step, connect, done, warnings }: Work): Promise<void> {
  const { deleteOrphans } = await import('./apply/orphans.ts')
  const { deleted, warnings: more } = await deleteOrphans(await connected(connect), orphans, step.signal)
  done.orphansDeleted = deleted
  warnings.push(...more)
}

async function comment({ plan, step, connect, done, warnings }: Work): Promise<void> {
  if (plan.comment === undefined) return
  const { writeComment } = await import('./apply/comment.ts')
  const { url, warning } = await writeComment(await connected(connect), plan.comment, step.signal)
  done.commentUrl = url
  if (warning !== undefined) warnings.push(warning)
}

function connected(connect: Connect | undefined): ReturnType<Connect> {
  if (connect === undefined) throw new Error('There is no token.')
  return connect()
}

/** One file for each content, for uploads as they are sent: `results.sarif`, `results.2.sarif`. */
function writeFiles(
  path: string,
  contents: readonly (() => Uint8Array)[],
  { workspace, temp }: Step['context'],
): string[] {
  const first = resolve(workspace || process.cwd(), path)
  const folder = dirname(first)
  const allowed = [workspace || process.cwd(), temp].filter((each) => each !== '')
  if (!allowed.some((each) => contains(resolve(each), first))) {
    throw new Error(`${first} is neither in the workspace nor in RUNNER_TEMP. Name a file there.`)
  }
  mkdirSync(folder, { recursive: true })
  const real = join(realpathSync(folder), basename(first))
  if (!allowed.some((each) => contains(realpathSync(each), real))) {
    throw new Error(`${first}: a symbolic link leads out of the workspace. Name another file.`)
  }
  const extension = extname(first)
  return contents.map((content, index) => {
    const file =
      index === 0 ? first : `${first.slice(0, first.length - extension.length)}.${index + 1}${extension}`
    // A link in its place is replaced, not followed.
    writeWhole(file, content())
    return file
  })
}
