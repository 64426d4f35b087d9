import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  buildSchema,
  type DocumentNode,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql'
import { headOf, isOpen } from '../pulls.ts'
import type { Answer, Asked } from '../route.ts'
import { type ObjectType, peeled, type StagePull } from '../state.ts'
import { type CommitInput, createCommitOnBranch } from './create-commit.ts'
import { typed } from './graphql-error.ts'
import { actorNode, authorsOf, connection, type Paging } from './graphql-lists.ts'
import { releaseNode } from './releases.ts'
import { nodeId } from './repository.ts'
import { searchPulls } from './search.ts'
import { updateRefs } from './update-refs.ts'

/** What GraphQL needs to know besides the request. */
export interface GraphqlSettings {
  /** Mutations that this server is too old for. */
  without: readonly string[]
}

const whole = readFileSync(join(import.meta.dirname, '..', 'schema-subset.graphql'), 'utf8')
const schemas = new Map<string, GraphQLSchema>()

/** Runs a query or mutation against the subset of GitHub's own schema; what is not in it is an error, as there. */
export function graphql(asked: Asked, settings: GraphqlSettings): Answer {
  const { query, variables } = asked.body as { query?: string; variables?: Record<string, unknown> }
  const schema = schemaWithout(settings.without)
  let document: DocumentNode
  try {
    document = parse(query ?? '')
  } catch (error) {
    return answer(undefined, [{ message: `Parse error: ${(error as Error).message}` }])
  }
  const invalid = validate(schema, document)
  if (invalid.length > 0) return answer(undefined, invalid.map(inGitHubsWords))
  const result = execute({
    schema,
    document,
    variableValues: variables ?? {},
    rootValue: root(asked),
    typeResolver: (value) => (value as { __typename: string }).__typename,
  })
  if (result instanceof Promise) throw new Error('resolvers are synchronous')
  const errors = result.errors?.map(({ message, path, extensions }) => ({ ...extensions, message, path }))
  return answer(result.data, errors)
}

function answer(data: unknown, errors: readonly unknown[] | undefined): Answer {
  return {
    status: 200,
    data: { ...(data === undefined ? {} : { data }), ...(errors === undefined ? {} : { errors }) },
  }
}

function schemaWithout(names: readonly string[]): GraphQLSchema {
  const key = names.join()
  let schema = schemas.get(key)
  if (schema === undefined) {
    const left = names.reduce((text, name) => {
      const input = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
      return text
        .replace(new RegExp(`^ {2}${name}\\(.*$`, 'm'), '  nothing: Int')
        .replace(`input ${input}`, 'input Unknown')
    }, whole)
    schema = buildSchema(left, { assumeValidSDL: true })
    schemas.set(key, schema)
  }
  return schema
}

/** How GitHub (graphql-ruby) says what graphql-js finds wrong. */
function inGitHubsWords({ message, locations }: GraphQLError): unknown {
  const [, field, type] = /^Cannot query field "(\w+)" on type "(\w+)"/.exec(message) ?? []
  if (field !== undefined) {
    const extensions = { code: 'undefinedField', typeName: type, fieldName: field }
    return { message: `Field '${field}' doesn't exist on type '${type}'`, locations, extensions }
  }
  const [, input] = /^Unknown type "(\w+)"/.exec(message) ?? []
  if (input !== undefined) {
    const extensions = { code: 'variableRequiresValidType', typeName: input }
    return { message: `${input} isn't a defined input type (on $input)`, locations, extensions }
  }
  return { message, locations, extensions: { code: 'invalid' } }
}

function root(asked: Asked): Record<string, unknown> {
  const { state } = asked
  return {
    repository: ({ owner, name }: { owner: string; name: string }) => {
      if (owner !== state.owner || name !== state.name) {
        throw typed('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`)
      }
      return repositoryNode(asked)
    },
    search: ({ query, type, ...paging }: { query: string; type: string } & Paging) => {
      if (type !== 'ISSUE') throw typed('UNPROCESSABLE', `This stage does not search for ${type}.`)
      const { nodes, totalCount } = connection(searchPulls(state, query), paging, (pull) => ({
        __typename: 'PullRequest',
        ...pullNode(asked, pull),
      }))
      return { nodes, issueCount: totalCount }
    },
    rateLimit: () => ({ cost: 1, limit: 1_000, remaining: 999, resetAt: '2026-01-01T00:00:00Z' }),
    updateRefs: ({ input }: { input: Record<string, unknown> }) => updateRefs(asked, input),
    createCommitOnBranch: ({ input }: { input: CommitInput }) => ({
      clientMutationId: null,
      commit: objectNode(asked, createCommitOnBranch(asked, input)),
    }),
  }
}

function repositoryNode(asked: Asked): Record<string, unknown> {
  const { state, token } = asked
  const refNode = (ref: string) => ({
    ...{
      id: `REF_${ref}`,
      name: ref.replace(/^refs\/(?:heads|tags)\//, ''),
      prefix: ref.replace(/[^/]*$/, ''),
    },
    target: () => objectNode(asked, state.refs.get(ref) ?? ''),
  })
  return {
    ...{ id: nodeId(state), name: state.name, nameWithOwner: `${state.owner}/${state.name}` },
    ref: ({ qualifiedName }: { qualifiedName: string }) => {
      const names = [qualifiedName, `refs/heads/${qualifiedName}`, `refs/tags/${qualifiedName}`]
      const ref = names.find((name) => state.refs.has(name))
      return ref === undefined ? null : refNode(ref)
    },
    refs: ({ refPrefix, query, ...paging }: { refPrefix: string; query?: string } & Paging) => {
      const names = [...state.refs.keys()].filter((ref) => ref.startsWith(refPrefix))
      const found = names.filter((ref) => ref.slice(refPrefix.length).includes(query ?? '')).sort()
      return connection(found, paging, (ref) => ({ ...refNode(ref), name: ref.slice(refPrefix.length) }))
    },
    object: ({ oid, expression }: { oid?: string; expression?: string }) => {
      const [revision = '', path] = (expression ?? '').split(':', 2)
      if (path === undefined)
        return objectNode(asked, oid ?? state.refs.get(`refs/heads/${expression}`) ?? '')
      const text = state.files.get(path)
      if (text === undefined || !state.commits.has(revision)) return null
      return { __typename: 'Blob', id: `B_${path}`, oid: revision, text, isTruncated: false }
    },
    pullRequest: ({ number }: { number: number }) => {
      refuseWithoutPulls(asked)
      const pull = state.pulls.find((one) => one.number === number)
      if (pull === undefined)
        throw typed('NOT_FOUND', `Could not resolve to a PullRequest with the number of ${number}.`)
      return pullNode(asked, pull)
    },
    pullRequests: ({ headRefName, baseRefName, states, ...paging }: PullFilter & Paging) => {
      refuseWithoutPulls(asked)
      const found = state.pulls.filter(
        (pull) =>
          (headRefName === undefined || pull.head === headRefName) &&
          (baseRefName === undefined || pull.base === baseRefName) &&
          (states === undefined || states.includes(stateOf(pull))),
      )
      // Only the newest first is asked for.
      return connection(found.toReversed(), paging, (pull) => pullNode(asked, pull))
    },
    release: ({ tagName }: { tagName: string }) => {
      const release = state.releases.find(({ tag, draft }) => !draft && tag === tagName)
      return release === undefined ? null : releaseNode(asked, release)
    },
    releases: ({ orderBy: _, ...paging }: { orderBy?: unknown } & Paging) => {
      // Drafts are for those who may publish them.
      const visible = state.releases.filter(
        ({ draft }) => !draft || token.permissions['contents'] === 'write',
      )
      return connection(visible.toReversed(), paging, (release) => releaseNode(asked, release))
    },
  }
}

function refuseWithoutPulls({ state, token }: Asked): void {
  if (token.permissions['pull-requests'] === undefined && state.private) {
    throw typed('FORBIDDEN', 'Resource not accessible by integration')
  }
}

function objectNode(asked: Asked, sha: string): unknown {
  const { state } = asked
  const commit = state.commits.get(sha)
  const node = (type: ObjectType) => ({
    __typename: type[0]?.toUpperCase() + type.slice(1),
    id: `O_${sha}`,
    oid: sha,
  })
  if (commit !== undefined) {
    return {
      ...node('commit'),
      message: commit.message.replace(/\n+$/, ''),
      tree: { __typename: 'Tree', id: `O_${commit.tree}`, oid: commit.tree },
      associatedPullRequests: (paging: Paging) => {
        refuseWithoutPulls(asked)
        return connection(
          state.pulls.filter(({ commits }) => commits.includes(sha)),
          paging,
          (pull) => pullNode(asked, pull),
        )
      },
      authors: (paging: Paging) =>
        connection(authorsOf(commit), paging, (author) => actorNode(state, author)),
    }
  }
  const tag = state.tagObjects.get(sha)
  if (tag !== undefined) {
    const target = () => objectNode(asked, tag.object.sha)
    return { ...node('tag'), name: tag.tag, message: `${tag.message}\n`, target }
  }
  const other = state.otherObjects.get(peeled(state, sha) ?? sha)
  return other === undefined ? null : node(other)
}

function pullNode(asked: Asked, pull: StagePull): Record<string, unknown> {
  const { state } = asked
  const { number, title, author, labels, merged, base, body, commits } = pull
  return {
    ...{
      id: `PR_${number}`,
      number,
      title,
      merged,
      body,
      baseRefName: base,
      headRefName: pull.head ?? '',
      headRefOid: () => headOf(state, pull),
      isCrossRepository: pull.fork === true,
      isInMergeQueue: pull.isInMergeQueue === true,
      state: stateOf(pull),
      url: `https://github.com/pull/${number}`,
    },
    ...{ mergedAt: merged ? '2026-01-01T00:00:00Z' : null, authorAssociation: 'MEMBER' },
    // The login of an app has no [bot] here, unlike everywhere else.
    author: author === null ? null : actorOf(author),
    commits: (paging: Paging) =>
      connection(commits, paging, (sha) => ({ id: `PRC_${sha}`, commit: objectNode(asked, sha) })),
    mergeCommit: merged ? objectNode(asked, commits.at(-1) ?? '') : null,
    labels: (paging: Paging) => connection(labels, paging, (name) => ({ id: `L_${name}`, name })),
  }
}

function stateOf(pull: StagePull): string {
  return pull.merged ? 'MERGED' : isOpen(pull) ? 'OPEN' : 'CLOSED'
}

function actorOf(login: string): unknown {
  const name = login.replace(/\[bot]$/, '')
  return { __typename: name === login ? 'User' : 'Bot', id: `U_${login}`, login: name }
}

interface PullFilter {
  headRefName?: string
  baseRefName?: string
  states?: string[]
}
