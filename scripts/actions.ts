import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'yaml'

export const ROOT = resolve(import.meta.dirname, '..')

/** What this repository is called in a `uses:` line. */
export const REPOSITORY = 'org/nexus-actions'

/** The parts of an action.yml that the scripts and tests read. */
export interface Manifest {
  name: string
  description: string
  inputs?: Record<string, { description: string; required?: boolean; default?: string }>
  outputs?: Record<string, { description: string }>
  runs: { using: string; main: string; pre?: string; post?: string }
}

/** The folders below actions/ that can be built, in order. */
export function actionNames(root = ROOT): string[] {
  return readdirSync(join(root, 'actions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, 'actions', entry.name, 'main.ts')))
    .map((entry) => entry.name)
    .sort()
}

export function manifestText(action: string, root = ROOT): string {
  return readFileSync(join(root, 'actions', action, 'action.yml'), 'utf8')
}

export function readManifest(action: string, root = ROOT): Manifest {
  return parse(manifestText(action, root)) as Manifest
}
