import { plural } from '../../../shared/text/list.ts'
import type { Inputs, Sendable, Trouble, UploadDocument } from '../model.ts'
import {
  count,
  LIMITS,
  limitLists,
  limitResults,
  limitRules,
  name,
  type Part,
  type Rank,
  withoutHelp,
  worstFirst,
} from '../sarif/limits.ts'
import type { Trimmed } from '../sarif/model.ts'
import { splitRun } from '../sarif/split.ts'
import { pack, packWhatFits } from './pack.ts'

/** What is sent, and what GitHub's limits did to it. */
export interface Documents {
  documents: readonly UploadDocument[]
  trimmed: readonly Trimmed[]
  /** With `oversize: fail`, when there is too much; then there are no documents. */
  refused: Trouble | undefined
}

/**
 * Makes the uploads out of runs, each within every limit that GitHub documents. Runs beyond 20, and those that are too
 * big together, go into further uploads; results are only left out where a single run is too big.
 */
export async function documentsOf(
  runs: readonly Sendable[],
  { oversize, splitParts }: Pick<Inputs, 'oversize' | 'splitParts'>,
): Promise<Documents> {
  const trimmed: Trimmed[] = []
  const whole = runs.map(({ run, analysis, findings }): Part => {
    const { tool, category } = analysis
    return { run, results: [...findings.keys()], tool, category }
  })
  if (oversize === 'fail') return allOrNothing(whole, trimmed)
  const documents: UploadDocument[] = []
  const troubles: string[] = []
  const ranks = new Map<Part, Rank>()
  const parts = whole.flatMap((part, index) => {
    const { findings, rank } = runs[index] as Sendable
    limitLists(part, false, trimmed)
    const split = oversize === 'split' ? splitRun(part, findings, splitParts ?? 2) : [part]
    return split.map((each) => {
      const limited = limitRules(limitResults(each, rank, trimmed), oversize === 'split', trimmed)
      ranks.set(limited, rank)
      return limited
    })
  })
  sayShown(parts, trimmed)
  if (parts.length > LIMITS.runs) trimmed.push(spread(parts.length))
  for (let at = 0; at < parts.length; at += LIMITS.runs) {
    documents.push(...(await packed(parts.slice(at, at + LIMITS.runs), ranks, trimmed, troubles)))
  }
  const refused =
    troubles.length === 0 ? undefined : { title: 'Report too big', message: troubles.join('\n') }
  return { documents, trimmed, refused }
}

async function allOrNothing(parts: readonly Part[], trimmed: Trimmed[]): Promise<Documents> {
  const none: Rank = () => 0
  if (parts.length > LIMITS.runs) trimmed.push(spread(parts.length))
  for (const part of parts) {
    limitLists(part, true, trimmed)
    limitResults(part, none, trimmed)
    limitRules(part, false, trimmed)
  }
  if (trimmed.length === 0) {
    const found = await pack(parts)
    if (found !== undefined) return { documents: [document(parts, found)], trimmed, refused: undefined }
    const had = parts.reduce((sum, { results }) => sum + results.length, 0)
    const said = `${plural(had, 'result')} are more than the 10 MB that GitHub takes (gzip).`
    trimmed.push({ what: 'bytes', had, limit: LIMITS.bytes, kept: 0, said })
  }
  const reasons = trimmed.map(
    ({ what, had, limit }) => `${count(had)} ${what}, where GitHub takes ${count(limit)}`,
  )
  const said = trimmed.at(-1)?.what === 'bytes' ? (trimmed.at(-1)?.said ?? '') : `${reasons.join('; ')}.`
  const message = `Nothing is uploaded (oversize: fail): ${said} Use \`oversize: trim\` or \`oversize: split\`, or scan in several jobs.`
  return { documents: [], trimmed: [], refused: { title: 'Report too big', message } }
}

/** These parts in as few uploads as their size allows. */
async function packed(
  parts: readonly Part[],
  ranks: ReadonlyMap<Part, Rank>,
  trimmed: Trimmed[],
  troubles: string[],
): Promise<UploadDocument[]> {
  const found = await pack(parts)
  if (found !== undefined) return [document(parts, found)]
  const [only] = parts
  if (parts.length > 1 || only === undefined) {
    const half = Math.ceil(parts.length / 2)
    return [
      ...(await packed(parts.slice(0, half), ranks, trimmed, troubles)),
      ...(await packed(parts.slice(half), ranks, trimmed, troubles)),
    ]
  }
  const sorted = { ...only, results: worstFirst(only.results, ranks.get(only) ?? (() => 0)) }
  const ordered = limitRules(sorted, true, [])
  const had = only.results.length
  const slim = await packWhatFits(ordered)
  const fitted = slim === undefined || slim.kept === 0 ? await packWhatFits(withoutHelp(ordered)) : slim
  if (fitted === undefined) {
    troubles.push(
      `${name(only)} is bigger than 10 MB (gzip) even without its results: its rules alone are too much for GitHub.`,
    )
    return []
  }
  const { kept } = fitted
  if (kept === 0 && had > 0) {
    // Without any result it would look clean, and close every alert.
    troubles.push(
      `${name(only)}: not even the worst of its ${plural(had, 'result')} fits into the 10 MB (gzip) that GitHub takes.`,
    )
    return []
  }
  const help = fitted === slim ? '' : ' and the help of its rules'
  const said = `${name(only)} has ${count(had)} results, more than the 10 MB that GitHub takes (gzip): the ${count(had - kept)} least severe${help} are not uploaded.`
  trimmed.push({ what: 'bytes', had, limit: LIMITS.bytes, kept, said })
  return [document([{ ...ordered, results: ordered.results.slice(0, kept) }], fitted)]
}

function document(parts: readonly Part[], { gzip, bytes }: { gzip: Buffer; bytes: number }): UploadDocument {
  return {
    ...{ gzip, bytes },
    analyses: parts.map(({ tool, category }) => ({ tool, category })),
    results: parts.reduce((sum, { results }) => sum + results.length, 0),
  }
}

function spread(had: number): Trimmed {
  const uploads = Math.ceil(had / LIMITS.runs)
  const said = `${count(had)} runs, GitHub takes ${LIMITS.runs} per upload: they go into ${uploads} uploads, and nothing is lost.`
  return { what: 'runs', had, limit: LIMITS.runs, kept: had, said }
}

/** GitHub takes more results than it shows. */
function sayShown(parts: readonly Part[], trimmed: Trimmed[]): void {
  for (const part of parts) {
    const had = part.results.length
    if (had <= LIMITS.shownResults) continue
    const said = `${name(part)} uploads ${count(had)} results, GitHub shows ${count(LIMITS.shownResults)} per run: the worst come first. Use \`oversize: split\` to see all.`
    trimmed.push({ what: 'results', had, limit: LIMITS.shownResults, kept: LIMITS.shownResults, said })
  }
}
