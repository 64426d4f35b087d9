import { googleChatProblems, mattermostProblems, teamsProblems, triggerProblems } from './channel-limits.ts'
import { type Received, type Reply, type StandIn, startStandIn } from './stand-in.ts'

export type Faults = (received: Received, nth: number) => Reply | undefined
const none: Faults = () => undefined

/** As Power Automate makes them; `sig` is the secret, and `sp` has to stay as it is written. */
export const TEAMS_PATH =
  '/powerautomate/automations/direct/workflows/0123456789abcdef/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=pLaNtEdTeamsSig_0123-456'
export const GOOGLE_PATH =
  '/v1/spaces/AAAAplanted/messages?key=pLaNtEdGoogleKey0123&token=pLaNtEdGoogleToken%3D'
export const MATTERMOST_PATH = '/hooks/planted1mattermost2hook3id'
export const TRIGGER_PATH = '/triggers/T0PLANTED/1234567890123/pLaNtEdTrigger0123456789'

/** A workflow of Teams: 202 whatever becomes of the card, 401 without the signature. */
export const startTeams = (faults = none): Promise<StandIn> =>
  start(faults, ({ path, json, headers }) => {
    if (path !== TEAMS_PATH)
      return {
        status: 401,
        body: {
          error: {
            code: 'DirectApiAuthorizationRequired',
            message: 'The request must be authenticated only by Shared Access scheme.',
          },
        },
      }
    if (!headers['content-type']?.startsWith('application/json') || json === null)
      return {
        status: 400,
        body: { error: { code: 'InvalidRequestContent', message: 'The request content is not valid' } },
      }
    const problems = teamsProblems(json)
    return problems.length === 0
      ? { status: 202 }
      : { status: 400, body: { error: { code: 'TriggerInputSchemaMismatch', message: problems.join('; ') } } }
  })

/** A space of Google Chat: the same `requestId` is the same message. */
export const startGoogleChat = (faults = none): Promise<StandIn> =>
  start(faults, ({ path, json }) => {
    if (!path.startsWith(`${GOOGLE_PATH}&requestId=`))
      return google(403, 'PERMISSION_DENIED', 'The caller does not have permission')
    const problems = googleChatProblems(json)
    return problems.length === 0
      ? {
          status: 200,
          body: { name: 'spaces/AAAAplanted/messages/B.B', thread: { name: 'spaces/AAAAplanted/threads/B' } },
        }
      : google(400, 'INVALID_ARGUMENT', problems.join('; '))
  })

const google = (code: number, status: string, message: string): Reply => ({
  status: code,
  body: { error: { code, message, status } },
})

export const startMattermost = (faults = none): Promise<StandIn> =>
  start(faults, ({ path, json }) => {
    if (path !== MATTERMOST_PATH)
      return mattermost(400, 'web.incoming_webhook.invalid.app_error', 'Invalid webhook.')
    const problems = mattermostProblems(json)
    return problems.length === 0
      ? { status: 200, body: 'ok' }
      : mattermost(400, 'web.incoming_webhook.split_props_length.app_error', problems.join('; '))
  })

const mattermost = (status_code: number, id: string, message: string): Reply => ({
  status: status_code,
  body: { id, message, detailed_error: '', request_id: 'x', status_code },
})

/** A workflow of Slack's Workflow Builder, which may say no with 200. */
export const startTrigger = (faults = none): Promise<StandIn> =>
  start(faults, ({ path, json }) => {
    if (path !== TRIGGER_PATH) return { status: 404, body: { ok: false, error: 'invalid_webhook_trigger' } }
    const problems = triggerProblems(json)
    return problems.length === 0
      ? { status: 200, body: { ok: true } }
      : { status: 400, body: { ok: false, error: 'parameter_validation_failed' } }
  })

/** A receiver of signed documents. */
export const startReceiver = (faults = none): Promise<StandIn> => start(faults, () => ({ status: 204 }))

function start(faults: Faults, answer: (received: Received) => Reply): Promise<StandIn> {
  return startStandIn((received, nth) => faults(received, nth) ?? answer(received))
}
