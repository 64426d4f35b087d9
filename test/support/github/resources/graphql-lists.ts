import type { Person, StageCommit, State } from '../state.ts'
import { typed } from './graphql-error.ts'

/** GitHub stops a query that asks for more. */
const MAX_NODES = 500_000

/** The author and the co-authors. */
export function authorsOf({ author, message }: StageCommit): Pick<Person, 'name' | 'email'>[] {
  const others = [...message.matchAll(/^Co-authored-by: (.*) <(.*)>$/gim)]
  return [author, ...others.map(([, name = '', email = '']) => ({ name, email }))]
}

export function actorNode(state: State, { name, email }: Pick<Person, 'name' | 'email'>): unknown {
  const login = state.logins.get(email)
  return { name, email, user: login === undefined ? null : { __typename: 'User', id: `U_${login}`, login } }
}

export interface Paging {
  first?: number
  last?: number
  after?: string
}

export function connection<T>(
  all: readonly T[],
  { first, last, after }: Paging,
  node: (item: T) => unknown,
): { totalCount: number; nodes: unknown[]; pageInfo: unknown } {
  if (first === undefined && last === undefined) {
    throw typed(
      'MISSING_PAGINATION_BOUNDARIES',
      'You must provide a `first` or `last` value to properly paginate.',
    )
  }
  const size = first ?? last ?? 0
  if (size > 100 || all.length > MAX_NODES) {
    throw typed('EXCESSIVE_PAGINATION', `Requesting ${size} records exceeds the limit of 100 records.`)
  }
  const from = after ? Number(Buffer.from(after, 'base64').toString()) : 0
  const items = all.slice(from, from + size)
  const end = from + items.length
  return {
    totalCount: all.length,
    nodes: items.map(node),
    pageInfo: {
      ...{ hasNextPage: end < all.length, hasPreviousPage: from > 0 },
      ...{ endCursor: Buffer.from(String(end)).toString('base64'), startCursor: null },
    },
  }
}
