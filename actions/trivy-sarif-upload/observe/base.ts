import { messageOf } from '../../../shared/action/errors.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { analysisSarif, listAlerts, listAnalyses } from '../../../shared/github/code-scanning.ts'
import { GitHubError, isFailure } from '../../../shared/github/errors.ts'
import { groupBy } from '../../../shared/text/group.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Base, Known } from '../code-scanning/model.ts'
import { nameOf, unsplit } from '../code-scanning/parts.ts'
import { analysesWords } from '../code-scanning/words.ts'
import type { Target } from '../model.ts'
import { findingsOf } from '../sarif/findings.ts'
import type { Analysis, Log } from '../sarif/model.ts'
import { validate } from '../sarif/validate.ts'

/** Analyses that are looked at for one of the tool and category: those of other categories stand in between. */
const MAX_LOOKED_AT = 1_000

/**
 * What the base has already: the newest good analysis of each tool and category on the base ref, as SARIF, and the alerts
 * that somebody dismissed there or here. Outside pull requests the base is the analysis before: one of this very commit
 * is of an earlier attempt, and does not count. Where there is none, or it cannot be read, everything is new, and a
 * sentence says so.
 *
 * @throws GitHubError only when the step was stopped
 */
export async function baseFindings(
  github: GitHub,
  target: Target,
  analyses: readonly Analysis[],
  signal: AbortSignal,
): Promise<Base> {
  const known: Known[] = []
  const without: Analysis[] = []
  const said: string[] = []
  const base = oneLine(target.baseRef, 100)
  const byTool = groupBy(analyses, ({ tool }) => tool)
  for (const [tool, ofTool] of byTool) {
    const words = (some: readonly Analysis[]): string => analysesWords({ analyses: some })
    try {
      const categories = new Set(ofTool.map(({ category }) => category))
      const newest = await newestOf(github, target, tool, categories)
      for (const analysis of ofTool) {
        const found = newest.get(analysis.category)
        if (found === undefined) {
          without.push(analysis)
          said.push(`${words([analysis])} has no analysis on ${base} to compare with: every finding is new.`)
          continue
        }
        for (const id of found.parts.values()) {
          for (const one of knownFindings(await analysisSarif(github, id), analysis)) known.push(one)
        }
        said.push(`${words([analysis])} is compared with ${base} at ${oneLine(found.commit).slice(0, 7)}.`)
      }
      for (const one of await dismissed(github, target, tool)) known.push(one)
    } catch (error) {
      if (signal.aborted || isFailure(error, 'cancelled')) throw error
      without.push(...ofTool.filter((analysis) => !without.includes(analysis)))
      said.push(`${words(ofTool)} cannot be compared with ${base}: ${reason(error)} Every finding is new.`)
    }
  }
  return { known, without, said }
}

interface Newest {
  commit: string
  /** Category → id: one analysis, or all parts of one that was split. */
  parts: Map<string, number>
}

/** By category: the newest analysis without an error. */
async function newestOf(
  github: GitHub,
  { baseRef, ref, sha }: Target,
  tool: string,
  categories: ReadonlySet<string>,
): Promise<Map<string, Newest>> {
  const found = new Map<string, Newest>()
  const whole = new Set<string>()
  let count = 0
  try {
    for await (const { id, commit, category, error } of listAnalyses(github, { ref: baseRef, tool })) {
      const name = nameOf(category)
      const of = categories.has(name) ? name : unsplit(name)
      const isOwn = baseRef === ref && commit === sha
      if (error === '' && !isOwn && categories.has(of)) {
        const known = found.get(of)
        if (known === undefined) found.set(of, { commit, parts: new Map([[name, id]]) })
        else if (known.commit === commit && !known.parts.has(name)) known.parts.set(name, id)
        // An analysis in one piece has no other, and those of a commit before are older.
        if (of === name || (known !== undefined && known.commit !== commit)) whole.add(of)
      }
      count += 1
      if (whole.size === categories.size || count === MAX_LOOKED_AT) break
    }
  } catch (error) {
    // How GitHub says that nothing was ever analysed.
    if (!isFailure(error, 'not-found')) throw error
  }
  return found
}

/** Whoever may write security events has uploaded it: it is held against SARIF like any other file. */
function knownFindings(sarif: unknown, of: Analysis): Known[] {
  const { refused, broken } = validate(sarif)
  // What is broken in a base cannot be known to be old.
  const wrong = refused ?? broken[0]
  if (wrong !== undefined)
    throw new Error(`GitHub gave no SARIF (${wrong.path}: expected ${wrong.expected}, got ${wrong.seen}).`)
  return (sarif as Log).runs.flatMap((run) =>
    findingsOf(run, of).map(({ tool, category, rule, path, message, fingerprints }) => ({
      ...{ tool, category, rule, path, message, fingerprints },
    })),
  )
}

/** Alerts that a person has looked at are known ones, whatever their fingerprint. */
async function dismissed(github: GitHub, { baseRef, ref }: Target, tool: string): Promise<Known[]> {
  const found = new Map<number, Known>()
  for (const of of new Set([baseRef, ref])) {
    try {
      for await (const alert of listAlerts(github, { ref: of, tool, state: 'dismissed' })) {
        const { number, rule, path, message } = alert
        const category = unsplit(nameOf(alert.category))
        found.set(number, { tool, category, rule, path, message, fingerprints: {}, isDismissed: true })
      }
    } catch (error) {
      if (!isFailure(error, 'not-found')) throw error
    }
  }
  return [...found.values()]
}

function reason(error: unknown): string {
  if (!(error instanceof GitHubError) || error.kind !== 'permission') return messageOf(error)
  return /not accessible/i.test(error.answer)
    ? 'the token may not read security events (HTTP 403).'
    : `GitHub refuses (HTTP 403): ${error.answer}`
}
