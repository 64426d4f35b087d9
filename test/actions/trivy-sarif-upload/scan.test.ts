import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import type { Log } from '../../../actions/trivy-sarif-upload/sarif/model.ts'
import { describeWith } from '../../support/real-parts.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion, runAction, type StepResult, startAction } from '../../support/runner.ts'
import { type FakeTrivy, fakeTrivy, trivySarif, writeDatabase } from '../../support/trivy/fake.ts'
import { archiveOf, releasesOf } from '../../support/trivy/releases.ts'

// A scanner of 230 MB takes its time on a busy machine.
jest.setTimeout(240_000)

const SECRET = { id: 'aws-access-key-id', severity: 'CRITICAL', file: 'creds.txt' }
const FOUND = { report: trivySarif(SECRET) }
const CLEAN = { report: trivySarif() }

/** A scan of the workspace with a Trivy from PATH, uploaded nowhere. */
function scan(
  trivy: FakeTrivy,
  inputs: Record<string, string> = {},
  env: Record<string, string> = {},
): Promise<StepResult> {
  return runAction(options(trivy, inputs, env))
}

function options(trivy: FakeTrivy, inputs: Record<string, string>, env: Record<string, string> = {}) {
  return {
    action: 'trivy-sarif-upload',
    inputs: { scan: 'fs', 'trivy-sha256': trivy.sha256, upload: 'never', cache: 'false', ...inputs },
    env: { ...trivy.env, ...env },
  }
}

function errorOf({ annotations }: StepResult): string {
  const errors = annotations.filter(({ level }) => level === 'error')
  return errors.map(({ title, message }) => `${title}: ${message}`).join('\n')
}

const fatal = (text: string): string =>
  `2026-11-21T09:47:41Z\tINFO\t[vuln] Vulnerability scanning is enabled\n2026-11-21T09:47:41Z\tFATAL\tFatal error\trun error: ${text}\n`

describe('three different outcomes', () => {
  test('findings: they are counted, and the step is green without a gate', async () => {
    const trivy = fakeTrivy(FOUND)
    const step = await scan(trivy)
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ critical: '1', total: '1', gate: 'off' })
  })

  test('a clean report is a clean scan', async () => {
    const step = await scan(fakeTrivy(CLEAN), { 'fail-on': 'any' })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ total: '0', gate: 'passed' })
    expect(step.summary).toContain('fs `.`, Trivy 0.72.0')
  })

  test.each([
    [
      'a scan that failed',
      { exit: 1, stderr: fatal('fs scan error: lstat nowhere: no such file or directory') },
      'Trivy failed: trivy fs of "." ended with exit code 1: fs scan error: lstat nowhere: no such file or directory. Is there a checkout',
    ],
    [
      'a scan that failed after it had written a report',
      { ...CLEAN, exit: 2, stderr: fatal('could not write everything') },
      'Trivy failed: trivy fs of "." ended with exit code 2: could not write everything',
    ],
    [
      'a missing report',
      { stderr: 'all is well\n' },
      'Trivy wrote no report: trivy fs of "." ended with exit code 0, but left no report. That is no clean scan. The last that it said: all is well',
    ],
    [
      'an empty report',
      { report: '' },
      'Trivy wrote no report: trivy fs of "." ended with exit code 0, but left an empty report.',
    ],
    [
      'a report without runs',
      { report: { version: '2.1.0', runs: [] } },
      'Trivy reported nothing: trivy fs of "." left a report without results: it has no runs. That is no clean scan.',
    ],
    [
      'a report whose results are null',
      { report: { version: '2.1.0', runs: [{ tool: { driver: { name: 'Trivy' } }, results: null }] } },
      'Trivy reported nothing: trivy fs of "." left a report without results: null says that nothing was looked at.',
    ],
    ['a report that is cut', { report: '{"version": "2.1.0", "ru' }, 'the report of Trivy'],
    [
      'options that Trivy does not have',
      { exit: 1, stderr: '2026-11-21T09:47:41Z\tFATAL\tFatal error\tunknown flag: --nope\n' },
      'Trivy failed: trivy fs of "." ended with exit code 1: unknown flag: --nope. Look at "trivy-args".',
    ],
    [
      'a registry that wants a login',
      {
        exit: 1,
        stderr: fatal(
          'unable to find the specified image "a": remote error: UNAUTHORIZED: authentication required',
        ),
      },
      'Log in to the registry before this step',
    ],
  ])('%s is red, and no clean scan', async (_, run, message) => {
    const step = await scan(fakeTrivy(run), { 'fail-on': 'any' })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toContain(message)
    expect(step.outputs).toMatchObject({ total: '', gate: 'failed', uploaded: 'false' })
  })

  test('what went wrong without stopping Trivy is told', async () => {
    const stderr =
      '2026-11-21T09:47:40Z\tERROR\t[misconfig] Falling back to embedded checks\terr="no such host"\n'
    const step = await scan(fakeTrivy({ ...CLEAN, stderr }))
    expectConclusion(step, 'success')
    expect(step.annotations).toContainEqual(
      expect.objectContaining({
        level: 'notice',
        message: 'Trivy: [misconfig] Falling back to embedded checks err="no such host"',
      }),
    )
  })
})

describe('how Trivy is started', () => {
  test('as an argument array, an absolute target behind --, in a folder of ours, without inputs and credentials', async () => {
    const trivy = fakeTrivy(FOUND)
    const workspace = tempFolder('nexus-scan-')
    mkdirSync(join(workspace, 'a folder; touch x'))
    mkdirSync(join(workspace, 'vendor'))
    writeFileSync(join(workspace, 'ignore.yaml'), 'vulnerabilities:\n  - id: CVE-1\n')
    const step = await runAction({
      ...options(
        trivy,
        {
          target: 'a folder; touch x',
          scanners: 'secret, misconfig',
          'ignore-unfixed': 'true',
          'ignore-file': 'ignore.yaml',
          'trivy-args': '--skip-dirs=vendor,**/x\n--file-patterns=dockerfile:.*\\.docker, $(id)',
          'scan-timeout': '2m',
        },
        { ACTIONS_RUNTIME_TOKEN: 'secret-of-the-runner', TRIVY_USERNAME: 'kept', TRIVY_SEVERITY: 'LOW' },
      ),
      workspace,
    })
    expectConclusion(step, 'success')
    const [call] = trivy.calls()
    const { temp } = step.folders
    const given = (option: string): string => call?.argv[(call?.argv.indexOf(option) ?? 0) + 1] ?? ''
    const [report, cache, ignore] = [given('--output'), given('--cache-dir'), given('--ignorefile')]
    expect(call?.argv).toEqual([
      ...['fs', '--format', 'json', '--output', report, '--exit-code', '0'],
      ...['--severity', 'UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL', '--debug', '--cache-dir', cache],
      ...['--timeout', '120s', '--scanners', 'secret,misconfig', '--ignore-unfixed'],
      ...['--ignorefile', ignore, `--skip-dirs=${workspace}/vendor,**/x`],
      ...['--file-patterns=dockerfile:.*\\.docker, $(id)', '--', `${workspace}/a folder; touch x`],
    ])
    for (const path of [report, cache, ignore, call?.cwd]) expect(path?.startsWith(temp)).toBe(true)
    expect(call?.variables.filter((name) => /^(INPUT_|ACTIONS_|GITHUB_OUTPUT$)/.test(name))).toEqual([])
    expect(call?.variables).toContain('TRIVY_USERNAME')
    expect(call?.variables).not.toContain('TRIVY_SEVERITY')
    expect(step.log).toContain('The variable TRIVY_SEVERITY is not obeyed')
  })

  test.each<[string, Record<string, string>, string]>([
    [
      'an option as target',
      { target: '--config=evil.yaml' },
      'target: "--config=evil.yaml" begins with a hyphen',
    ],
    ['an image without a name', { scan: 'image' }, 'target: missing'],
    [
      'options of ours',
      { 'trivy-args': '--exit-code=1\n--format=table\n-o\n--timeout=1h' },
      'use "fail-on": with an exit code of its own, findings look like a scan that failed.',
    ],
    ['an option and its value', { 'trivy-args': '--skip-dirs vendor' }, 'one line is one argument'],
    ['a password', { 'trivy-args': '--password=hunter2' }, 'set the variable TRIVY_PASSWORD'],
    [
      'a password in an address',
      { 'trivy-args': '--cache-backend=redis://:hunter2@cache.test' },
      '--cache-backend holds a password in its address',
    ],
    [
      'a token in the target',
      { scan: 'repo', target: 'https://user:hunter2@git.test/team/app' },
      'target: it holds a password or token',
    ],
    ['more targets', { 'trivy-args': 'other' }, '"other" is no option'],
    ['short options', { 'trivy-args': '-qf' }, '"-qf": write the long form'],
    [
      'another version without its checksum',
      { 'trivy-version': '0.70.0', 'trivy-sha256': '' },
      'trivy-sha256: missing: 0.70.0 is not the pinned 0.72.0',
    ],
    ['the newest, whatever it is', { 'trivy-version': 'latest' }, 'trivy-version: "latest" is no version'],
    ['a version of attackers', { 'trivy-version': 'v0.69.4' }, '0.69.4 was published by attackers'],
    ['scanners of a configuration', { scan: 'config', scanners: 'vuln' }, 'scanners: with `scan: config`'],
  ])('%s: refused before anything runs', async (_, inputs, message) => {
    const trivy = fakeTrivy(CLEAN)
    const step = await scan(trivy, inputs)
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toContain(message)
    expect(step.log).not.toContain('hunter2')
    expect(trivy.calls()).toEqual([])
  })

  test('a scan that takes too long is stopped', async () => {
    const step = await scan(fakeTrivy({ hangs: true }), { 'scan-timeout': '1s' })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toBe(
      'Trivy took too long: trivy fs was stopped: it was not through when "scan-timeout" (1 s) had passed.',
    )
    expect(step.orphans).toEqual([])
  })

  test('a step that is cancelled stops it', async () => {
    const trivy = fakeTrivy({ hangs: true })
    const step = startAction(options(trivy, {}))
    await step.waitForLog(/Running: trivy fs/)
    const result = await step.cancel()
    expect(result.exitCode).toBe(1)
    expect(result.orphans).toEqual([])
  })
})

describe('which Trivy runs', () => {
  /** Of the same version, so that only the checksum can tell. */
  const other = fakeTrivy({ ...CLEAN, stderr: 'the wrong one' })

  test('not one from PATH with another checksum: the release is downloaded and verified', async () => {
    const trivy = fakeTrivy(FOUND)
    const { bytes, sha256 } = archiveOf(trivy.path)
    const github = await releasesOf(bytes)
    const step = await scan(other, { 'trivy-sha256': sha256, 'trivy-version': '0.71.2' }, github.env)
    expectConclusion(step, 'success')
    expect(step.outputs['critical']).toBe('1')
    expect(other.calls()).toEqual([])
    expect(trivy.calls()).toHaveLength(1)
    const machine = `${process.platform === 'darwin' ? 'macOS' : 'Linux'}-${process.arch === 'arm64' ? 'ARM64' : '64bit'}`
    expect(github.asked).toEqual([
      `github.com /aquasecurity/trivy/releases/download/v0.71.2/trivy_0.71.2_${machine}.tar.gz`,
      'assets.example /trivy?signed=1',
    ])

    // What is kept is verified again: first whole, then changed by somebody.
    const tools = step.folders.tools
    const [kept = ''] = readdirSync(tools, { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('.tar.gz'),
    )
    const again = async (): Promise<string> => {
      const next = await scan(
        other,
        { 'trivy-sha256': sha256, 'trivy-version': '0.71.2' },
        { ...github.env, RUNNER_TOOL_CACHE: tools },
      )
      expectConclusion(next, 'success')
      return (JSON.parse(next.outputs['result'] ?? '{}') as { scan: { from: string } }).scan.from
    }
    expect(await again()).toBe('tool-cache')
    writeFileSync(join(tools, kept), 'changed')
    expect(await again()).toBe('download')
    expect(readFileSync(join(tools, kept))).toEqual(bytes)
  })

  test('a download with the wrong checksum is not run, and not kept', async () => {
    const trivy = fakeTrivy(FOUND)
    const github = await releasesOf(archiveOf(trivy.path).bytes)
    const step = await scan(other, { 'trivy-sha256': '' }, github.env)
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toMatch(
      /^Wrong checksum: https:\/\/github\.com\/\S+trivy_0\.72\.0_\w+-\w+\.tar\.gz: expected SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}\. It was not run\./,
    )
    expect([...trivy.calls(), ...other.calls()]).toEqual([])
    expect(readdirSync(step.folders.tools, { recursive: true })).toEqual([])
  })

  test('a release that is not there says so', async () => {
    const github = await releasesOf(undefined)
    const step = await scan(other, { 'trivy-sha256': '' }, github.env)
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toContain(
      'the answer was 404 Not Found. A runner that cannot reach github.com takes',
    )
  })
})

describe('when the registry of the database limits', () => {
  const LIMITED = {
    exit: 1,
    stderr: fatal(
      'init error: DB error: failed to download vulnerability DB: OCI artifact error: failed to download vulnerability DB: failed to download artifact from mirror.gcr.io/aquasec/trivy-db:2: GET https://mirror.gcr.io/v2/aquasec/trivy-db/manifests/2: TOOMANYREQUESTS: rate limited',
    ),
  }

  test('the one that is there is taken, and its age is told', async () => {
    const trivy = fakeTrivy(LIMITED, FOUND)
    const cache = tempFolder('nexus-trivy-cache-')
    writeDatabase(cache, new Date(Date.now() - 50 * 3_600_000 - 60_000).toISOString())
    mkdirSync(join(cache, 'java-db'))
    writeFileSync(join(cache, 'java-db', 'metadata.json'), '{}')
    const step = await scan(trivy, {}, { TRIVY_CACHE_DIR: cache })
    expectConclusion(step, 'success')
    expect(step.outputs['critical']).toBe('1')
    const skips = trivy.calls().map(({ argv }) => argv.filter((arg) => arg.startsWith('--skip-')))
    expect(skips).toEqual([[], ['--skip-db-update', '--skip-java-db-update']])
    expect(step.summary).toContain(
      'The vulnerability database is 50 h 1 min old, from the cache: the registry limits how often it is asked',
    )
  })

  test('without one the scan fails, and says what to do', async () => {
    const step = await scan(fakeTrivy(LIMITED))
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toContain(
      'No vulnerability database: Trivy has none to scan with: the registry limits how often it is asked',
    )
    expect(existsSync(join(step.folders.temp, 'nexus-trivy-cache'))).toBe(false)
  })

  test('a limit on the image itself is another matter', async () => {
    const stderr = fatal(
      'image scan error: scan error: unable to initialize container image: unable to find the specified image "busybox": remote error: GET https://index.docker.io/v2/library/busybox/manifests/latest: TOOMANYREQUESTS: You have reached your pull rate limit',
    )
    const step = await scan(fakeTrivy({ exit: 1, stderr }), { scan: 'image', target: 'busybox' })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toContain('log in before this step (docker/login-action), or use a mirror')
  })
})

describeWith('trivy', 'a real Trivy', (path) => {
  const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
  const workspace = tempFolder('nexus-real-trivy-')
  mkdirSync(join(workspace, 'app', 'docker'), { recursive: true })
  mkdirSync(join(workspace, 'clean'))
  writeFileSync(join(workspace, 'clean', 'app.js'), 'export const a = 1\n')
  writeFileSync(
    join(workspace, 'app', 'docker', 'Dockerfile'),
    'FROM alpine:latest\nUSER root\nRUN apk add curl\n',
  )
  // Taken apart, so that nobody takes it for a secret of this file.
  writeFileSync(
    join(workspace, 'app', 'settings.ini'),
    `aws_access_key_id = ${['AKIA', 'Q3EGRIS7XNOTREAL'].join('')}\n`,
  )
  // What it would change if it could.
  writeFileSync(join(workspace, 'trivy.yaml'), 'exit-code: 7\nformat: table\noutput: elsewhere.txt\n')

  /** Secrets and misconfigurations need no database; the checks are those that it was built with. */
  const real = (inputs: Record<string, string>, env: Record<string, string> = {}): Promise<StepResult> =>
    runAction({
      action: 'trivy-sarif-upload',
      inputs: { scan: 'fs', 'trivy-sha256': sha256, upload: 'never', ...inputs },
      env: { PATH: [dirname(path), process.env['PATH'] ?? ''].join(delimiter), ...env },
      workspace,
    })

  test('finds a secret and misconfigurations, at paths of the checkout', async () => {
    const step = await real({
      target: 'app',
      scanners: 'secret,misconfig',
      'trivy-args': '--skip-check-update',
      'fail-on': 'critical',
      'output-file': 'out.sarif',
    })
    expectConclusion(step, 'failure')
    expect(errorOf(step)).toContain('Gate failed: 1 critical, 2 high, 1 medium, 1 low')
    const { runs } = JSON.parse(readFileSync(step.outputs['sarif-file'] ?? '', 'utf8')) as Log
    const places = runs[0]?.results?.map(({ ruleId, locations }) => {
      const { artifactLocation, region } = locations?.[0]?.physicalLocation ?? {}
      return `${ruleId} ${artifactLocation?.uri}:${region?.startLine}`
    })
    expect(places?.sort()).toEqual([
      'DS-0001 app/docker/Dockerfile:1',
      'DS-0002 app/docker/Dockerfile:2',
      'DS-0025 app/docker/Dockerfile:3',
      'DS-0026 app/docker/Dockerfile:1',
      'aws-access-key-id app/settings.ini:1',
    ])
    expect(step.summary).not.toContain('Q3EGRIS7XNOTREAL')
  })

  test('a clean folder is a clean scan, a folder that is not there none', async () => {
    const clean = await real({ target: 'clean', scanners: 'secret', 'fail-on': 'any' })
    expectConclusion(clean, 'success')
    expect(clean.outputs).toMatchObject({ total: '0', gate: 'passed' })
    const missing = await real({ target: 'nowhere', scanners: 'secret' })
    expectConclusion(missing, 'failure')
    expect(errorOf(missing)).toMatch(
      /^Trivy failed: .* lstat .*nowhere: no such file or directory\. Is there a checkout/,
    )
  })

  test('a target cannot be an option, and a database that cannot be had is no clean scan', async () => {
    const target = await real({ scan: 'image', target: 'a --config=x', scanners: 'secret' })
    expect(errorOf(target)).toContain('could not parse reference: a --config=x')
    const nowhere = await real({
      target: 'clean',
      scanners: 'vuln',
      cache: 'false',
      'trivy-args': '--db-repository=127.0.0.1:9/trivy-db:2',
    })
    expect(errorOf(nowhere)).toMatch(/^No vulnerability database: .*127\.0\.0\.1:9/)
  })
})
