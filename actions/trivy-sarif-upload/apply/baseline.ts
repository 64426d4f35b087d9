import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { writeWhole } from '../../../shared/tool/files.ts'
import type { BaselineCache } from '../code-scanning/model.ts'
import { LONGEST_MS, within } from '../observe/cache.ts'

/** Keeps a baseline for the runs that come. Trouble is told and is no reason to stop. */
export async function saveBaseline({ path, key }: BaselineCache, text: string): Promise<void> {
  const { saveCache, isFeatureAvailable } = await import('@actions/cache')
  if (!isFeatureAvailable()) return
  mkdirSync(dirname(path), { recursive: true })
  writeWhole(path, Buffer.from(text))
  await within(LONGEST_MS, saveCache([path], key), 'The baseline was not kept')
}
