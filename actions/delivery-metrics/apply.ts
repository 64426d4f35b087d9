import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf } from '../../shared/action/errors.ts'
import { replaceFile } from '../../shared/files/replace.ts'
import type { Applied, Inputs, Plan } from './model.ts'
import { contentOf } from './render/files.ts'

/** Writes the files of `format-file`, each as a whole; what cannot be written is told, and the others are written. */
export async function apply(plan: Plan, { files, period }: Inputs): Promise<Applied> {
  const applied: Applied = { written: [], failures: [] }
  for (const { path, kind } of files) {
    try {
      await mkdir(dirname(path), { recursive: true })
      await replaceFile(path, contentOf(kind, plan, period))
      applied.written.push(path)
    } catch (error) {
      applied.failures.push(`format-file: ${path} could not be written: ${messageOf(error)}.`)
    }
  }
  return applied
}
