import { isAbsolute, resolve } from 'node:path'
import { type InputReader, shown } from '../../../shared/action/inputs.ts'
import { contains } from '../../../shared/files/regular.ts'
import { parseList } from '../../../shared/text/list.ts'
import type { OutputFile } from '../model.ts'

const KINDS = ['json', 'csv', 'prom', 'svg'] as const

/** Paths to write to, each by its ending, inside the workspace or RUNNER_TEMP. */
export function readFiles(inputs: InputReader, env: NodeJS.ProcessEnv): OutputFile[] {
  const workspace = env['GITHUB_WORKSPACE'] ?? ''
  const folders = [workspace, env['RUNNER_TEMP'] ?? ''].filter((folder) => folder !== '')
  return parseList(inputs.text('format-file') ?? '').flatMap((text) => {
    const kind = KINDS.find((ending) => text.toLowerCase().endsWith(`.${ending}`))
    const path = isAbsolute(text) ? text : resolve(workspace || '.', text)
    if (kind === undefined) {
      inputs.add('format-file', `${shown(text)} does not end in .json, .csv, .prom or .svg.`)
      return []
    }
    if (folders.length > 0 && !folders.some((folder) => contains(folder, path))) {
      inputs.add('format-file', `${shown(text)} lies outside the workspace.`)
      return []
    }
    return [{ path, kind }]
  })
}
