import { mkdirSync, realpathSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import type { RunContext } from '../../shared/action/context.ts'
import { messageOf } from '../../shared/action/errors.ts'
import { contains } from '../../shared/files/regular.ts'
import { writeWhole } from '../../shared/tool/files.ts'
import type { Applied, Inputs, Observation, Plan, Trouble } from './model.ts'
import type { Connect } from './observe.ts'

type Draft = { -readonly [key in keyof Applied]: Applied[key] }

/**
 * Carries out the plan: the file, the upload, alerts and issues. On a dry run only the file is written. Never throws:
 * whatever goes wrong is told, and hides neither findings nor gate.
 */
export async function apply(
  plan: Plan,
  inputs: Inputs,
  { target, database }: Observation,
  context: RunContext,
  connect: Connect | undefined,
  signal: AbortSignal,
): Promise<Applied> {
  const done: Draft = {
    ...{ uploads: [], dismissed: [], reopened: [], issues: [], analysisUrl: undefined, files: [] },
    ...{ troubles: [], warnings: [] },
  }
  const troubles: Trouble[] = []
  const warnings: string[] = []
  const attempt = async (title: string, act: () => Promise<void> | void): Promise<void> => {
    try {
      await act()
    } catch (error) {
      troubles.push({ title, message: messageOf(error) })
    }
  }
  const { outputFile, acceptMode, wait, waitTimeout, upload } = inputs
  if (database !== undefined) {
    // Loaded on use: it brings the whole client of Azure's storage.
    const { saveDatabase } = await import('./apply/cache.ts')
    await saveDatabase(database, context.eventName)
  }
  if (outputFile !== undefined) {
    await attempt('output-file was not written', () => {
      done.files = writeFiles(outputFile, plan, context)
    })
  }
  if (plan.upload.go && plan.documents.length > 0 && connect === undefined) {
    const message = 'It is not known to which repository: GITHUB_REPOSITORY is empty. Set `upload: never`.'
    troubles.push({ title: 'Upload failed', message })
  }
  if (!inputs.dryRun && connect !== undefined) {
    if (plan.upload.go && plan.documents.length > 0) {
      await attempt('Upload failed', async () => {
        const { rememberUploads, uploadedEarlier } = await import('./apply/earlier.ts')
        const step = { temp: context.temp, id: process.env['GITHUB_ACTION'] ?? '' }
        const earlier = uploadedEarlier(step, target, plan.documents)
        if (earlier !== undefined) return void troubles.push(earlier)
        const { uploadAll } = await import('./apply/upload.ts')
        const { serverUrl } = context
        const options = { wait, waitTimeout, signal, serverUrl, upload }
        const sent = await uploadAll(await connect(), plan.documents, target, options)
        const taken = sent.uploads.filter(({ sarifId }) => sarifId !== undefined)
        rememberUploads(
          step,
          target,
          taken.map(({ document }) => document),
        )
        Object.assign(done, { uploads: sent.uploads, analysisUrl: sent.analysisUrl, skipped: sent.skipped })
        troubles.push(...sent.troubles)
        warnings.push(...sent.warnings)
      })
    }
    const isIn = done.uploads.some(({ status }) => status === 'complete')
    if (isIn && acceptMode === 'dismiss' && target.onDefaultBranch) {
      await attempt('Alerts were not changed', async () => {
        const { syncAlerts } = await import('./apply/alerts.ts')
        const { warnings: more, ...alerts } = await syncAlerts(await connect(), plan.findings, target, signal)
        Object.assign(done, alerts)
        warnings.push(...more)
      })
    }
    const { issues } = plan
    if (issues !== undefined) {
      await attempt('Issues were not written', async () => {
        const { syncIssues } = await import('./apply/issues.ts')
        const synced = await syncIssues(await connect(), issues, signal)
        done.issues = synced.issues
        troubles.push(...synced.troubles)
        warnings.push(...synced.warnings)
      })
    }
  }
  return { ...done, troubles, warnings }
}

/** One file per upload, as it is sent: `results.sarif`, `results.2.sarif`. */
function writeFiles(path: string, { documents }: Plan, { workspace, temp }: RunContext): string[] {
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
  return documents.map(({ gzip }, index) => {
    const file =
      index === 0 ? first : `${first.slice(0, first.length - extension.length)}.${index + 1}${extension}`
    // A link in its place is replaced, not followed.
    writeWhole(file, process.getBuiltinModule('node:zlib').gunzipSync(gzip))
    return file
  })
}
