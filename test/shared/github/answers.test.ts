import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { connectGitHub, type GitHub } from '../../../shared/github/client.ts'
import {
  analysisSarif,
  dismissAlert,
  listAlerts,
  listAnalyses,
  sarifStatus,
  uploadSarif,
} from '../../../shared/github/code-scanning.ts'
import { compare, getCommit, listCommits, listRange } from '../../../shared/github/commits.ts'
import { GitHubError } from '../../../shared/github/errors.ts'
import { readTextFile } from '../../../shared/github/files.ts'
import { createIssue, listIssues, updateIssue } from '../../../shared/github/issues.ts'
import {
  firstPullRequests,
  pullRequestsByNumber,
  pullRequestsOfCommits,
} from '../../../shared/github/pulls.ts'
import { createRef, getRef, listRefs, moveRef, readRefs, updateRefs } from '../../../shared/github/refs.ts'
import {
  createRelease,
  findDraft,
  getReleaseByTag,
  readReleasesOf,
  updateRelease,
} from '../../../shared/github/releases.ts'
import { readRepository } from '../../../shared/github/repository.ts'
import { createTagObject, getTagObject, listTags } from '../../../shared/github/tags.ts'
import { BROKEN_ANSWERS, type BrokenAnswer } from '../../support/broken-answers.ts'

const SHA = 'a'.repeat(40)
const RELEASE = { tag: 'v1', name: 'v1', body: '', draft: false, prerelease: false, makeLatest: true }

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

/** Everything that asks GitHub. */
const QUESTIONS: Readonly<Record<string, (github: GitHub) => Promise<unknown>>> = {
  analysisSarif: (github) => analysisSarif(github, 1),
  compare: (github) => compare(github, SHA, 'main'),
  createIssue: (github) => createIssue(github, { title: 't', body: 'b', labels: [] }, () => false),
  createRef: (github) => createRef(github, 'refs/tags/v1', SHA),
  createRelease: (github) => createRelease(github, RELEASE),
  createTagObject: (github) => createTagObject(github, { tag: 'v1', message: 'm', commit: SHA }),
  dismissAlert: (github) => dismissAlert(github, 1, 'accepted'),
  findDraft: (github) => findDraft(github, 'v1'),
  firstPullRequests: (github) => firstPullRequests(github, ['ann', 'bob']),
  getCommit: (github) => getCommit(github, SHA),
  getRef: (github) => getRef(github, 'refs/tags/v1'),
  getReleaseByTag: (github) => getReleaseByTag(github, 'v1'),
  getTagObject: (github) => getTagObject(github, SHA),
  listAlerts: (github) => all(listAlerts(github, { ref: 'refs/heads/main', state: 'open' })),
  listAnalyses: (github) => all(listAnalyses(github, { ref: 'refs/heads/main' })),
  listCommits: (github) => all(listCommits(github, SHA)),
  listIssues: (github) => all(listIssues(github, { state: 'all' })),
  listRange: (github) => listRange(github, SHA, 'main'),
  listRefs: (github) => listRefs(github, 'refs/tags/v'),
  listTags: (github) => listTags(github),
  moveRef: (github) => moveRef(github, { ref: 'refs/tags/v1', before: SHA, after: 'b'.repeat(40) }),
  pullRequestsByNumber: (github) => pullRequestsByNumber(github, [1, 2, 3]),
  pullRequestsOfCommits: (github) => pullRequestsOfCommits(github, [SHA, 'b'.repeat(40)]),
  readRefs: (github) => readRefs(github, ['refs/tags/v1', 'refs/tags/v2']),
  readReleasesOf: (github) => readReleasesOf(github, 'v1'),
  readRepository: (github) => readRepository(github),
  readTextFile: (github) => readTextFile(github, SHA, '.github/release.yml'),
  sarifStatus: (github) => sarifStatus(github, 'x'),
  updateIssue: (github) => updateIssue(github, 1, { state: 'closed' }),
  updateRefs: (github) =>
    updateRefs(github, 'R_1', [{ ref: 'refs/tags/v1', before: SHA, after: 'b'.repeat(40) }]),
  uploadSarif: (github) =>
    uploadSarif(github, { commit: SHA, ref: 'refs/heads/main', gzip: Buffer.from('x') }),
  updateRelease: (github) => updateRelease(github, { id: 1, tag: 'v1' }, { body: 'x' }),
}

let answer: BrokenAnswer | ((method: string, url: string) => BrokenAnswer)
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    const { status, headers, body, cut } =
      typeof answer === 'function' ? answer(request.method ?? '', request.url ?? '') : answer
    const length = Buffer.byteLength(body)
    response.writeHead(status, { ...headers, ...(cut ? { 'content-length': length + 100 } : {}) })
    if (cut) response.write(body, () => response.destroy())
    else response.end(status === 204 || status === 304 ? undefined : body)
  })
})
let apiUrl = ''

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function client(): GitHub {
  return connectGitHub({
    token: 'stage-token',
    repository: 'octo/demo',
    apiUrl,
    graphqlUrl: apiUrl.replace('/v3', '/graphql'),
    deadline: performance.now() + 3_600_000,
    env: {},
    pause: async () => {},
  })
}

describe.each(BROKEN_ANSWERS)('$name', (broken) => {
  test.each(Object.keys(QUESTIONS))('%s has an answer, or fails in words', async (name) => {
    answer = broken
    const github = client()
    try {
      const outcome = await QUESTIONS[name]?.(github).then(
        () => undefined,
        (error: unknown) => error,
      )
      if (outcome === undefined) return
      expect(outcome).toBeInstanceOf(GitHubError)
      const { message, title } = outcome as GitHubError
      expect(title).not.toBe('')
      expect(message).toMatch(/^[A-Z].*[.!?`]$/s)
      expect(message).not.toMatch(
        /[<>]html|<!doctype|undefined|destructure|not a function|not iterable|of null/i,
      )
      expect(message.length).toBeLessThan(1_000)
    } finally {
      github.close()
    }
  })
})

const NOT_THERE: readonly string[] = [
  'getCommit',
  'getRef',
  'getReleaseByTag',
  'getTagObject',
  'readTextFile',
  'compare',
]
const JSON_TYPE = { 'content-type': 'application/json' }
const graphql = (status: number, body: unknown) => ({
  name: '',
  status,
  headers: JSON_TYPE,
  body: JSON.stringify(body),
})

test.each(NOT_THERE)('%s: a page with 404 does not say that there is none', async (name) => {
  answer = BROKEN_ANSWERS.find((each) => each.name === 'a page with 404') as BrokenAnswer
  const failure = await QUESTIONS[name]?.(client()).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(GitHubError)
  expect((failure as GitHubError).message).toMatch(/\(HTTP 404\) is an HTML page, .*GITHUB_API_URL/)
})

describe('a file where GraphQL does not answer', () => {
  const CONTENT = {
    type: 'file',
    encoding: 'base64',
    content: Buffer.from('\ufeffchangelog: {}\n').toString('base64'),
  }
  const REFUSALS: readonly [string, BrokenAnswer][] = [
    ['404', graphql(404, { message: 'Not Found' })],
    ['410', graphql(410, { message: 'Gone' })],
    ['403', graphql(403, { message: 'Resource not accessible' })],
    ['502', graphql(502, {})],
    ['a page', { name: '', status: 404, headers: { 'content-type': 'text/html' }, body: '<html></html>' }],
    ['no data', graphql(200, {})],
    ['another shape', graphql(200, { data: { repository: [] } })],
    ['too much', graphql(200, { errors: [{ type: 'RESOURCE_LIMITS_EXCEEDED' }] })],
  ]

  test.each(REFUSALS)('%s: it is read over REST', async (_name, refusal) => {
    const asked: string[] = []
    answer = (method, url) => {
      asked.push(`${method} ${url}`)
      return url.endsWith('/graphql')
        ? refusal
        : { name: '', status: 200, headers: JSON_TYPE, body: JSON.stringify(CONTENT) }
    }
    expect(await readTextFile(client(), SHA, '.github/rel ease.yml')).toBe('changelog: {}\n')
    expect(asked.at(-1)).toBe(`GET /api/v3/repos/octo/demo/contents/.github/rel%20ease.yml?ref=${SHA}`)
  })

  test.each(REFUSALS)('%s: there may be none', async (_name, refusal) => {
    answer = (_method, url) => (url.endsWith('/graphql') ? refusal : graphql(404, { message: 'Not Found' }))
    expect(await readTextFile(client(), SHA, '.github/release.yml')).toBeUndefined()
  })

  test.each([
    ['a folder', [CONTENT]],
    ['a submodule', { ...CONTENT, type: 'submodule' }],
    ['a file over 1 MB', { ...CONTENT, encoding: 'none', content: '' }],
    ['bytes', { ...CONTENT, content: Buffer.from([0x89, 0, 1]).toString('base64') }],
  ])('%s is not a text', async (_name, content) => {
    answer = (_method, url) => graphql(url.endsWith('/graphql') ? 404 : 200, content)
    await expect(readTextFile(client(), SHA, 'x')).rejects.toThrow(/gives no text/)
  })

  test.each(['../x', 'a/../../x', 'a//b', './x', ''])('%j is asked of nobody', async (path) => {
    const asked: string[] = []
    answer = (method, url) => {
      asked.push(`${method} ${url}`)
      return graphql(404, {})
    }
    expect(await readTextFile(client(), SHA, path)).toBeUndefined()
    expect(asked.filter((each) => !each.endsWith('/graphql'))).toEqual([])
  })
})

describe('more than GitHub spends on one query', () => {
  /** Answers only what asks for at most so many. */
  function spends(most: number, type: string, data: object = {}) {
    const sizes: number[] = []
    server.removeAllListeners('request')
    server.on('request', (request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += chunk))
      request.on('end', () => {
        const { query } = JSON.parse(body) as { query: string }
        const numbers = [...query.matchAll(/p(\d+):pullRequest/g)].map(([, number]) => Number(number))
        sizes.push(numbers.length)
        const pull = (number: number) => ({
          number,
          title: 't',
          merged: true,
          author: null,
          labels: null,
          mergeCommit: null,
        })
        const found = Object.fromEntries(numbers.map((number) => [`p${number}`, pull(number)]))
        const refusal = { data, errors: [{ type, message: 'Resource limits for this query exceeded.' }] }
        response.writeHead(200, JSON_TYPE)
        response.end(JSON.stringify(numbers.length > most ? refusal : { data: { repository: found } }))
      })
    })
    return sizes
  }

  test.each([
    ['RESOURCE_LIMITS_EXCEEDED', { repository: null }],
    ['RESOURCE_LIMITS_EXCEEDED', { repository: { p1: null } }],
    ['MAX_NODE_LIMIT_EXCEEDED', {}],
    ['', {}],
  ])('is asked for in halves: %s %j', async (type, data) => {
    const sizes = spends(7, type, data)
    const numbers = Array.from({ length: 40 }, (_, index) => index + 1)
    const found = await pullRequestsByNumber(client(), numbers)
    expect([...found.keys()].sort((a, b) => a - b)).toEqual(numbers)
    // Nothing is asked for again as it was.
    expect(sizes).toEqual([40, 20, 10, 5, 5, 10, 5, 5, 20, 10, 5, 5, 10, 5, 5])
  })

  test('is said in words when one alone is too much', async () => {
    const sizes = spends(0, 'RESOURCE_LIMITS_EXCEEDED')
    const failure = (await pullRequestsByNumber(client(), [1]).catch(
      (error: unknown) => error,
    )) as GitHubError
    expect(failure.message).toContain('Resource limits for this query exceeded')
    expect(sizes).toEqual([1])
  })
})
