import { maybe, type Shape } from '../../../shared/text/shape.ts'
import { isStable, parseVersion } from '../../../shared/version/version.ts'
import type { Attempt, Facts } from '../model.ts'
import { type Asking, ask, connection, type Page, pageOf } from './budget.ts'
import type { Read } from './deployments.ts'

/** Releases are listed by the date of their commit: an old commit may be released much later. */
const SLACK_MS = 30 * 86_400_000

interface ReleaseNode {
  databaseId: number | null
  tagName: string
  publishedAt: string | null
  isDraft: boolean
  isPrerelease: boolean
  url: string
  tagCommit: { oid: string } | null
}

const RELEASES = `query($owner:String!,$name:String!,$after:String){repository(owner:$owner,name:$name){
  releases(first:50,after:$after,orderBy:{field:CREATED_AT,direction:DESC}){pageInfo{hasNextPage endCursor}
    nodes{databaseId tagName publishedAt isDraft isPrerelease url tagCommit{oid}}}}}`

const RELEASES_SHAPE: Shape = {
  repository: maybe({
    releases: pageOf({ tagName: 'string', isDraft: 'boolean', isPrerelease: 'boolean', url: 'string' }),
  }),
}

/** Published stable releases, each a deployment at the time it was published. @throws GitHubError, CallsUsedUp */
export async function readReleases(asking: Asking, from: number, into: Read): Promise<void> {
  const pages = connection<ReleaseNode>(async (after) => {
    const query = { text: RELEASES, variables: { after }, about: 'the releases', shape: RELEASES_SHAPE }
    return (await ask<{ repository: { releases: Page<ReleaseNode> } | null }>(asking, query)).repository
      ?.releases
  })
  for await (const { nodes, isLast } of pages) {
    const times: number[] = []
    for (const node of nodes) {
      if (node.isDraft || node.publishedAt === null) continue
      times.push(Date.parse(node.publishedAt))
      if (!node.isPrerelease) into.attempts.push(released(node))
    }
    if (isLast) {
      into.since = undefined
      return
    }
    into.since = Math.min(into.since ?? Number.POSITIVE_INFINITY, ...times)
    if (times.length > 0 && Math.max(...times) < from - SLACK_MS && into.attempts.some(({ at }) => at < from))
      return
  }
}

function released({ databaseId, tagName, publishedAt, url, tagCommit }: ReleaseNode): Attempt {
  const at = Date.parse(publishedAt ?? '')
  return success({ id: String(databaseId ?? tagName), name: tagName, sha: tagCommit?.oid, at, url })
}

interface TagNode {
  name: string
  target: {
    oid: string
    committedDate?: string
    tagger?: { date: string | null } | null
    target?: { oid: string; committedDate?: string }
  } | null
}

const TAGS = `query($owner:String!,$name:String!,$after:String){repository(owner:$owner,name:$name){
  refs(refPrefix:"refs/tags/",first:100,after:$after,orderBy:{field:TAG_COMMIT_DATE,direction:DESC}){
    pageInfo{hasNextPage endCursor} nodes{name target{oid ...on Commit{committedDate}
      ...on Tag{tagger{date} target{oid ...on Commit{committedDate}}}}}}}}`

const TAGS_SHAPE: Shape = {
  repository: maybe({ refs: maybe(pageOf({ name: 'string', target: maybe({ oid: 'string' }) })) }),
}

/** Stable version tags, each a deployment at the time of the tag. @throws GitHubError, CallsUsedUp */
export async function readTags(
  asking: Asking,
  { from, url }: { from: number; url: string },
  into: Read & Pick<Facts, 'notes'>,
): Promise<void> {
  let lightweight = 0
  const pages = connection<TagNode>(async (after) => {
    const query = { text: TAGS, variables: { after }, about: 'the tags', shape: TAGS_SHAPE }
    return (await ask<{ repository: { refs: Page<TagNode> | null } | null }>(asking, query)).repository?.refs
  })
  for await (const { nodes, isLast } of pages) {
    for (const { name, target } of nodes) {
      const version = parseVersion(name.replace(/^v/, ''))
      if (target === null || version === undefined || !isStable(version)) continue
      const commit = target.target ?? target
      const own = target.tagger?.date ?? undefined
      const time = own ?? commit.committedDate
      if (time === undefined) continue
      if (own === undefined) lightweight += 1
      const page = `${url}/tree/${encodeURIComponent(name)}`
      into.attempts.push(success({ id: name, name, sha: commit.oid, at: Date.parse(time), url: page }))
    }
    if (isLast) {
      into.since = undefined
      break
    }
    const oldest = Math.min(...into.attempts.map(({ at }) => at))
    into.since = oldest
    if (oldest < from - SLACK_MS) break
  }
  if (lightweight > 0)
    into.notes.push(
      `${lightweight} tags are lightweight and have no time of their own: the time of their commit stands for it, so the last change has a lead time of zero.`,
    )
}

function success(given: {
  id: string
  name: string
  sha: string | undefined
  at: number
  url: string
}): Attempt {
  const { id, name, sha, at, url } = given
  return {
    id,
    name,
    environment: 'production',
    sha: sha ?? '',
    hasCommit: sha !== undefined,
    createdAt: at,
    outcome: 'success',
    at,
    failedAt: undefined,
    run: undefined,
    url,
    record: undefined,
  }
}
