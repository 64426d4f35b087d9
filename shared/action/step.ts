import type { GitHub } from '../github/client.ts'
import { type Clock, systemClock } from './clock.ts'
import { type RunContext, readContext } from './context.ts'

/** What every room of an action gets beside its data, so that tests can put their own in its place. */
export interface Step {
  context: RunContext
  /** Aborts on SIGINT and SIGTERM. */
  signal: AbortSignal
  connect: Connector
  clock: Clock
}

/**
 * GitHub's API for the repository of this run, or undefined without a token or a repository. The first call of what is
 * returned loads the client; a step has one client for each token.
 *
 * @param patience ms after which all waiting for GitHub ends, from the first call on; ten minutes unless said otherwise
 */
export type Connector = (token: string | undefined, patience?: number) => Connect | undefined

/** Gives the API; the first call loads what talks to GitHub. */
export type Connect = () => Promise<GitHub>

/** Makes the connector of a step; shared/github/connector.ts has the real one. */
export type ConnectorMaker = (context: RunContext, signal: AbortSignal) => Connector

/** A step whose signal aborts with a `TimeoutError`, too, when its time is over. */
export function within(step: Step, ms: number): Step {
  const signal = AbortSignal.any([step.signal, AbortSignal.timeout(ms)])
  return { context: step.context, signal, connect: step.connect, clock: step.clock }
}

/** The step as it really is. */
export function makeStep(signal: AbortSignal, connector: ConnectorMaker): Step {
  const context = readContext()
  return { context, signal, connect: connector(context, signal), clock: systemClock }
}
