import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'

/** An `action.yml`, as far as the runner reads it. */
export interface Manifest {
  folder: string
  name: string
  description: string
  inputs: ReadonlyMap<string, ManifestInput>
  outputs: ReadonlyMap<string, string>
  runs: { main: string; pre?: string; preIf: string; post?: string; postIf: string }
}

export interface ManifestInput {
  description: string
  /** May hold expressions; empty when there is none. */
  default: string
  deprecationMessage?: string
}

/** Where this repository's actions are. */
export const ACTIONS = resolve(import.meta.dirname, '../../../actions')

/**
 * Reads the action.yml of one of this repository's actions (its name) or of any folder (a path).
 *
 * @throws Error when there is none, or when it is no Node 24 action
 */
export function readManifest(action: string | { folder: string }): Manifest {
  const folder = typeof action === 'string' ? join(ACTIONS, action) : resolve(action.folder)
  const file = ['action.yml', 'action.yaml']
    .map((name) => join(folder, name))
    .find((path) => existsSync(path))
  if (file === undefined) throw new Error(`No action.yml in ${folder}.`)
  const yaml = parse(readFileSync(file, 'utf8')) as Record<string, Record<string, unknown> | undefined>
  const runs = (yaml['runs'] ?? {}) as Partial<Record<string, string>>
  if (runs['using'] !== 'node24') throw new Error(`${file}: runs.using is "${runs['using']}", not node24.`)
  if (!runs['main']) throw new Error(`${file}: runs.main is missing.`)
  return {
    folder,
    name: String(yaml['name'] ?? ''),
    description: String(yaml['description'] ?? ''),
    inputs: new Map(
      Object.entries(yaml['inputs'] ?? {}).map(([name, given]) => [name, readInput(file, name, given)]),
    ),
    outputs: new Map(
      Object.entries(yaml['outputs'] ?? {}).map(([name, given]) => [name, descriptionOf(given)] as const),
    ),
    runs: {
      main: runs['main'],
      ...(runs['pre'] ? { pre: runs['pre'] } : {}),
      ...(runs['post'] ? { post: runs['post'] } : {}),
      preIf: runs['pre-if'] ?? 'always()',
      postIf: runs['post-if'] ?? 'always()',
    },
  }
}

function readInput(file: string, name: string, given: unknown): ManifestInput {
  const input = (given ?? {}) as Record<string, unknown>
  const fallback = input['default'] ?? ''
  if (typeof fallback === 'object') throw new Error(`${file}: the default of ${name} is not a single value.`)
  const deprecated = input['deprecationMessage']
  return {
    description: descriptionOf(given),
    default: String(fallback),
    ...(typeof deprecated === 'string' ? { deprecationMessage: deprecated } : {}),
  }
}

function descriptionOf(given: unknown): string {
  return String((given as { description?: unknown } | null)?.description ?? '').trim()
}
