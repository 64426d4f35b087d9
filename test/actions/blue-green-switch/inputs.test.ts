import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readRate, readSteps } from '../../../actions/blue-green-switch/inputs/values.ts'
import { readInputs } from '../../../actions/blue-green-switch/inputs.ts'
import { InputError } from '../../../shared/action/errors.ts'
import { runAction } from '../../support/runner.ts'

const GOOD = {
  target: 'haproxy',
  'target-config': '{ socket: /run/haproxy.sock, backend: app, servers: { blue: blue, green: green } }',
  checks: '- http://{color}.internal/health',
  verify: '- https://app.example.com/',
  identify: 'header: X-Color',
}

const env = (inputs: Readonly<Record<string, string>>): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries({ ...GOOD, ...inputs }).map(([name, text]) => [`INPUT_${name.toUpperCase()}`, text]),
  )

async function problemsOf(inputs: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  try {
    await readInputs(env(inputs))
  } catch (error) {
    if (error instanceof InputError)
      return Object.fromEntries(error.problems.map(({ input, message }) => [input, message]))
    throw error
  }
  return {}
}

test('the defaults are those of the contract', async () => {
  const { policy, steps, to, mode, timeout, rollbackOnJobFailure } = await readInputs(env({}))
  expect({ policy, steps, to, mode, timeout, rollbackOnJobFailure }).toEqual({
    policy: {
      ...{ stepInterval: 30_000, watch: 60_000, drain: 30_000, propagation: 10_000, probeRate: 5 },
      ...{ minSamples: 20, maxErrorRate: 0, maxP95: undefined, maxP95Ratio: undefined },
      ...{ maxErrorDifference: undefined, drainSessions: undefined, onOldDead: 'stay' },
      ...{ onInconclusive: 'rollback', rollbackOnFailure: true, dryRun: false },
    },
    ...{ steps: [100], to: 'idle', mode: 'switch', timeout: 900_000, rollbackOnJobFailure: false },
  })
})

test('{color} and {version} are filled in, quoted or not', async () => {
  const { checks, verify } = await readInputs(
    env({
      version: '1.10',
      checks: '- url: http://{color}.internal/{version}\n  expect-version: {version}',
      verify: '- url: https://app.example.com/\n  expect-version: "{version}"',
    }),
  )
  expect(checks?.['green']?.[0]).toMatchObject({
    display: 'http://green.internal/1.10',
    settings: { 'expect-version': '1.10', 'success-threshold': 3, timeout: 60_000 },
  })
  expect(checks?.['blue']?.[0]?.display).toBe('http://blue.internal/1.10')
  expect(verify?.['blue']?.[0]?.settings['expect-version']).toBe('1.10')
})

test('connect-to asks each color under the public name', async () => {
  const { checks } = await readInputs(
    env({ checks: '- url: https://shop.example.com/health\n  connect-to: "{color}.internal:8443"' }),
  )
  expect(checks?.['green']?.[0]).toMatchObject({
    display: 'https://shop.example.com/health',
    settings: { 'connect-to': { host: 'green.internal', port: 8443 } },
  })
  expect(checks?.['blue']?.[0]?.settings['connect-to']).toEqual({ host: 'blue.internal', port: 8443 })
  expect(
    await problemsOf({ checks: '- url: https://shop.example.com/\n  connect-to: "{color}"' }),
  ).toMatchObject({
    'checks[0].connect-to': expect.stringMatching(/is not a host and a port/),
  })
})

test('checks may be a map with a list for each color', async () => {
  const { checks } = await readInputs(
    env({ checks: 'blue: [http://127.0.0.1:8001/]\ngreen: [http://127.0.0.1:8002/]' }),
  )
  expect([checks?.['blue']?.[0]?.display, checks?.['green']?.[0]?.display]).toEqual([
    'http://127.0.0.1:8001/',
    'http://127.0.0.1:8002/',
  ])
})

test('"none" is none, and has to be written out', async () => {
  const read = await readInputs(env({ checks: 'none', verify: 'None', identify: '' }))
  expect([read.checks, read.verify]).toEqual([undefined, undefined])
  expect(Object.keys(await problemsOf({ checks: '', verify: '', identify: '' }))).toEqual([
    'checks',
    'verify',
  ])
})

test('status needs no more than the router', async () => {
  expect(await problemsOf({ mode: 'status', checks: '', verify: '', identify: '' })).toEqual({})
})

test('via is a list, in YAML or in words', async () => {
  for (const via of ['[ssh, deploy@host]', '- ssh\n- deploy@host', 'ssh, deploy@host'])
    expect((await readInputs(env({ via }))).router.via).toEqual(['ssh', 'deploy@host'])
})

describe('refused', () => {
  test.each<[Record<string, string>, string, string]>([
    [{ target: 'haprxy' }, 'target', 'Did you mean "haproxy"?'],
    [{ target: 'kubernetes' }, 'target', 'comes with a later release'],
    [{ target: 'aws-ecs' }, 'target', 'comes with a later release'],
    [{ target: '' }, 'target', 'is missing'],
    [{ 'target-config': '' }, 'target-config', 'is missing'],
    [{ 'target-config': '{ a: [' }, 'target-config', 'not valid YAML'],
    [{ mode: 'swich' }, 'mode', 'Did you mean "switch"?'],
    [{ record: 'true' }, 'environment', 'needs the environment of the deployment'],
    [{ 'environment-url': 'shop' }, 'environment-url', 'is not the URL of a page'],
    [{ 'deployment-id': '7' }, 'deployment-id', 'is for "mode: rollback"'],
    [{ confirm: 'ROLLBACK' }, 'confirm', 'is for "mode: rollback"'],
    [{ mode: 'rollback' }, 'confirm', 'it is missing. Write ROLLBACK'],
    [{ mode: 'rollback' }, 'reason', 'it is missing'],
    [{ mode: 'rollback' }, 'deployment-id', 'and so is "environment"'],
    [{ mode: 'rollback', confirm: 'rollback' }, 'confirm', '"rollback" is not ROLLBACK'],
    [{ mode: 'rollback', confirm: ' ROLLBACK' }, 'confirm', 'is not ROLLBACK'],
    [{ mode: 'rollback', 'deployment-id': 'x' }, 'deployment-id', 'is not a whole number'],
    [{ 'max-p95-ratio': '0.5' }, 'max-p95-ratio', 'is not a ratio'],
    [{ sticky: 'mvoe' }, 'sticky', 'Did you mean "move"?'],
    [{ 'on-old-dead': 'back' }, 'on-old-dead', 'is not one of "stay" or "forward"'],
    [{ to: 'grene' }, 'to', 'Did you mean "green"?'],
    [{ 'expect-live': 'purple' }, 'expect-live', 'is not one of "blue" or "green"'],
    [{ steps: '5, 50' }, 'steps', 'the last step has to be 100'],
    [{ steps: '50, 5, 100' }, 'steps', 'more than the one before'],
    [{ steps: '0, 100' }, 'steps', 'out of range'],
    [{ steps: '2.5, 100' }, 'steps', 'not a whole number'],
    [{ 'probe-rate': '100/s' }, 'probe-rate', 'from 0.1/s to 50/s'],
    [{ 'probe-rate': '5/m' }, 'probe-rate', 'from 0.1/s to 50/s'],
    [{ 'max-error-rate': '1' }, 'max-error-rate', 'is not a share'],
    [{ 'min-samples': '0' }, 'min-samples', 'out of range'],
    [{ 'on-inconclusive': 'roll back' }, 'on-inconclusive', 'Did you mean "rollback"?'],
    [{ timeout: '1m' }, 'timeout', 'take 1 min 30 s, which does not fit into 1 min'],
    [{ identify: '' }, 'identify', 'is missing'],
    [{ identify: 'header: [a]' }, 'identify', 'not a header name'],
    [{ checks: 'http://a/' }, 'checks', 'is not a list of checks'],
    [{ checks: '- http://{color}/{version}' }, 'checks', 'uses {version}, but the input "version"'],
    [{ checks: '- url: http://a/\n  expect-satus: 200' }, 'checks[0].expect-satus', '"expect-status"'],
    [{ checks: 'blue: [http://a/]' }, 'checks', 'there is no list for green'],
    [{ verify: '- tcp://app:443' }, 'verify', 'is not http or https'],
    [{ verify: '- url: http://a/\n  samples: 5' }, 'verify[0].samples', 'means nothing here'],
    [{ hooks: '{ before: [a] }' }, 'hooks.before', 'is not known'],
    [{ hooks: '{ before-switch: make backup }' }, 'hooks.before-switch', 'There is no shell'],
    [{ via: '[]' }, 'via', 'not an argument list'],
    [{ 'dry-run': 'maybe' }, 'dry-run', 'neither true nor false'],
  ])('%j', async (inputs, name, message) => {
    expect((await problemsOf(inputs))[name]).toContain(message)
  })

  test('the same mistake for both colors is told once, and everything together', async () => {
    const step = await runAction({
      action: 'blue-green-switch',
      inputs: {
        ...GOOD,
        ...{
          checks: '- url: ftp://a/\n- url: http://a/\n  samples: x',
          steps: '5',
          'probe-rate': 'fast',
        },
        confirm: 'ROLLBACK',
      },
    })
    expect(step.conclusion).toBe('failure')
    const [error, ...more] = step.annotations
    expect(more).toEqual([])
    expect(error?.title).toBe('5 wrong inputs')
    expect(error?.message.split('\n').map((line) => line.split(':')[0])).toEqual([
      ...['confirm', 'checks[0].url', 'checks[1].samples', 'steps', 'probe-rate'],
      'Nothing was done.',
    ])
  })
})

test('credentials of checks and verify are masked', async () => {
  const step = await runAction({
    action: 'blue-green-switch',
    inputs: {
      ...GOOD,
      checks: '- http://me:hunter2hunter2@127.0.0.1:9/\n',
      timeout: '3s',
      watch: '0s',
      drain: '0s',
    },
  })
  expect(step.masks).toContain('hunter2hunter2')
  expect(step.log + JSON.stringify(step.outputs) + step.summary).not.toContain('hunter2hunter2')
})

describe('whatever is given', () => {
  test('steps are whole percent, rising, to 100, or refused', () => {
    const pieces = fc.array(
      fc.oneof(fc.integer({ min: -5, max: 120 }).map(String), fc.string({ maxLength: 4 })),
    )
    fc.assert(
      fc.property(pieces, fc.constantFrom(',', '\n', ', '), (parts, by) => {
        const reading = readSteps(parts.join(by))
        if ('problem' in reading) return
        const shares = reading.value
        expect(shares.at(-1)).toBe(100)
        expect(shares.every((share, at) => Number.isInteger(share) && share > (shares[at - 1] ?? 0))).toBe(
          true,
        )
      }),
    )
  })

  test('a rate is one that we keep, or refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.double().map(String),
          fc.nat(99).map((n) => `${n}/s`),
        ),
        (text) => {
          const reading = readRate(text)
          if ('value' in reading) expect(reading.value >= 0.1 && reading.value <= 50).toBe(true)
        },
      ),
    )
  })

  test('YAML of any shape is read or refused, never a defect', async () => {
    const names = fc.constantFrom('checks', 'verify', 'identify', 'hooks', 'via', 'target-config')
    await fc.assert(
      fc.asyncProperty(names, fc.json({ maxDepth: 3 }), async (name, json) => {
        await problemsOf({ [name]: json })
      }),
      { numRuns: 150 },
    )
  })
})

test('the post step minds no ca-file that is gone: the traffic is to be put back all the same', async () => {
  const given = env({ verify: '- url: https://app.example.com/\n  ca-file: /nowhere/ca.pem' })
  await expect(readInputs(given)).rejects.toThrow('/nowhere/ca.pem')
  expect((await readInputs(given, 'post')).verify?.['green']).toHaveLength(1)
})
