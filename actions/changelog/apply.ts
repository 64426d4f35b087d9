import { ActionError, messageOf } from '../../shared/action/errors.ts'
import { redact } from '../../shared/action/secrets.ts'
import type { Step } from '../../shared/action/step.ts'
import { writeFile } from './apply/file.ts'
import { applyRelease } from './apply/release.ts'
import type { Applied, Notes } from './model/plan.ts'
import type { Inputs } from './model.ts'
import { PATIENCE_MS } from './observe/checkout.ts'

/**
 * Carries out a plan: the file first, which is only on this machine, then the release. What has been done is told also
 * when the rest fails.
 */
export async function apply(plan: Notes, { token }: Inputs, step: Step): Promise<Applied> {
  const workspace = step.context.workspace || process.cwd()
  const connect = step.connect(token, PATIENCE_MS)
  const done: Applied = { releaseChanged: false }
  try {
    if (plan.file !== undefined) {
      const changed = plan.file.before !== plan.file.after
      if (changed) await writeFile(plan.file, workspace)
      done.file = { path: plan.file.path, changed }
    }
    if (plan.release !== undefined && connect !== undefined) {
      const { release, changed } = await applyRelease(plan.release, await connect())
      if (release !== undefined) done.release = release
      done.releaseChanged = changed
    }
  } catch (error) {
    const title = error instanceof ActionError ? error.title : 'Unexpected error'
    // A server may repeat what it was sent; once escaped for the summary nobody would know it for the token.
    done.failure = { title, message: redact(messageOf(error)) }
  }
  return done
}
