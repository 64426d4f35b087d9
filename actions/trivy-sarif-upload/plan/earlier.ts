import { joinWords } from '../../../shared/text/list.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Earlier } from '../code-scanning/model.ts'
import { analysesWords } from '../code-scanning/words.ts'
import type { Trouble } from '../model.ts'
import type { Analysis, Finding } from '../sarif/model.ts'
import { withNew } from './new.ts'

/** What the analyses before mean for this upload. */
export interface AgainstEarlier {
  /** Runs that are not sent, by index. */
  held: ReadonlyMap<number, 'duplicate' | 'shrunk'>
  troubles: Trouble[]
  notices: string[]
  /** How many findings are gone; undefined where there is nothing to compare with. */
  fixed: number | undefined
}

/** What is smaller is not worth a comparison. */
const LEAST_COVERED = 10
/** A report that covers less than this part of the one before has not looked at everything. */
const SHARE = 10

/**
 * Holds analyses against those whose place they would take; pure. One of this commit that another job wrote is not
 * overwritten: GitHub would close its alerts. One that covered ten times as much and more is not, either: what is not
 * looked at any more is not fixed.
 */
export function againstEarlier(
  analyses: readonly Analysis[],
  findings: readonly Finding[],
  earlier: readonly Earlier[],
  allowShrink: boolean,
): AgainstEarlier {
  const held = new Map<number, 'duplicate' | 'shrunk'>()
  const notices: string[] = []
  const duplicates: Earlier[] = []
  for (const before of earlier) {
    const analysis = analyses.find(
      ({ tool, category }) => tool === before.tool && category === before.category,
    )
    if (analysis === undefined) continue
    const words = analysesWords({ analyses: [analysis] })
    const since = oneLine(before.createdAt, 40)
    if (before.isSameCommit && before.isForeign) {
      duplicates.push(before)
      held.set(analysis.run, 'duplicate')
      continue
    }
    if (before.isSameCommit)
      notices.push(
        `${words} has an analysis of this commit already, of ${since}: this one takes its place. If another job wrote it, give each job a \`category\` of its own.`,
      )
    const { covered } = analysis
    const isSmall =
      covered !== undefined && before.covered >= LEAST_COVERED && covered * SHARE < before.covered
    if (!isSmall) continue
    const fall = `${words} covers ${covered} files and packages, the analysis of ${since} covered ${before.covered}${allowShrink ? '' : ' or more'}`
    if (allowShrink) notices.push(`${fall}. It is uploaded all the same (allow-shrink).`)
    else {
      held.set(analysis.run, 'shrunk')
      notices.push(
        `${fall}: it is not uploaded, and closes no alert. If so much is gone for good, set \`allow-shrink: true\` once; otherwise look at "target" and the checkout.`,
      )
    }
  }
  return {
    held,
    troubles: duplicatesOf(duplicates),
    notices,
    fixed: fixedSince(earlier, findings, held, analyses),
  }
}

function duplicatesOf(found: readonly Earlier[]): Trouble[] {
  if (found.length === 0) return []
  const times = joinWords(found.map(({ createdAt }) => oneLine(createdAt, 40)))
  return [
    {
      title: 'Duplicate category',
      message: `Another job has uploaded ${analysesWords({ analyses: found })} for this very commit (${times}), and is not overwritten: GitHub would close its alerts for those of this one. Give each job a \`category\` of its own; a reusable workflow can take it as an input.`,
    },
  ]
}

/** Findings of the analyses before that none of now stands for. */
function fixedSince(
  earlier: readonly Earlier[],
  findings: readonly Finding[],
  held: ReadonlyMap<number, unknown>,
  analyses: readonly Analysis[],
): number | undefined {
  const compared = earlier.filter(({ tool, category }) => {
    const analysis = analyses.find((each) => each.tool === tool && each.category === category)
    return analysis !== undefined && !held.has(analysis.run)
  })
  if (compared.length === 0) return undefined
  const known = compared.flatMap((each) => each.findings)
  const own = findings.filter(({ tool, category }) =>
    compared.some((each) => each.tool === tool && each.category === category),
  )
  const there = withNew(own, { known, without: [], said: [] }).filter(({ isNew }) => isNew === false).length
  return Math.max(0, known.length - there)
}
