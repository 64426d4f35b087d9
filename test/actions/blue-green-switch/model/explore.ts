import { type Event, execute, type Model } from './site.ts'

export interface Explored {
  executions: number
  points: number
  /** The first violation, as a story; undefined when there is none. */
  violation: string | undefined
  /** Every execution within the bounds was looked at. */
  complete: boolean
}

/**
 * Every execution with at most `budget` events, each at every point where it can happen: the one without events first,
 * then each of its points with each event, and so on from there.
 *
 * @param until ms on the clock of this process, after which it is given up
 */
export async function explore(
  model: Model,
  { budget, until = Number.POSITIVE_INFINITY }: { budget: number; until?: number },
): Promise<Explored> {
  const found: Explored = { executions: 0, points: 0, violation: undefined, complete: true }
  const visit = async (schedule: readonly (readonly [number, Event])[]): Promise<void> => {
    if (found.violation !== undefined) return
    if (performance.now() > until) {
      found.complete = false
      return
    }
    const { points, violations, story } = await execute(model, new Map(schedule))
    found.executions += 1
    found.points += points.length
    if (violations.length > 0) {
      found.violation = [JSON.stringify(model), ...story].join('\n')
      return
    }
    if (schedule.length === budget) return
    const last = schedule.at(-1)?.[0] ?? -1
    for (let index = last + 1; index < points.length; index++) {
      for (const event of points[index]?.events ?? []) await visit([...schedule, [index, event]])
    }
  }
  await visit([])
  return found
}
