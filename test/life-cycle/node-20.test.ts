import { execFileSync } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from '@jest/globals'
import { readSources } from '../../scripts/source.ts'
import { startHttp } from '../support/lying-servers.ts'
import { atEnd } from '../support/runner/cleanup.ts'
import { runAction, WHOLE_STEPS, whatIsWrong } from './steps.ts'

/** Node 20, which runners give actions of `node24` on 32-bit ARM; undefined where this machine has none. */
function node20(): string | undefined {
  const folders = ['/usr/bin', '/usr/local/bin', ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders
    .map((folder) => join(folder, 'node'))
    .find((path) => {
      try {
        return execFileSync(path, ['--version'], { encoding: 'utf8', stdio: 'pipe' }).startsWith('v20.')
      } catch {
        return false
      }
    })
}

const node = node20()
if (node === undefined) process.stderr.write('skipped: actions under Node 20: this machine has none\n')

;(node === undefined ? describe.skip : describe)('under Node 20', () => {
  const options = node === undefined ? {} : { node }

  test.each(WHOLE_STEPS)('$name does all of its work', async (step) => {
    const result = await runAction({ ...(await step.options()), ...options, env: { NO_PROXY: '127.0.0.1' } })
    if (whatIsWrong(result).length > 0) throw new Error([...whatIsWrong(result), result.log].join('\n'))
    expect([result.conclusion, result.log]).toEqual(['success', result.log])
  })

  test('a coding that Node 20 does not know is said', async () => {
    const server = await startHttp((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'zstd' }).end(zstdCompressSync('ok'))
    })
    atEnd(() => void server.close())
    const result = await runAction({
      action: 'health-check',
      inputs: { url: server.url, timeout: '1s', 'expect-body': 'ok' },
      env: { NO_PROXY: '127.0.0.1' },
      ...options,
    })
    expect(whatIsWrong(result, { shows: true })).toEqual([])
    expect(result.log).toContain('needs a runner with Node 22.15 or newer')
  })
})

/** What came after Node 20.16: see https://node.green and the change logs of Node 22 to 24. */
const NEWER =
  /^(?:Map\.groupBy|Object\.groupBy|Promise\.(?:withResolvers|try)|Array\.fromAsync|RegExp\.escape|Error\.isError|Iterator(?:\.\w+)?|URL\.parse|Math\.(?:f16round|sumPrecise)|Float16Array|WebSocket|EventSource|Atomics\.pause)$/

test('no source uses what only newer runtimes have', () => {
  const found = readSources('actions', 'shared').flatMap(({ path, globals }) =>
    [...globals].filter((name) => NEWER.test(name)).map((name) => `${path}: ${name}`),
  )
  expect(found).toEqual([])
})
