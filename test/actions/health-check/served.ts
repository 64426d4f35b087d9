import { connect, type Socket } from 'node:net'
import { expect } from '@jest/globals'
import { authority } from '../../support/certificates.ts'
import { expectConclusion, type StepResult, startAction } from '../../support/runner.ts'
import { until } from '../../support/services/service.ts'
import { checkOf, healthCheck, workspace } from './step.ts'

export const SECRET = 'pa%ss/w0rd?#@:'
export const WRITTEN = encodeURIComponent(SECRET)
/** Long enough for a real server on a busy machine; a healthy one is done at once. */
export const PATIENT = { timeout: '30s', 'attempt-timeout': '10s' }
/** For tries that end in silence at once. */
export const HASTY = { timeout: '900ms', 'attempt-timeout': '300ms' }
/** For tries that have something to do before the silence. */
export const STEADY = { timeout: '2500ms', 'attempt-timeout': '1s' }

/** A step with one target that must be healthy. */
export async function healthy(
  url: string,
  inputs: Record<string, string> = {},
  folder?: string,
): Promise<StepResult> {
  const step = await healthCheck(
    { url, ...PATIENT, ...inputs },
    folder === undefined ? {} : { workspace: folder },
  )
  expectConclusion(step, 'success')
  expectNoSecret(step)
  return step
}

/** A step with one target that must not be; its class of failure and its reason. */
export async function unhealthy(
  url: string,
  inputs: Record<string, string> = {},
  folder?: string,
): Promise<{ class: string | null; reason: string }> {
  const step = await healthCheck(
    { url, timeout: '1500ms', 'attempt-timeout': '10s', ...inputs },
    folder === undefined ? {} : { workspace: folder },
  )
  expectConclusion(step, 'failure')
  expectNoSecret(step)
  const { class: failure, reason } = checkOf(step)
  expect(step.summary).toContain('❌ Unhealthy')
  return { class: failure, reason }
}

/** Wherever a secret could get to by our own doing; masks are the runner's. */
export function expectNoSecret(step: StepResult): void {
  const lines = step.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'))
  const all = [...lines, step.stderr, step.summary, ...Object.values(step.outputs)].join('\n')
  for (const form of [SECRET, WRITTEN, 'wrong-secret']) expect(all).not.toContain(form)
}

/** A step that begins while the service is in trouble, and ends after it was helped. */
export async function healed(url: string, trouble: RegExp, help: () => void): Promise<void> {
  const inputs = { url, timeout: '60s', 'attempt-timeout': '500ms' }
  const step = startAction({ action: 'health-check', inputs })
  await step.waitForLog(trouble, 30_000)
  help()
  expectConclusion(await step.finished, 'success')
}

/** A connection on which these bytes have been sent, and an answer like this has come back. */
export async function talk(port: number, bytes: string | Uint8Array, answer: RegExp): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  let seen = ''
  socket.on('data', (chunk) => {
    seen += chunk.toString('latin1')
  })
  socket.write(bytes)
  await until(
    () => answer.test(seen),
    () => `${answer}, got ${JSON.stringify(seen)}`,
  )
  return socket
}

export async function trusted(): Promise<string> {
  return workspace({ 'ca.pem': await authority() })
}
