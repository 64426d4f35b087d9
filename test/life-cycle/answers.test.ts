import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { BROKEN_ANSWERS, type BrokenAnswer } from '../support/broken-answers.ts'
import { runAction, WHOLE_STEPS, whatIsWrong } from './steps.ts'

/**
 * A server that gives one answer to everything, by the first part of the path. `retry-after: 0`: what is asked again is
 * asked at once, and the waits of other tests are not waited for here.
 */
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    const index = Number(/^\/(\d+)\b/.exec(request.url ?? '')?.[1])
    const { status, headers, body, cut } = BROKEN_ANSWERS[index] as BrokenAnswer
    const length = Buffer.byteLength(body)
    response.writeHead(status, {
      ...(status >= 500 ? { 'retry-after': '0' } : {}),
      ...headers,
      ...(cut ? { 'content-length': length + 100 } : {}),
    })
    if (cut) response.write(body, () => response.destroy())
    else response.end(status === 204 || status === 304 ? undefined : body)
  })
})
let port = 0

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe.each(WHOLE_STEPS.filter(({ asks }) => asks))('$name', ({ staysGreen, options }) => {
  test.concurrent.each(BROKEN_ANSWERS.map(({ name }, index) => [name, index] as const))(
    'GitHub answers %s',
    async (_name, index) => {
      const given = await options()
      const apiUrl = `http://127.0.0.1:${port}/${index}`
      const result = await runAction({
        ...given,
        context: { ...given.context, apiUrl, graphqlUrl: `${apiUrl}/graphql` },
        env: { NO_PROXY: '127.0.0.1' },
        deadlineMs: 100_000,
      })
      if (whatIsWrong(result).length > 0) throw new Error([...whatIsWrong(result), result.log].join('\n'))
      if (staysGreen) expect([result.conclusion, result.log]).toEqual(['success', result.log])
    },
    110_000,
  )
})

/** What is asked at the other end of a check, a message or a switch. */
const OTHER_ENDS: Readonly<
  Record<string, (url: string) => { action: string; inputs: Record<string, string> }>
> = {
  'a health check': (url) => ({
    action: 'health-check',
    inputs: {
      ...{ url, timeout: '1s', interval: '100ms', 'expect-json': '{status: ok}', 'expect-body': '/ok|up/' },
    },
  }),
  'a health check of health+json': (url) => ({
    action: 'health-check',
    inputs: { checks: `[{url: "${url}", expect-health: true, timeout: 1s}]` },
  }),
  'a message to Discord': (url) => ({
    action: 'slack-notify',
    inputs: { 'discord-webhook-url': `${url}/api/webhooks/1/${'x'.repeat(68)}`, timeout: '3s' },
  }),
  'a switch of Caddy': (url) => ({
    action: 'blue-green-switch',
    inputs: {
      ...{ target: 'caddy', checks: 'none', verify: 'none', timeout: '5s', watch: '0s', record: 'false' },
      'target-config': `{admin: "${url}", blue: "127.0.0.1:1", green: "127.0.0.1:2"}`,
    },
  }),
}

describe.each(Object.entries(OTHER_ENDS))('%s', (_what, make) => {
  test.concurrent.each(BROKEN_ANSWERS.map(({ name }, index) => [name, index] as const))(
    'is answered with %s',
    async (_name, index) => {
      const given = make(`http://127.0.0.1:${port}/${index}`)
      const result = await runAction({ ...given, env: { NO_PROXY: '127.0.0.1' }, deadlineMs: 100_000 })
      const wrong = whatIsWrong(result, { shows: given.action === 'health-check' })
      if (wrong.length > 0) throw new Error([...wrong, result.log].join('\n'))
      if (given.action === 'slack-notify')
        expect([result.conclusion, result.log]).toEqual(['success', result.log])
    },
    110_000,
  )
})
