import { messageOf } from '../../../shared/action/errors.ts'
import { log } from '../../../shared/action/log.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { analysisSarif, type Analysis as Listed, listAnalyses } from '../../../shared/github/code-scanning.ts'
import { isFailure } from '../../../shared/github/errors.ts'
import { groupBy } from '../../../shared/text/group.ts'
import type { Earlier } from '../code-scanning/model.ts'
import { nameOf } from '../code-scanning/parts.ts'
import type { Target } from '../model.ts'
import { findingsOf } from '../sarif/findings.ts'
import type { Analysis, Log } from '../sarif/model.ts'
import { validate } from '../sarif/validate.ts'
import { isOther, type Stamp, stampIn } from './stamp.ts'

/** Analyses that are looked at for one of each category; those of other categories stand in between. */
const MAX_LOOKED_AT = 300
/** Analyses that are fetched whole. */
const MAX_FETCHED = 20

/**
 * What the uploads of this step take the place of: the newest analysis of each tool and category on the ref. What cannot
 * be read is as if it were not there: an upload must not depend on it.
 */
export async function earlierAnalyses(
  github: GitHub,
  { ref, sha }: Target,
  analyses: readonly Analysis[],
  stamp: Stamp,
  signal: AbortSignal,
): Promise<Earlier[]> {
  const found: Earlier[] = []
  let fetched = 0
  for (const [tool, ofTool] of groupBy(analyses, (analysis) => analysis.tool)) {
    try {
      const wanted = new Map(ofTool.map((analysis) => [analysis.category, analysis]))
      for (const [category, listed] of await newest(github, ref, tool, new Set(wanted.keys()))) {
        if (fetched === MAX_FETCHED) return found
        fetched += 1
        const analysis = wanted.get(category)
        if (analysis !== undefined) found.push(await earlierOf(github, listed, analysis, { sha, stamp }))
      }
    } catch (error) {
      if (signal.aborted || isFailure(error, 'cancelled')) throw error
      if (!isFailure(error, 'not-found')) log.info(`The analyses before cannot be read: ${messageOf(error)}`)
    }
  }
  return found
}

async function newest(
  github: GitHub,
  ref: string,
  tool: string,
  categories: ReadonlySet<string>,
): Promise<Map<string, Listed>> {
  const found = new Map<string, Listed>()
  let count = 0
  for await (const listed of listAnalyses(github, { ref, tool })) {
    const category = nameOf(listed.category)
    if (listed.error === '' && categories.has(category) && !found.has(category)) found.set(category, listed)
    count += 1
    if (found.size === categories.size || count === MAX_LOOKED_AT) break
  }
  return found
}

async function earlierOf(
  github: GitHub,
  { id, commit, createdAt }: Listed,
  analysis: Analysis,
  { sha, stamp }: { sha: string; stamp: Stamp },
): Promise<Earlier> {
  const sarif = await analysisSarif(github, id)
  const { refused } = validate(sarif)
  const runs = refused === undefined ? (sarif as Log).runs : []
  const stamped = runs.map(stampIn).find((each) => each !== undefined)
  const findings = runs.flatMap((run) => findingsOf(run, analysis))
  const places = new Set(findings.map(({ path = '', package: of }) => `${path}\n${of?.name ?? ''}`))
  return {
    tool: analysis.tool,
    category: analysis.category,
    commit,
    createdAt,
    isSameCommit: commit === sha,
    isForeign: isOther(stamped, stamp),
    covered: stamped?.covered ?? places.size,
    findings: findings.map(({ tool, category, rule, path, message, fingerprints }) => ({
      tool,
      category,
      rule,
      path,
      message,
      fingerprints,
    })),
  }
}
