import { log } from '../action/log.ts'
import type { ConnectorMaker } from '../action/step.ts'
import { formatDuration } from '../text/duration.ts'
import type { GitHub } from './client.ts'

const PATIENCE_MS = 600_000

/** The connector of actions that talk to GitHub; {@link Connector} says what it does. */
export const connectToGitHub: ConnectorMaker = ({ repository, apiUrl, graphqlUrl }, signal) => {
  const clients = new Map<string, Promise<GitHub>>()
  const onWait = (why: string, ms: number): void => log.info(`Waiting ${formatDuration(ms)}: ${why}.`)
  const client = async (token: string, patience: number): Promise<GitHub> => {
    const { connectGitHub } = await import('./client.ts')
    const deadline = performance.now() + patience
    return connectGitHub({ token, repository, apiUrl, graphqlUrl, deadline, signal, onWait })
  }
  return (token, patience = PATIENCE_MS) => {
    if (token === undefined || token === '' || repository === '') return undefined
    return () => {
      const known = clients.get(token) ?? client(token, patience)
      clients.set(token, known)
      return known
    }
  }
}
