import { type InputReader, inputReader, rules } from '../../shared/action/inputs.ts'
import { maskSecret } from '../../shared/action/secrets.ts'
import { maskCheck, readCertificates } from '../../shared/probe/trust.ts'
import { formatDuration } from '../../shared/text/duration.ts'
import { type ChecksByColour, readGate, readVerify } from './inputs/checks.ts'
import {
  type Argv,
  type HookName,
  readHooks,
  readRate,
  readShare,
  readSteps,
  readVia,
  readYaml,
} from './inputs/values.ts'
import type { Policy } from './protocol/world.ts'
import { LATER_TARGETS, openTarget, TARGET_NAMES, type TargetName } from './targets/open.ts'
import { type Identify, readIdentify } from './traffic/identify.ts'

/** What the user asked for, checked. */
export interface Inputs {
  mode: 'switch' | 'status'
  router: { name: TargetName; config: unknown; via: readonly string[] }
  colours: readonly string[]
  /** `idle` or a colour. */
  to: string
  version: string
  /** Empty when not given, like `version`. */
  expectLive: string
  checks: ChecksByColour
  verify: ChecksByColour
  identify: Identify | undefined
  /** Percent of the new side, the last one 100. */
  steps: readonly number[]
  policy: Policy
  rollbackOnJobFailure: boolean
  hooks: Partial<Record<HookName, Argv>>
  /** ms */
  timeout: number
  jobStatus: string
  /** PEM certificates by `ca-file`. */
  ca: ReadonlyMap<string, readonly string[]>
}

const LATER = ['environment', 'environment-url', 'deployment-id', 'reason', 'confirm']

/**
 * @param phase in `post` a `ca-file` that a later step has removed is no reason to leave the traffic where it is
 * @throws InputError with every problem of every input; nothing was read or written then
 */
export async function readInputs(
  env: NodeJS.ProcessEnv = process.env,
  phase: 'main' | 'post' = 'main',
): Promise<Inputs> {
  const inputs = inputReader(env)
  const token = evaluated(inputs, 'token')
  if (token !== '') maskSecret(token)
  readLater(inputs)
  const mode = inputs.read('mode', readMode, 'switch')
  const via = await readVia(inputs)
  const router = await readRouter(inputs, via, env)
  const { colours } = router
  const colour = (text: string) => rules.choice(text, colours.length > 0 ? colours : [text])
  const timeout = inputs.read('timeout', (text) => rules.duration(text, { min: 1_000 }), 900_000)
  const to = inputs.read('to', (text) => (text === 'idle' ? { value: text } : colour(text)), 'idle')
  const version = inputs.text('version') ?? ''
  const asked = { colours: to === 'idle' ? colours : [to], version, timeout }
  const values = {
    checks: await readYaml(inputs, 'checks'),
    verify: await readYaml(inputs, 'verify'),
    identify: await readYaml(inputs, 'identify'),
  }
  const checks = readGate({ ...asked, value: values.checks }, inputs)
  const verify = readVerify({ ...asked, value: values.verify }, inputs)
  const all = [checks, verify].flatMap((list) => Object.values(list ?? {}).flat())
  for (const check of all) maskCheck(check)
  const read: Inputs = {
    ...{ mode, router: { name: router.name, config: router.config, via }, colours, to, version },
    expectLive: inputs.read('expect-live', colour, ''),
    ...{ checks, verify, identify: undefined },
    steps: inputs.read('steps', readSteps, [100]),
    policy: readPolicy(inputs),
    rollbackOnJobFailure: inputs.read('rollback-on-job-failure', rules.boolean, false),
    hooks: await readHooks(inputs),
    timeout,
    jobStatus: evaluated(inputs, 'job-status') || 'success',
    ca: readCertificates(
      all,
      phase === 'main' ? inputs : { list: [], add: () => {} },
      env['GITHUB_WORKSPACE'] || process.cwd(),
    ),
  }
  if (values.identify !== undefined && colours.length > 0) {
    const identify = readIdentify(values.identify, colours, version)
    if ('problem' in identify) inputs.add('identify', identify.problem)
    else read.identify = identify.value
  }
  if (mode === 'switch') checkSwitch(read, inputs, router.weighted)
  inputs.finish()
  return read
}

/** What has to be there to switch, and what does not go together. */
function checkSwitch(
  { identify, verify, steps, policy, timeout }: Inputs,
  inputs: InputReader,
  weighted: boolean,
): void {
  for (const name of ['checks', 'verify']) {
    if (inputs.text(name) !== undefined) continue
    const what = name === 'checks' ? 'how the idle side is healthy' : 'what to ask the front door for'
    inputs.add(name, `it is missing. Say ${what}, or write "none" to switch blindly.`)
  }
  if (verify !== undefined && identify === undefined && inputs.text('identify') === undefined) {
    inputs.add('identify', 'it is missing: say how an answer tells its side, such as "header: X-Color".')
  }
  if (!weighted && steps.length > 1)
    inputs.add('steps', 'this target cannot split traffic: it has one step, 100.')
  const least = (steps.length - 1) * policy.stepInterval + policy.watch + policy.drain
  if (least >= timeout) {
    const sum = formatDuration(least)
    inputs.add(
      'timeout',
      `steps, watch and drain take ${sum}, which does not fit into ${formatDuration(timeout)}. Raise the timeout.`,
    )
  }
}

function readPolicy(inputs: InputReader): Policy {
  return {
    stepInterval: inputs.read('step-interval', rules.duration, 30_000),
    watch: inputs.read('watch', rules.duration, 60_000),
    drain: inputs.read('drain', rules.duration, 30_000),
    propagation: inputs.read('propagation', rules.duration, 10_000),
    minSamples: inputs.read('min-samples', (text) => rules.integer(text, { min: 1, max: 100_000 }), 20),
    maxErrorRate: inputs.read('max-error-rate', readShare, 0),
    maxP95: inputs.read<number | undefined>('max-p95', (text) => rules.duration(text, { min: 1 }), undefined),
    probeRate: inputs.read('probe-rate', readRate, 5),
    onInconclusive: inputs.read(
      'on-inconclusive',
      (text) => rules.choice(text, ['rollback', 'continue', 'fail']),
      'rollback',
    ),
    rollbackOnFailure: inputs.read('rollback-on-failure', rules.boolean, true),
    dryRun: inputs.read('dry-run', rules.boolean, false),
  }
}

async function readRouter(
  inputs: InputReader,
  via: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ name: TargetName; config: unknown; colours: readonly string[]; weighted: boolean }> {
  const none = { name: 'haproxy' as const, config: undefined, colours: [], weighted: true }
  const name = inputs.read<TargetName | undefined>('target', readTargetName, undefined)
  const config = await readYaml(inputs, 'target-config')
  for (const input of ['target', 'target-config']) {
    if (inputs.text(input) === undefined)
      inputs.add(input, 'it is missing: say which router is to be switched.')
  }
  if (name === undefined || config === undefined) return none
  const target = await openTarget(name, config, { via, env }, inputs)
  return target === undefined ? none : { name, config, colours: target.colours, weighted: target.weighted }
}

function readTargetName(text: string): { value: TargetName } | { problem: string } {
  return LATER_TARGETS.includes(text)
    ? { problem: `"${text}" comes with a later release. There are ${TARGET_NAMES.join(', ')}.` }
    : rules.choice(text, TARGET_NAMES)
}

function readMode(text: string): { value: Inputs['mode'] } | { problem: string } {
  return text === 'rollback'
    ? { problem: '"rollback" comes with a later release. Switch to the other colour instead.' }
    : rules.choice(text, ['switch', 'status'])
}

/** GitHub deployments are declared, and nothing of them is there yet: better refused than silently left out. */
function readLater(inputs: InputReader): void {
  for (const name of LATER) {
    if (inputs.text(name) !== undefined) inputs.add(name, 'it comes with a later release. Leave it out.')
  }
  const record = inputs.read('record', (text) => rules.choice(text, ['auto', 'true', 'false']), 'auto')
  if (record === 'true')
    inputs.add('record', 'GitHub deployments come with a later release. Write "auto" or "false".')
}

/** The input, unless nothing has evaluated the expression that is its default. */
function evaluated(inputs: InputReader, name: string): string {
  const text = inputs.text(name) ?? ''
  return /^\$\{\{.*\}\}$/s.test(text) ? '' : text
}
