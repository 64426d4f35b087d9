import { messageOf } from '../../../shared/action/errors.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import { GitHubError, isFailure } from '../../../shared/github/errors.ts'
import { type Query, query } from '../../../shared/github/graphql.ts'
import type { Call, Reply } from '../../../shared/github/send.ts'
import { maybe, type Shape } from '../../../shared/text/shape.ts'

/** One repository at GitHub, with what may still be asked. */
export interface Asking {
  github: GitHub
  owner: string
  name: string
  /** Requests of this step at most, over all repositories. */
  maxCalls: number
  /** What is missing in the end, one sentence each. */
  partial: string[]
}

/** Thrown where the calls are used up: what was read by then counts. */
export class CallsUsedUp extends Error {}

/** A GraphQL query with `$owner` and `$name` filled in. @throws GitHubError, CallsUsedUp */
export async function ask<T>(
  { github, owner, name, maxCalls }: Asking,
  {
    text,
    variables,
    about,
    shape,
    attempts,
  }: Pick<Query, 'text' | 'variables' | 'about'> & { shape: Shape; attempts?: number | undefined },
): Promise<T> {
  if (github.calls >= maxCalls) throw new CallsUsedUp()
  return query<T>(github, {
    text,
    variables: { owner, name, ...variables },
    about,
    shape,
    ...(attempts === undefined ? {} : { attempts }),
  })
}

/** A REST call for this repository. @throws GitHubError, CallsUsedUp */
export async function send<T>({ github, owner, name, maxCalls }: Asking, call: Call): Promise<Reply<T>> {
  if (github.calls >= maxCalls) throw new CallsUsedUp()
  return github.send<T>({ ...call, parameters: { owner, repo: name, ...call.parameters } })
}

/** What a page of such nodes has to look like. */
export const pageOf = (node: Shape): Shape => ({
  pageInfo: { hasNextPage: 'boolean', endCursor: maybe('string') },
  nodes: nodesOf(node),
})

/** A list of nodes, of which GitHub may leave any out. */
export const nodesOf = (node: Shape): Shape => maybe([maybe(node)])

/** One page of a GraphQL connection. */
export interface Page<T> {
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
  nodes: (T | null)[] | null
}

/**
 * The pages of a connection, until there is no next one; leave the loop to stop asking.
 *
 * @param read one page; null where the thing itself is not there
 */
export async function* connection<T>(
  read: (after: string | null) => Promise<Page<T> | null | undefined>,
): AsyncGenerator<{ nodes: T[]; isLast: boolean }, void> {
  let after: string | null = null
  for (;;) {
    const found: Page<T> | null | undefined = await read(after)
    const isLast = found?.pageInfo.hasNextPage !== true
    yield { nodes: (found?.nodes ?? []).filter((node) => node !== null) as T[], isLast }
    if (isLast) return
    after = found.pageInfo.endCursor
  }
}

/** Page sizes to try, one after the other: what GitHub cannot finish with many may work with few. */
const SIZES = [50, 25, 10] as const

/**
 * One page, with less in it when GitHub cannot finish it (502, time-out, RESOURCE_LIMITS_EXCEEDED).
 *
 * @throws GitHubError, CallsUsedUp
 */
export async function page<T>(
  largest: number,
  read: (size: number, attempts: 1 | undefined) => Promise<T>,
): Promise<T> {
  const sizes = [largest, ...SIZES.filter((size) => size < largest)]
  for (const [index, size] of sizes.entries()) {
    const isLast = index === sizes.length - 1
    try {
      return await read(size, isLast ? undefined : 1)
    } catch (error) {
      if (isLast || !isFailure(error, 'server', 'network')) throw error
    }
  }
  throw new TypeError('there is always a last size')
}

/**
 * Runs a part of the reading; where GitHub does not answer any more, what was read by then counts, and a sentence says
 * what is missing.
 *
 * @returns whether it came to its end
 * @throws whatever is not GitHub's doing
 */
export async function tolerate(
  { partial, maxCalls }: Asking,
  what: string,
  read: () => Promise<void>,
): Promise<boolean> {
  try {
    await read()
    return true
  } catch (error) {
    if (error instanceof CallsUsedUp) partial.push(`${what}: the ${maxCalls} calls of max-calls are used up.`)
    else if (error instanceof GitHubError && error.kind !== 'cancelled')
      partial.push(`${what}: ${messageOf(error).split('\n')[0]}`)
    else throw error
    return false
  }
}
