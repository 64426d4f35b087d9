import { stringify } from 'yaml'
import { type RunOptions, type StepHandle, type StepResult, startAction } from '../../test/support/runner.ts'
import { logPrinter, paint } from '../action/terminal.ts'
import { REPOSITORY } from '../actions.ts'
import type { Traffic } from './page/traffic.ts'
import { type Service, type ServiceOptions, startService } from './services.ts'

/** One stop of the release train. A file in wagons/ exports one as `wagon`; files run in the order of their names. */
export interface Wagon {
  title: string
  /** What happens here and why, in a sentence or two; shown on the page. */
  story: string
  run(train: Train): Promise<Arrival>
}

/** What came of a wagon. It did what was intended when every step ended as expected and every claim holds. */
export interface Arrival {
  steps: readonly DemoStep[]
  /** What the reader is to see with their own eyes, and whether it is so. */
  claims: Readonly<Record<string, boolean>>
  /** Drawn on the page. */
  traffic?: readonly Traffic[]
}

export interface StepOrder {
  /** The name of the step in the workflow. */
  name: string
  action: string
  inputs: Readonly<Record<string, string>>
  /** How the step is meant to end: a broken release is meant to be red. */
  expected: 'success' | 'failure'
  /** Where GitHub is, for a step that asks it. */
  context?: RunOptions['context']
  /** Happens while the step runs. */
  meanwhile?: (step: StepHandle) => Promise<void>
}

export interface DemoStep {
  /** The step as a person writes it. */
  uses: string
  expected: StepOrder['expected']
  result: StepResult
}

/** What wagons share: the running services and a folder, and the way to run a step. */
export interface Train {
  workspace: string
  services: Map<string, Service>
  /** Starts a service that later wagons find under this name. */
  start(name: string, options: ServiceOptions): Promise<Service>
  step(order: StepOrder): Promise<DemoStep>
  say(text: string): void
}

export function departure(workspace: string): Train {
  const services = new Map<string, Service>()
  const startedAt = performance.now()
  const say = (text: string): void => {
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)
    console.log(`${paint.dim(`${seconds} s │`)} ${text}`)
  }
  return {
    workspace,
    services,
    say,
    start: async (name, options) => {
      const service = await startService(options)
      services.set(name, service)
      say(paint.dim(`orders ${options.version} listens at ${service.url}`))
      return service
    },
    step: async (order) => {
      const { name, action, inputs, context = {}, expected, meanwhile } = order
      const uses = usesYaml(name, action, inputs)
      say(`${paint.bold(name)} ${paint.dim(`uses ${REPOSITORY}/${action}@v1`)}`)
      const handle = startAction({ action, inputs, context, workspace, onLine: logPrinter(say, '  ') })
      const [result] = await Promise.all([handle.finished, meanwhile?.(handle)])
      say(verdict(result, expected))
      return { uses, expected, result }
    },
  }
}

/** @throws Error when no service of this name has been started by an earlier wagon */
export function serviceOf(train: Train, name: string): Service {
  const service = train.services.get(name)
  if (service === undefined) throw new Error(`No wagon has started the service "${name}".`)
  return service
}

function verdict(result: StepResult, expected: StepOrder['expected']): string {
  const took = paint.dim(`${Math.round(result.durationMs)} ms`)
  if (result.conclusion !== expected) return `${paint.red(`✖ ${result.conclusion}, not intended`)} ${took}`
  if (expected === 'success') return `${paint.green('✔ green, as intended')} ${took}`
  return `${paint.green('✔ red, as intended:')} ${paint.red('the release stops here')} ${took}`
}

function usesYaml(name: string, action: string, inputs: Readonly<Record<string, string>>): string {
  const step = { name, uses: `${REPOSITORY}/${action}@v1`, with: inputs }
  return stringify([step], { lineWidth: 0, defaultStringType: 'PLAIN' }).trim()
}
