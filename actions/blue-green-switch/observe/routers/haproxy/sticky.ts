import type { Sticky } from '../../../targets/target.ts'
import type { Say } from './runtime.ts'

/** Tables that are looked at, and entries that are counted: reading has to stay quick. */
const MOST_TABLES = 10
const MOST_ENTRIES = 5_000

interface Table {
  name: string
  used: number
}

/**
 * The stick-table that binds users to the servers of a backend: its own, or one that stands in a backend without any
 * servers, as `stick on … table …` names it. Tables that only count requests bind nobody.
 *
 * @param servers what each color is called there
 */
export async function stickTable(
  say: Say,
  { backend, servers }: { backend: string; servers: Readonly<Record<string, string>> },
  signal: AbortSignal,
): Promise<Sticky | undefined> {
  const hasServers = async (name: string): Promise<boolean> =>
    (await say(`show servers state ${name}`, signal)).trim().split('\n').length > 2
  const tables = parseTables(await say('show table', signal))
  for (const { name, used } of tables.slice(0, MOST_TABLES)) {
    // That of another backend binds to the servers of that one.
    if (name !== backend && (await hasServers(name))) continue
    // Without that type of data it is an error in words.
    const answer = await say(`show table ${name} data.server_id lt 0`, signal)
    if (!answer.startsWith('# table:')) continue
    if (used > MOST_ENTRIES) return { by: `the stick-table ${name} of ${used} entries`, outlivesWeight: true }
    const entries = used === 0 ? '' : await say(`show table ${name} data.server_id gt 0`, signal)
    return { by: `the stick-table ${name}`, bound: boundIn(entries, servers), outlivesWeight: true }
  }
  return undefined
}

/** The tables in the answer to `show table`; pure. */
export function parseTables(answer: string): Table[] {
  return [...answer.matchAll(/^# table: ([\w.:-]+), type: .*?, used: ?(\d+)/gm)].map(
    ([, name = '', used]) => ({
      name,
      used: Number(used),
    }),
  )
}

/** How many entries bind to each color; pure. */
export function boundIn(entries: string, servers: Readonly<Record<string, string>>): Record<string, number> {
  const words = entries.split('\n').map((line) => line.split(/\s+/))
  return Object.fromEntries(
    Object.entries(servers).map(([color, server]) => [
      color,
      words.filter((line) => line.includes(`server_key=${server}`)).length,
    ]),
  )
}
