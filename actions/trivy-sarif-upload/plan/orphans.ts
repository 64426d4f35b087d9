import type { Standing } from '../code-scanning/model.ts'
import type { Inputs, Observation } from '../model.ts'

type Asked = Pick<Inputs, 'orphans' | 'orphansAfter' | 'oversize' | 'splitParts'>

/**
 * Analyses of the default branch that nothing has renewed for too long: their alerts stay open for ever, because only an
 * analysis of the same tool and category closes them. Those of this run are renewed now. Pure; the oldest first.
 *
 * @returns undefined where nobody looked
 */
export function orphansOf(
  { orphans, orphansAfter, oversize, splitParts = 0 }: Asked,
  { standing, prepared, now }: Pick<Observation, 'standing' | 'prepared' | 'now'>,
): readonly Standing[] | undefined {
  if (orphans === 'ignore' || standing === undefined) return undefined
  const keyOf = (tool: string, category: string): string => JSON.stringify([tool.toLowerCase(), category])
  const parts = Array.from({ length: oversize === 'split' ? splitParts : 0 }, (_, at) => `part-${at + 1}`)
  const own = new Set(
    prepared.analyses.flatMap(({ tool, category }) =>
      [category, ...parts.map((part) => `${category}/${part}`)].map((name) => keyOf(tool, name)),
    ),
  )
  return standing
    .filter(
      ({ tool, category, createdAt }) =>
        // What has no time is not known to be old.
        now - Date.parse(createdAt) > orphansAfter && !own.has(keyOf(tool, category)),
    )
    .sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))
}
