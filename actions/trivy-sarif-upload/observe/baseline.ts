import { relative, resolve } from 'node:path'
import { ActionError, messageOf } from '../../../shared/action/errors.ts'
import { contains } from '../../../shared/files/regular.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Base, BaselineCache, Known } from '../code-scanning/model.ts'
import { unsplit } from '../code-scanning/parts.ts'
import { analysesWords } from '../code-scanning/words.ts'
import type { Trouble } from '../model.ts'
import type { Checkout } from '../sarif/layout.ts'
import type { Analysis, Finding } from '../sarif/model.ts'
import type { FilesAt } from './base-files.ts'
import { restoreBaseline } from './baseline-cache.ts'
import { prepare } from './prepare.ts'
import { withResults } from './reports/read.ts'
import { readJson, usable } from './sarif-file.ts'
import { steeringReader } from './steering.ts'
import type { SteeringBase } from './steering-base.ts'

/** A baseline is a report: far larger than what else steers a gate. */
const MAX_BYTES = 32 * 1_048_576

export interface BaselineScene {
  /** Analyses of this run. */
  analyses: readonly Analysis[]
  /** Of runs that bring none. */
  category: string
  checkout: Checkout
  /** Top of the checkout. */
  root: string
  workspace: string
  temp: string
  /** Names this attempt of this run. */
  run: string
  /** A change must not bring the baseline that it is judged by. */
  steering: SteeringBase
  atBase: FilesAt | undefined
}

export interface Baseline {
  base: Base
  /** Only with `cache`. */
  cache: BaselineCache | undefined
  /** Red: it is there, but cannot be used. */
  troubles: readonly Trouble[]
}

/**
 * Findings that count as known, from a SARIF file or the Actions cache. Where there is none every finding is new, and a
 * sentence says so.
 *
 * @param where the input: `cache`, or a path
 */
export async function readBaseline(where: string, scene: BaselineScene): Promise<Baseline> {
  const { analyses } = scene
  if (where !== 'cache') return readFile(where, scene)
  const found = await restoreBaseline(scene.temp, scene.category, scene.run)
  if (found.known !== undefined)
    return { base: heldAgainst(found.known, analyses), cache: found.cache, troubles: [] }
  const said = ['There is no baseline in the Actions cache yet: every finding is new.']
  return { base: { known: [], without: analyses, said }, cache: found.cache, troubles: [] }
}

async function readFile(where: string, scene: BaselineScene): Promise<Baseline> {
  const { analyses, category, checkout, root, workspace, temp, steering, atBase } = scene
  const without = (said: string[], troubles: Trouble[] = []): Baseline => ({
    base: { known: [], without: analyses, said },
    cache: undefined,
    troubles,
  })
  const name = oneLine(where, 200)
  const path = resolve(workspace, where)
  const reader = steeringReader(steering, { root, workspace, maxBytes: MAX_BYTES }, atBase)
  const read = async (): Promise<unknown> => {
    if (!contains(root, path)) {
      const found = readJson(path, where, { workspace, temp })
      return found.found ? found.value : undefined
    }
    const text = await reader.read({ name: relative(root, path) || '.', input: undefined })
    return text === undefined ? undefined : parsed(text, name)
  }
  try {
    const value = await read()
    if (value === undefined)
      return without([...reader.said, `There is no baseline "${name}": every finding is new.`])
    const { log } = usable(value, where)
    const { runs } = withResults(log)
    const logs = [{ log: { ...log, runs }, source: where, origin: 'sarif-file' as const }]
    // The sources of then are not there any more: no line of today is like one of then because of its number.
    const { findings } = prepare(logs, { category, checkout, isPast: true })
    const base = heldAgainst(findings, analyses)
    return { base: { ...base, said: [...reader.said, ...base.said] }, cache: undefined, troubles: [] }
  } catch (error) {
    if (!(error instanceof ActionError)) throw error
    const message = `baseline: ${error.message} Every finding is new.`
    return without(reader.said, [{ title: error.title, message }])
  }
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new ActionError('Not valid SARIF', `"${name}" is not JSON (${messageOf(error)}).`)
  }
}

/**
 * The findings of a baseline as those of the analyses that they are held against: of the same tool and category, or of the
 * one category that the baseline has of the tool, whatever its name.
 */
function heldAgainst(findings: readonly (Known | Finding)[], analyses: readonly Analysis[]): Base {
  const known: Known[] = []
  const without: Analysis[] = []
  const said: string[] = []
  for (const analysis of analyses) {
    const ofTool = findings.filter(({ tool }) => tool.toLowerCase() === analysis.tool.toLowerCase())
    const categories = new Set(ofTool.map(({ category }) => unsplit(category)))
    const words = analysesWords({ analyses: [analysis] })
    const isOnly = analyses.filter(({ tool }) => tool === analysis.tool).length === 1
    const from = categories.has(analysis.category)
      ? analysis.category
      : categories.size === 1 && isOnly
        ? [...categories][0]
        : undefined
    const own = ofTool.filter(({ category }) => unsplit(category) === from)
    if (own.length === 0) {
      without.push(analysis)
      said.push(`The baseline has no finding of ${words}: every finding is new.`)
      continue
    }
    for (const { rule, path, message, fingerprints } of own)
      known.push({ tool: analysis.tool, category: analysis.category, rule, path, message, fingerprints })
    said.push(`${words} is compared with the baseline (${own.length.toLocaleString('en')} known).`)
  }
  return { known, without, said }
}
