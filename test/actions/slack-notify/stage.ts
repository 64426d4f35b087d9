import { afterEach, expect } from '@jest/globals'
import type { LyingServer } from '../../support/lying-servers.ts'
import { type RunOptions, runAction, type StepResult } from '../../support/runner.ts'
import { BOT_TOKEN, type Slack, startSlack, WEBHOOK_PATH } from '../../support/slack/slack.ts'
import type { Received, Reply } from '../../support/slack/stand-in.ts'

const servers: LyingServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** Keeps a server until the end of the test. */
export async function stage<T extends LyingServer>(starting: Promise<T>): Promise<T> {
  const server = await starting
  servers.push(server)
  return server
}

export const slack = (faults?: (received: Received, nth: number) => Reply | undefined): Promise<Slack> =>
  stage(startSlack(faults))

/** Runs the bundle of slack-notify, and looks for the planted secrets in everything that it left behind. */
export async function notify(
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunOptions> = {},
): Promise<StepResult> {
  const result = await runAction({ action: 'slack-notify', inputs, ...options })
  expectNoLeak(result)
  return result
}

/** The secrets of a test: those of the stand-in, and others. */
export function expectNoLeak(result: StepResult, ...more: readonly string[]): void {
  const printed = result.stdout
    .split('\n')
    .filter((line) => !line.startsWith('::add-mask::'))
    .join('\n')
  const everything = [printed, result.stderr, result.summary, result.log]
    .concat(JSON.stringify([result.outputs, result.state, result.env, result.annotations]))
    .join('\n')
  const tail = WEBHOOK_PATH.slice(WEBHOOK_PATH.lastIndexOf('/') + 1)
  for (const secret of [WEBHOOK_PATH, tail, BOT_TOKEN, ...more]) expect(everything).not.toContain(secret)
}

/** The titles and messages of a step's annotations of one level. */
export function said(result: StepResult, level: 'error' | 'warning' | 'notice'): string[] {
  return result.annotations
    .filter((annotation) => annotation.level === level)
    .map(({ title, message }) => `${title}: ${message}`)
}
