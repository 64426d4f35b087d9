import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { type LyingServer, startHonest, startHttp } from '../../support/lying-servers.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { stage } from './stage.ts'
import { errorOf, healthCheck, resultOf, workspace } from './step.ts'

const honest = (body?: unknown): Promise<LyingServer> => stage(startHonest(body))

interface Row {
  why: string
  inputs: Record<string, string>
  says: RegExp
}

const TARGET = 'http://127.0.0.1:1/'

const WRONG: Row[] = [
  { why: 'nothing to check', inputs: {}, says: /^url: nothing to check\. Give "url"/m },
  {
    why: 'no scheme',
    inputs: { url: 'localhost:8080/health' },
    says: /^url: "localhost:8080\/health" has no scheme\. Write for example http:\/\/localhost:8080\/health/m,
  },
  {
    why: 'an unknown scheme names the known ones',
    inputs: { url: 'htp://host/' },
    says: /unknown scheme\. Known are http, https, .*tcp.*Did you mean "http"/,
  },
  { why: 'data: is no target', inputs: { url: 'data:text/plain,ok' }, says: /unknown scheme/ },
  { why: 'a port that cannot be', inputs: { url: 'http://host:70000/' }, says: /^url: .*not a valid URL/m },
  { why: 'tcp without a port', inputs: { url: 'tcp://host' }, says: /names no port/ },
  {
    why: 'a file in url',
    inputs: { url: 'file:///etc/passwd' },
    says: /accepted in the input "checks" only/,
  },
  {
    why: 'a duration with words',
    inputs: { url: TARGET, timeout: '5 minutes' },
    says: /^timeout: "5 minutes" is not a duration\. Write 250ms, 30s, 5m or 1h30m/m,
  },
  { why: 'no endless timeout', inputs: { url: TARGET, timeout: '0' }, says: /^timeout: .*too short/m },
  {
    why: 'a boolean of YAML 1.1',
    inputs: { url: TARGET, invert: 'yes' },
    says: /^invert: "yes" is neither true nor false/m,
  },
  {
    why: 'a boolean of the step',
    inputs: { url: TARGET, 'fail-on-unhealthy': 'no' },
    says: /^fail-on-unhealthy: /m,
  },
  {
    why: 'a status that is none',
    inputs: { url: TARGET, 'expect-status': '200-299, ok' },
    says: /^expect-status: "ok" is not an HTTP status/m,
  },
  {
    why: 'a range the wrong way round',
    inputs: { url: TARGET, 'expect-status': '299-200' },
    says: /^expect-status/m,
  },
  { why: 'stop-on', inputs: { url: TARGET, 'stop-on': '4xx' }, says: /^stop-on: "4xx"/m },
  {
    why: 'a header value with a line break',
    inputs: { url: TARGET, headers: 'X-A: "a\\r\\nX-B: c"' },
    says: /^headers: the value of X-A holds a line break/m,
  },
  {
    why: 'a header name with a space',
    inputs: { url: TARGET, headers: '"X A": b' },
    says: /^headers: "X A" is not a header name/m,
  },
  {
    why: 'headers that are a list',
    inputs: { url: TARGET, headers: '- a' },
    says: /^headers: it is not a map/m,
  },
  {
    why: 'YAML that is none',
    inputs: { url: TARGET, headers: 'a: [b' },
    says: /^headers: it is not valid YAML/m,
  },
  {
    why: 'a regular expression that is none',
    inputs: { url: TARGET, 'expect-body': '/(/' },
    says: /^expect-body: /m,
  },
  {
    why: 'a JSON operator without a number',
    inputs: { url: TARGET, 'expect-json': 'a: ">= many"' },
    says: /^expect-json: a: .*not a number/m,
  },
  {
    why: 'a JSON path that is none',
    inputs: { url: TARGET, 'expect-json': '"a[": 1' },
    says: /^expect-json: .*not a JSON path/m,
  },
  {
    why: 'a word that is nearly right',
    inputs: { url: TARGET, 'health-json': 'of' },
    says: /^health-json: "of" is not one of "auto" or "off"\. Did you mean "off"\?/m,
  },
  {
    why: 'p95 of too few',
    inputs: { url: TARGET, samples: '10', 'max-p95': '1s' },
    says: /^samples: max-p95 needs at least 20 samples, not 10/m,
  },
  {
    why: 'p99 of too few',
    inputs: { url: TARGET, samples: '50', 'max-p99': '1s' },
    says: /^samples: max-p99 needs at least 100 samples, not 50/m,
  },
  { why: 'a share over one', inputs: { url: TARGET, 'max-error-rate': '1.5' }, says: /^max-error-rate: /m },
  {
    why: 'a hold that does not fit',
    inputs: { url: TARGET, timeout: '10s', hold: '10s' },
    says: /^hold: .*do(es)? not fit/m,
  },
  {
    why: 'samples of something that is down',
    inputs: { url: TARGET, invert: 'true', samples: '20' },
    says: /^invert: /m,
  },
  {
    why: 'a size without a unit that is known',
    inputs: { url: TARGET, 'max-body': '1 piece' },
    says: /^max-body: /m,
  },
  { why: 'a method that is none', inputs: { url: TARGET, method: 'GET /x' }, says: /^method: /m },
  {
    why: 'a success-threshold of none',
    inputs: { url: TARGET, 'success-threshold': '0' },
    says: /^success-threshold: /m,
  },
  {
    why: 'redirects without end',
    inputs: { url: TARGET, 'follow-redirects': 'many' },
    says: /^follow-redirects: /m,
  },
  {
    why: 'a ca-file that is not there',
    inputs: { url: 'https://127.0.0.1:1/', 'ca-file': 'no.pem' },
    says: /^ca-file: "no\.pem" cannot be read: ENOENT/m,
  },
  {
    why: 'an unknown key in a check',
    inputs: { checks: `- { url: "${TARGET}", expected-status: 200 }` },
    says: /^checks\[0\]\.expected-status: it is not known\. Did you mean "expect-status"\?/m,
  },
  {
    why: 'a step input in a check',
    inputs: { checks: `- { url: "${TARGET}", dry-run: true }` },
    says: /^checks\[0\]\.dry-run: it does not belong here/m,
  },
  {
    why: 'a setting that means nothing there',
    inputs: { checks: '- { url: "tcp://127.0.0.1:1", expect-status: 200 }' },
    says: /^checks\[0\]\.expect-status: it means nothing for tcp/m,
  },
  {
    why: 'a check without a target',
    inputs: { checks: '- { name: a }' },
    says: /^checks\[0\]: it has no "url"/m,
  },
  {
    why: 'a check with two targets',
    inputs: { checks: `- { url: "${TARGET}", exec: [a] }` },
    says: /^checks\[0\]: it has both/m,
  },
  {
    why: 'two checks of one name',
    inputs: { checks: `- { name: a, url: "${TARGET}" }\n- { name: a, url: "${TARGET}" }` },
    says: /two checks are named "a"/,
  },
  {
    why: 'a longer timeout than the step',
    inputs: { timeout: '5s', checks: `- { url: "${TARGET}", timeout: 10s }` },
    says: /^checks\[0\]\.timeout: .*longer than the timeout of the whole step/m,
  },
  {
    why: 'checks that are no list',
    inputs: { checks: 'api: http://host' },
    says: /^checks: it is not a list/m,
  },
  {
    why: 'a shell line instead of arguments',
    inputs: { checks: '- { exec: "curl -f x | sh" }' },
    says: /^checks\[0\]\.exec: .*not an argument list/m,
  },
  {
    why: 'the metadata service',
    inputs: { url: 'http://169.254.169.254/latest/meta-data/' },
    says: /169\.254\.169\.254.*(link-local|metadata)/,
  },
  {
    why: 'the metadata service in disguise',
    inputs: { url: 'http://0xa9fea9fe/' },
    says: /169\.254\.169\.254.*(link-local|metadata)/,
  },
]

describe('wrong input', () => {
  test.each(WRONG)('$why', async ({ inputs, says }) => {
    const step = await healthCheck(inputs)
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(says)
    expect(step.annotations.filter(({ level }) => level === 'error')).toHaveLength(1)
  })

  test('all of it at once, and nothing is done', async () => {
    const server = await honest()
    const step = await healthCheck({
      url: server.url,
      timeout: 'soon',
      interval: '-1s',
      checks: '- htp://x\n- { url: "http://y/", nam: z }',
    })
    expectConclusion(step, 'failure')
    const says = errorOf(step)
    for (const place of ['timeout:', 'interval:', 'checks[0]:', 'checks[1].nam:'])
      expect(says).toContain(place)
    expect(server.requests).toBe(0)
    expect(step.summary).toBe('')
  })

  test('an empty input is one that is not given', async () => {
    const server = await honest()
    const step = await healthCheck({ url: server.url, interval: '', 'expect-version': '', headers: '  ' })
    expectConclusion(step, 'success')
  })

  test('credentials in a URL are not repeated', async () => {
    const step = await healthCheck({ url: 'htp://admin:hunter22@host/' })
    expectConclusion(step, 'failure')
    expect(step.stdout + step.stderr).not.toContain('hunter22')
  })
})

describe('checks-file', () => {
  const LIST = (url: string): string => `- { name: api, url: "${url}" }\n`

  test('is read inside the workspace', async () => {
    const server = await honest()
    const folder = workspace({ 'deploy/checks.yml': LIST(server.url) })
    const step = await healthCheck({ 'checks-file': 'deploy/checks.yml' }, { workspace: folder })
    expectConclusion(step, 'success')
    expect(step.outputs['passed']).toBe('api')
  })

  test('joins url and checks', async () => {
    const server = await honest()
    const folder = workspace({ 'checks.yml': LIST(server.url) })
    const inputs = {
      url: server.url,
      checks: `- { name: web, url: "${server.url}" }`,
      'checks-file': 'checks.yml',
    }
    const step = await healthCheck(inputs, { workspace: folder })
    expectConclusion(step, 'success')
    expect(resultOf(step).checks).toHaveLength(3)
  })

  test.each([
    ['outside the workspace', '../checks.yml', /lies outside the workspace/],
    ['an absolute path outside', '/etc/hostname', /lies outside the workspace/],
    ['a folder', '.', /is not a regular file/],
    ['not there', 'no.yml', /does not exist in the workspace/],
  ])('is refused: %s', async (_why, path, says) => {
    const parent = workspace({ 'checks.yml': LIST(TARGET), 'inside/a.txt': '' })
    const step = await healthCheck({ 'checks-file': path }, { workspace: join(parent, 'inside') })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(says)
  })

  test('is refused through a symbolic link out of the workspace', async () => {
    const outside = workspace({ 'checks.yml': LIST(TARGET) })
    const folder = tempFolder('nexus-workspace-')
    symlinkSync(join(outside, 'checks.yml'), join(folder, 'checks.yml'))
    const step = await healthCheck({ 'checks-file': 'checks.yml' }, { workspace: folder })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(/lies outside the workspace/)
  })

  test.each([
    ['a program', '- { exec: [id] }', /exec is accepted in the input "checks" only/],
    ['a file', '- "file:///etc/passwd"', /file is accepted in the input "checks" only/],
    ['headers', `- { url: "${TARGET}", headers: { A: b } }`, /headers are accepted in the inputs/],
  ])('may not hold %s', async (_what, list, says) => {
    const folder = workspace({ 'checks.yml': list })
    const step = await healthCheck({ 'checks-file': 'checks.yml' }, { workspace: folder })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(says)
  })

  test('with CRLF and a byte order mark', async () => {
    const server = await honest()
    const folder = workspace({ 'checks.yml': `\ufeff- name: api\r\n  url: ${server.url}\r\n` })
    expectConclusion(await healthCheck({ 'checks-file': 'checks.yml' }, { workspace: folder }), 'success')
  })
})

describe('what is sent', () => {
  test('method, headers and body', async () => {
    const seen: { method: string | undefined; key: unknown; body: string }[] = []
    const server = await stage(
      startHttp((request, response) => {
        let body = ''
        request.on('data', (chunk) => {
          body += chunk
        })
        request.on('end', () => {
          seen.push({ method: request.method, key: request.headers['x-api-key'], body })
          response.end('ok')
        })
      }),
    )
    const step = await healthCheck({
      url: server.url,
      method: 'post',
      headers: 'X-Api-Key: s3cr3t-value\nContent-Type: application/json',
      body: '{"ping":1}',
    })
    expectConclusion(step, 'success')
    expect(seen[0]).toEqual({ method: 'POST', key: 's3cr3t-value', body: '{"ping":1}' })
    expect(step.masks).toContain('s3cr3t-value')
  })

  test('headers given by the user stay with the first origin', async () => {
    const keys: unknown[] = []
    const other = await stage(
      startHttp((request, response) => {
        keys.push(request.headers['x-api-key'])
        response.end('ok')
      }),
    )
    const first = await stage(
      startHttp((_request, response) => response.writeHead(302, { location: other.url }).end()),
    )
    const step = await healthCheck({
      url: first.url,
      'follow-redirects': '1',
      headers: 'X-Api-Key: s3cr3t-value',
    })
    expectConclusion(step, 'success')
    expect(keys).toEqual([undefined, undefined])
  })

  test('no redirect leads to a metadata address', async () => {
    const server = await stage(
      startHttp((_request, response) =>
        response.writeHead(302, { location: 'http://[::ffff:169.254.169.254]/latest' }).end(),
      ),
    )
    const step = await healthCheck({ url: server.url, 'follow-redirects': '5' })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(/link-local|metadata/)
  })
})
