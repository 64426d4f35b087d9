import { basename } from 'node:path'
import { ActionError, InputError, messageOf } from './errors.ts'
import { log } from './log.ts'
import { stopChildren } from './program.ts'
import { maskProxies } from './secrets.ts'
import { type ConnectorMaker, makeStep, type Step } from './step.ts'

/**
 * The runner sends SIGINT, waits 7.5 s, sends SIGTERM, waits 2.5 s and kills the process tree.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Sdk/ProcessInvoker.cs
 */
const STOP_BUDGET_MS = 7_000

export type Phase = 'pre' | 'main' | 'post'

/** What came of a phase. There is no third thing: a phase that ends without one of these turns the step red. */
export type Outcome = { ok: true } | { ok: false; title: string; message: string }

export const passed: Outcome = { ok: true }

export const failed = (title: string, message: string): Outcome => ({ ok: false, title, message })

/** A phase of an action. `step.signal` aborts on SIGINT and SIGTERM, then under 7 s are left to leave a clean state. */
export type Body = (step: Step) => Promise<Outcome>

/**
 * Runs a phase of an action, and is the only place that decides how the process ends: exit code 0 only after a recorded
 * `ok`; exit code 1 with exactly one error annotation after a failure, a throw, a rejection nobody handled, a promise
 * that never settles, an early exit, or a stop signal that was not obeyed in time.
 *
 * @param phase the one that this entry file is for: `index.js` main, `pre.js` and `post.js` the others. Nothing in the
 * environment decides it
 * @param connector how the step talks to GitHub; without it, it cannot
 */
export function run(phase: Phase, body: Body, connector: ConnectorMaker = () => () => undefined): void {
  const stop = new AbortController()
  let code: 0 | 1 | undefined

  const record = (outcome: Outcome): void => {
    if (code !== undefined) return
    code = outcome.ok ? 0 : 1
    if (!outcome.ok) log.error(outcome.title, outcome.message)
    stopChildren('SIGKILL')
    process.exitCode = code
    // Sockets may linger; what was written must arrive, also where pipes are asynchronous (Windows, macOS).
    process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
  }

  process.exitCode = 1
  process.on('uncaughtException', (error) => record(failure(error)))
  process.on('unhandledRejection', (reason) => record(failure(reason)))
  process.on('exit', () => {
    if (code === undefined) {
      const message = `The ${phase} step ended before it knew how it went. This is a defect of the action.`
      record(failed('No outcome', message))
    }
    // Whatever `process.exit()` was called with, the recorded outcome stands.
    process.exitCode = code
  })
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      stopChildren(name)
      if (stop.signal.aborted) return
      log.info(`Got ${name}: stopping.`)
      stop.abort(new ActionError('Cancelled', `Stopped by ${name} before it was done.`))
      setTimeout(() => {
        record(
          failed('Cancelled', `${name}: the step did not come to an end within ${STOP_BUDGET_MS / 1_000} s.`),
        )
      }, STOP_BUDGET_MS).unref()
    })
  }

  // Before anything may speak of them.
  maskProxies()
  const asked = phaseOf(process.argv[1] ?? '')
  if (asked !== phase) {
    record(failed(`No ${asked} phase`, `This action has no ${asked} phase: ${asked}.js is not a file of it.`))
    return
  }
  outcomeOf(body, phase, makeStep(stop.signal, connector)).then(record, (error: unknown) =>
    record(failure(error)),
  )
}

async function outcomeOf(body: Body, phase: Phase, step: Step): Promise<Outcome> {
  const outcome: unknown = await body(step)
  if (outcome === null || typeof outcome !== 'object' || !('ok' in outcome)) {
    return failed('No outcome', `The ${phase} step returned no outcome. This is a defect of the action.`)
  }
  return outcome as Outcome
}

/** Which phase an entry file is for; pure. */
export function phaseOf(script: string): Phase {
  const name = basename(script)
  return name === 'pre.js' ? 'pre' : name === 'post.js' ? 'post' : 'main'
}

function failure(thrown: unknown): Outcome {
  if (thrown instanceof ActionError) {
    const hint = thrown instanceof InputError ? '\nNothing was done.' : ''
    return failed(thrown.title, thrown.message + hint)
  }
  if (process.env['RUNNER_DEBUG'] === '1' && thrown instanceof Error) log.info(thrown.stack ?? '')
  return failed(
    'Unexpected error',
    `${messageOf(thrown)} (run the job again with debug logging for the stack)`,
  )
}
