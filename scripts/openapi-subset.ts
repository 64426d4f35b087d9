// node scripts/openapi-subset.ts <folder> — writes the parts of GitHub's own API descriptions that the stage
// (test/support/github) checks requests and answers against. The packages are 385 MB and no dependency: install them
// in a scratch folder, and name it.
//
//   mkdir /tmp/scratch && cd /tmp/scratch && npm install @octokit/openapi@23.0.2 @octokit/graphql-schema@15.26.1
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildSchema, GraphQLSchema, parse, print, visit } from 'graphql'

/** Only what an action uses; a stage that is asked for anything else answers 404. */
const OPERATIONS = [
  'GET /repos/{owner}/{repo}',
  'GET /repos/{owner}/{repo}/git/ref/{ref}',
  'GET /repos/{owner}/{repo}/git/matching-refs/{ref}',
  'POST /repos/{owner}/{repo}/git/refs',
  'PATCH /repos/{owner}/{repo}/git/refs/{ref}',
  'DELETE /repos/{owner}/{repo}/git/refs/{ref}',
  'POST /repos/{owner}/{repo}/git/tags',
  'GET /repos/{owner}/{repo}/git/tags/{tag_sha}',
  'GET /repos/{owner}/{repo}/tags',
  'GET /repos/{owner}/{repo}/commits',
  'GET /repos/{owner}/{repo}/commits/{ref}',
  'GET /repos/{owner}/{repo}/compare/{basehead}',
  'GET /repos/{owner}/{repo}/releases',
  'GET /repos/{owner}/{repo}/releases/latest',
  'GET /repos/{owner}/{repo}/releases/tags/{tag}',
  'GET /repos/{owner}/{repo}/releases/{release_id}',
  'POST /repos/{owner}/{repo}/releases',
  'PATCH /repos/{owner}/{repo}/releases/{release_id}',
  'DELETE /repos/{owner}/{repo}/releases/{release_id}',
  'GET /repos/{owner}/{repo}/releases/{release_id}/assets',
  'POST /repos/{owner}/{repo}/releases/{release_id}/assets',
  'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
  'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
  'POST /repos/{owner}/{repo}/pulls',
  'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
  'POST /repos/{owner}/{repo}/issues/{issue_number}/labels',
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'POST /repos/{owner}/{repo}/code-scanning/sarifs',
  'GET /repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}',
  'GET /repos/{owner}/{repo}/code-scanning/analyses',
  'GET /repos/{owner}/{repo}/code-scanning/analyses/{analysis_id}',
  'DELETE /repos/{owner}/{repo}/code-scanning/analyses/{analysis_id}',
  'GET /repos/{owner}/{repo}/code-scanning/alerts',
  'PATCH /repos/{owner}/{repo}/code-scanning/alerts/{alert_number}',
  'GET /repos/{owner}/{repo}/issues',
  'POST /repos/{owner}/{repo}/issues',
  'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
  'POST /repos/{owner}/{repo}/dependency-graph/snapshots',
  'GET /repos/{owner}/{repo}/deployments',
  'POST /repos/{owner}/{repo}/deployments',
  'GET /repos/{owner}/{repo}/deployments/{deployment_id}',
  'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
]

/** Type → fields that stay; the arguments and the types of a field come with it. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Query: ['id', 'repository', 'rateLimit', 'search'],
  SearchResultItemConnection: ['issueCount', 'nodes'],
  RateLimit: ['cost', 'limit', 'remaining', 'resetAt'],
  Mutation: ['createCommitOnBranch', 'updateRefs'],
  CreateCommitOnBranchPayload: ['clientMutationId', 'commit'],
  UpdateRefsPayload: ['clientMutationId'],
  Repository: [
    'id',
    'name',
    'nameWithOwner',
    'object',
    'pullRequest',
    'pullRequests',
    'ref',
    'refs',
    'release',
    'releases',
  ],
  Release: ['id', 'databaseId', 'tagName', 'name', 'description', 'isDraft', 'isPrerelease', 'url'],
  ReleaseConnection: ['nodes', 'pageInfo', 'totalCount'],
  Ref: ['id', 'name', 'prefix', 'target'],
  RefConnection: ['nodes', 'pageInfo', 'totalCount'],
  PageInfo: ['endCursor', 'hasNextPage', 'hasPreviousPage', 'startCursor'],
  GitObject: ['oid', 'id'],
  Node: ['id'],
  Commit: ['id', 'oid', 'message', 'associatedPullRequests', 'authors', 'tree'],
  GitActorConnection: ['nodes', 'pageInfo', 'totalCount'],
  GitActor: ['name', 'email', 'user'],
  Tag: ['id', 'oid', 'name', 'message', 'target'],
  Tree: ['id', 'oid'],
  Blob: ['id', 'oid', 'text', 'isTruncated'],
  PullRequestConnection: ['nodes', 'pageInfo', 'totalCount'],
  PullRequest: [
    'id',
    'number',
    'title',
    'merged',
    'mergedAt',
    'author',
    'authorAssociation',
    'labels',
    'commits',
    'mergeCommit',
    'baseRefName',
    'headRefName',
    'headRefOid',
    'isCrossRepository',
    'isInMergeQueue',
    'state',
    'url',
    'body',
  ],
  PullRequestCommitConnection: ['nodes', 'pageInfo', 'totalCount'],
  PullRequestCommit: ['id', 'commit'],
  Actor: ['login'],
  User: ['id', 'login'],
  Bot: ['id', 'login'],
  LabelConnection: ['nodes', 'pageInfo', 'totalCount'],
  Label: ['id', 'name'],
}

/** What only people read. */
const WORDS = new Set([
  'description',
  'example',
  'examples',
  'title',
  'externalDocs',
  'deprecated',
  'default',
  'format',
])

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Tree = { [key: string]: Json }

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: node scripts/openapi-subset.ts <folder with node_modules>')
const modules = join(folder, 'node_modules', '@octokit')
const target = join(import.meta.dirname, '..', 'test', 'support', 'github')

writeFileSync(join(target, 'openapi-subset.json'), `${JSON.stringify(restSubset(), null, 1)}\n`)
writeFileSync(join(target, 'schema-subset.graphql'), graphqlSubset())

/** One JSON Schema (draft 7) with every operation's body, and answers by status; what they refer to in `definitions`. */
function restSubset(): Tree {
  const description = read('openapi/generated/api.github.com.json')
  const definitions: Tree = {}
  const schemas = (description['components'] as Tree)['schemas'] as Tree
  const convert = (node: Json): Json =>
    schemaOf(node, (name) => {
      if (name in definitions) return
      definitions[name] = true
      definitions[name] = convert(schemas[name] as Json)
    })
  const operations = OPERATIONS.map((operation): [string, Json] => {
    const [method = '', path = ''] = operation.split(' ')
    const found = ((description['paths'] as Tree)[path] as Tree)[method.toLowerCase()] as Tree
    const body = content(resolved(description, (found['requestBody'] ?? null) as Json))
    const answers = Object.entries(found['responses'] as Tree).map(([status, answer]): [string, Json] => [
      status,
      convert(content(resolved(description, answer))),
    ])
    return [operation, { body: convert(body), answers: Object.fromEntries(answers) }]
  })
  const version = (read('openapi/package.json')['version'] as string) ?? ''
  return {
    source: `@octokit/openapi ${version}, api.github.com`,
    operations: Object.fromEntries(operations),
    definitions,
  }
}

function read(path: string): Tree {
  return JSON.parse(readFileSync(join(modules, path), 'utf8')) as Tree
}

/** Follows a `$ref` to components. */
function resolved(description: Tree, node: Json): Json {
  const ref = (node as Tree | null)?.['$ref']
  if (typeof ref !== 'string') return node
  return ref
    .slice(2)
    .split('/')
    .reduce((at: Json, key) => (at as Tree)[key] ?? null, description)
}

/** The JSON schema of a body or an answer; anything goes when there is none. */
function content(node: Json): Json {
  const types = (node as Tree | null)?.['content'] as Tree | undefined
  const json = (types?.['application/json'] ?? types?.['application/scim+json']) as Tree | undefined
  return json?.['schema'] ?? true
}

/** OpenAPI 3.0 → JSON Schema: `nullable`, and without what only people read. */
function schemaOf(node: Json, need: (name: string) => void, isMap = false): Json {
  if (Array.isArray(node)) return node.map((item) => schemaOf(item, need))
  if (node === null || typeof node !== 'object') return node
  const ref = node['$ref']
  if (typeof ref === 'string' && !isMap) {
    const name = ref.slice(ref.lastIndexOf('/') + 1)
    need(name)
    return { $ref: `#/definitions/${name}` }
  }
  const kept = Object.entries(node).filter(
    ([key]) => isMap || (!WORDS.has(key) && key !== 'nullable' && !key.startsWith('x-')),
  )
  const result = Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      key === 'enum' && !isMap ? value : schemaOf(value, need, !isMap && key === 'properties'),
    ]),
  ) as Tree
  return !isMap && node['nullable'] === true ? { anyOf: [result, { type: 'null' }] } : result
}

/** The schema with only {@link FIELDS}, and the inputs, enums and scalars that these need. */
function graphqlSubset(): string {
  const whole = parse(readFileSync(join(modules, 'graphql-schema', 'schema.graphql'), 'utf8'))
  const byName = new Map(
    whole.definitions.flatMap((node) =>
      'name' in node && node.name ? [[node.name.value, node] as const] : [],
    ),
  )
  const wanted = new Set(Object.keys(FIELDS))
  const pieces: string[] = []
  for (const name of wanted) {
    const definition = byName.get(name)
    if (definition === undefined) continue
    const fields = FIELDS[name]
    const lean = visit(definition, {
      enter(node) {
        if (node.kind === 'Directive') return null
        if (node.kind === 'FieldDefinition' && fields !== undefined && !fields.includes(node.name.value))
          return null
        if ('description' in node && node.description) return { ...node, description: undefined }
        return undefined
      },
    })
    const trimmed = visit(lean, {
      NamedType(node, _key, _parent, path) {
        // Of the types that share an interface or a union, those that are used.
        if ((path.includes('interfaces') || path.includes('types')) && !(node.name.value in FIELDS))
          return null
        wanted.add(node.name.value)
        return undefined
      },
    })
    pieces.push(print(trimmed))
  }
  const version = read('graphql-schema/package.json')['version'] as string
  const text = `# From @octokit/graphql-schema ${version} by scripts/openapi-subset.ts; do not edit.\n${pieces.sort().join('\n\n')}\n`
  if (!(buildSchema(text) instanceof GraphQLSchema)) throw new Error('not a schema')
  return text
}
