import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { buildSchema, execute, type GraphQLSchema, parse, validate } from 'graphql'
import { ROOT } from '../../../scripts/actions.ts'
import { rest } from './rest.ts'
import { rootOf } from './root.ts'
import type { World } from './world.ts'

/** Something that goes wrong with one request. */
export interface Fault {
  /** Which: part of its path, or of the text of its query. */
  about: string
  /** How many of them pass before. */
  after?: number
  times?: number
  status?: number
  body?: unknown
}

export interface DeliveryGitHub {
  apiUrl: string
  /** `POST /graphql: deployments`, `GET /repos/…`: what was asked, in order. */
  log: string[]
  /** Queries that are not valid by GitHub's own schema. */
  violations: string[]
  fault(fault: Fault): void
  close(): Promise<void>
}

let schema: GraphQLSchema | undefined

/**
 * A GitHub that has deployments, commits, runs and issues to read. Queries are validated against GitHub's own schema and
 * executed on the world; lists come in pages of the asked size. It has no permissions and no rate limits of its own: a
 * test injects what it needs as faults.
 */
export async function startDeliveryGitHub(world: World): Promise<DeliveryGitHub> {
  schema ??= load()
  const log: string[] = []
  const violations: string[] = []
  const faults: (Fault & { seen: number })[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      const url = new URL(request.url ?? '/', 'http://127.0.0.1')
      const { query = '', variables = {} } = url.pathname.endsWith('/graphql') ? JSON.parse(body) : {}
      const what =
        /(?:\b(deployments|releases|refs|history|issues)\(|\.\.\.on (CheckSuite|Deployment)\b|\b(environments)\()/.exec(
          query,
        )
      log.push(
        query === '' ? `${request.method} ${url.pathname}` : `graphql ${what?.[1] ?? what?.[2] ?? what?.[3]}`,
      )
      const fault = faults.find(({ about, after = 0, times = 1, seen }) => {
        if (!`${url.pathname} ${query}`.includes(about)) return false
        return seen >= after && seen < after + times
      })
      for (const each of faults) if (`${url.pathname} ${query}`.includes(each.about)) each.seen += 1
      const answer =
        fault !== undefined
          ? { status: fault.status ?? 200, data: fault.body ?? { message: 'fault' } }
          : query === ''
            ? rest(world, url)
            : graphql(world, query, variables, violations)
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer.data))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    violations,
    fault: (fault) => void faults.push({ ...fault, seen: 0 }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function load(): GraphQLSchema {
  const path = join(ROOT, 'node_modules', '@octokit', 'graphql-schema', 'schema.graphql')
  // The description has fields twice, which a strict reader refuses.
  return buildSchema(readFileSync(path, 'utf8'), { assumeValid: true, assumeValidSDL: true })
}

function graphql(world: World, query: string, variables: Record<string, unknown>, violations: string[]) {
  if (schema === undefined) throw new Error('there is no schema')
  const document = parse(query)
  const wrong = validate(schema, document).map(({ message }) => message)
  violations.push(...wrong)
  if (wrong.length > 0) return { status: 200, data: { errors: wrong.map((message) => ({ message })) } }
  const result = execute({
    schema,
    document,
    variableValues: variables,
    rootValue: rootOf(world),
    typeResolver: (value) => (value as { __typename: string }).__typename,
  })
  if (result instanceof Promise) throw new Error('resolvers are synchronous')
  const errors = result.errors?.map(({ message, path, extensions }) => ({ message, path, ...extensions }))
  return { status: 200, data: { data: result.data, ...(errors === undefined ? {} : { errors }) } }
}
