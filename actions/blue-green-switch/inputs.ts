import { createHash } from 'node:crypto'
import { ActionError } from '../../shared/action/errors.ts'
import { type InputReader, inputReader, rules } from '../../shared/action/inputs.ts'
import { log } from '../../shared/action/log.ts'
import { maskSecret, redact } from '../../shared/action/secrets.ts'
import { maskCheck, readCertificates } from '../../shared/probe/trust.ts'
import { readGate, readVerify } from './inputs/checks.ts'
import { checkTime, readPolicy } from './inputs/policy.ts'
import { readRollback } from './inputs/rollback.ts'
import { readRouter } from './inputs/router.ts'
import { readHooks, readSteps, readVia, readYaml } from './inputs/values.ts'
import type { Given, Inputs } from './model.ts'
import { readIdentify } from './traffic/identify.ts'

/**
 * @param phase in `post` a `ca-file` that a later step has removed is not a reason to leave the traffic where it is
 * @throws InputError with every problem of every input; nothing was read or written then
 */
export async function readInputs(
  env: NodeJS.ProcessEnv = process.env,
  phase: 'main' | 'post' = 'main',
): Promise<Inputs> {
  const inputs = inputReader(env)
  const token = evaluated(inputs, 'token')
  if (token !== '') maskSecret(token)
  const mode = inputs.read<Inputs['mode']>(
    'mode',
    (text) => rules.choice(text, ['switch', 'rollback', 'status']),
    'switch',
  )
  const rollback = readRollback(inputs, mode)
  const router = await readRouter(inputs, await readVia(inputs))
  const { colors } = router
  const color = (text: string) => rules.choice(text, colors.length > 0 ? colors : [text])
  const timeout = inputs.read('timeout', (text) => rules.duration(text, { min: 1_000 }), 900_000)
  const to = inputs.read('to', (text) => (text === 'idle' ? { value: text } : color(text)), 'idle')
  const version = inputs.text('version') ?? ''
  const asked = { colors, needed: to === 'idle' || mode === 'rollback' ? colors : [to], version, timeout }
  const checks = readGate({ ...asked, value: await readYaml(inputs, 'checks') }, inputs)
  const verify = readVerify({ ...asked, value: await readYaml(inputs, 'verify') }, inputs)
  const identify = await readYaml(inputs, 'identify')
  const all = [checks, verify].flatMap((list) => Object.values(list ?? {}).flat())
  for (const check of all) maskCheck(check)
  const problems = phase === 'main' ? inputs : { list: [], add: () => {} }
  const read: Inputs = {
    mode,
    router: { name: router.name, config: router.config, via: router.via },
    colors,
    to,
    version,
    expectLive: inputs.read('expect-live', color, ''),
    checks,
    verify,
    identify: undefined,
    steps: inputs.read('steps', readSteps, [100]),
    policy: readPolicy(inputs),
    sticky: inputs.read('sticky', (text) => rules.choice(text, ['keep', 'move', 'refuse']), 'keep'),
    rollbackOnJobFailure: inputs.read('rollback-on-job-failure', rules.boolean, false),
    hooks: await readHooks(inputs),
    timeout,
    jobStatus: evaluated(inputs, 'job-status') || 'success',
    ca: readCertificates(all, problems, env['GITHUB_WORKSPACE'] || process.cwd()),
    environment: inputs.text('environment') ?? '',
    environmentUrl: inputs.read('environment-url', readUrl, ''),
    record: inputs.read('record', (text) => rules.choice(text, ['auto', 'true', 'false']), 'auto'),
    rollback,
    token: token === '' ? undefined : token,
  }
  if (identify !== undefined && colors.length > 0) {
    const reading = readIdentify(identify, colors, version)
    if ('problem' in reading) inputs.add('identify', reading.problem)
    else read.identify = reading.value
  }
  if (mode === 'switch') checkSwitch(read, inputs)
  if (mode !== 'status') checkMoves(read, inputs, router.weighted)
  inputs.finish()
  return read
}

/** What has to be there to switch. */
function checkSwitch({ record, environment }: Inputs, inputs: InputReader): void {
  for (const name of ['checks', 'verify']) {
    if (inputs.text(name) !== undefined) continue
    const what = name === 'checks' ? 'how the idle side is healthy' : 'what to ask the front door for'
    inputs.add(name, `it is missing. Say ${what}, or write "none" to switch blindly.`)
  }
  if (record === 'true' && environment === '')
    inputs.add('environment', 'it is missing: "record: true" needs the environment of the deployment.')
}

/** What does not go together when traffic is moved. */
function checkMoves(read: Inputs, inputs: InputReader, weighted: boolean): void {
  const { identify, verify, steps } = read
  if (verify !== undefined && identify === undefined && inputs.text('identify') === undefined) {
    inputs.add('identify', 'it is missing: say how an answer tells its side, such as "header: X-Color".')
  }
  if (!weighted && steps.length > 1)
    inputs.add('steps', 'this target cannot split traffic: it has one step, 100.')
  checkTime(inputs, read)
}

function readUrl(text: string): { value: string } | { problem: string } {
  return /^https?:\/\/[^/\s]/.test(text) && URL.canParse(text)
    ? { value: text }
    : { problem: 'it is not the URL of a page, such as https://app.example.com.' }
}

/** The input, unless nothing has evaluated the expression that is its default. */
function evaluated(inputs: InputReader, name: string): string {
  const text = inputs.text(name) ?? ''
  return /^\$\{\{.*\}\}$/s.test(text) ? '' : text
}

/** What says which router it is. */
const ROUTER = ['target', 'target-config', 'via']
/** What the post step needs besides; another word in its place is what means nothing. */
const CARRIED: Readonly<Record<string, string>> = {
  checks: 'none',
  verify: 'none',
  identify: '',
  hooks: '',
  version: '',
  to: '',
  steps: '',
  propagation: '',
  'rollback-on-job-failure': '',
  'on-old-dead': '',
  sticky: '',
  environment: '',
  'environment-url': '',
  record: '',
  'deployment-id': '',
  reason: '',
  confirm: '',
  mode: '',
  timeout: '',
  watch: '',
  drain: '',
  'step-interval': '',
}
/** The runner hands state over in one variable of the environment, which has an end. */
const MAX_CARRIED = 8_192

const nameOf = (input: string): string => `INPUT_${input.toUpperCase()}`
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The inputs as they were given, for the post step; of what holds a secret or is long, only a digest. */
export function givenInputs(env: NodeJS.ProcessEnv = process.env): Given {
  const entries = [...ROUTER, ...Object.keys(CARRIED)].map((name) => {
    const text = env[nameOf(name)] ?? ''
    const isPlain = text.length <= MAX_CARRIED && redact(text) === text
    return [name, isPlain ? { text } : { digest: digest(text) }] as const
  })
  return Object.fromEntries(entries)
}

/**
 * The inputs of the post step: those that main had, whatever they evaluate to by now. Only the status of the job and
 * the token are read anew.
 *
 * @throws ActionError when the router of main cannot be told any more
 */
export async function readPostInputs(given: Given, env: NodeJS.ProcessEnv = process.env): Promise<Inputs> {
  const own: NodeJS.ProcessEnv = { ...env }
  const lost: string[] = []
  for (const [name, was] of Object.entries(given)) {
    if ('text' in was) own[nameOf(name)] = was.text
    else if (digest(env[nameOf(name)] ?? '') !== was.digest) {
      lost.push(name)
      own[nameOf(name)] = CARRIED[name] ?? ''
    }
  }
  if (lost.includes('identify')) own[nameOf('verify')] = 'none'
  const router = lost.filter((name) => ROUTER.includes(name))
  if (router.length > 0) {
    const message = `${router.join(' and ')} evaluates to something else now than when traffic was moved, and was not kept because it holds a secret. So the post step does not know which router it is. Put the traffic where it belongs by hand.`
    throw new ActionError('NOT rolled back', message)
  }
  if (lost.length > 0) {
    const words = `${lost.join(', ')} ${lost.length === 1 ? 'evaluates' : 'evaluate'} to something else now than when traffic was moved, so nothing of it is used.`
    log.warning('Inputs have changed', words)
  }
  return await readInputs(own, 'post')
}
