import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Delivered } from '../model.ts'
import { undelivered } from './delivery.ts'

const TOKEN = 'Make a new bot token (xoxb-…) in the settings of the Slack app and put it into the secret.'
const WEBHOOK = 'Make a new incoming webhook in the settings of the Slack app and put it into the secret.'
const INVITE = 'Invite the app to the channel (/invite @app), or give it the scope chat:write.public.'
const CHANNEL =
  'Give the id of the channel (it is at the bottom of its details), and invite the app to private ones.'
const DEFECT =
  'This is a defect of the action, unless "blocks" was given: please report it with the result of this step.'
const ADMIN = 'An administrator of the workspace has to allow it.'
const AGAIN = 'Slack has a problem of its own: see https://slack-status.com.'

/**
 * What helps, by Slack's own word.
 *
 * @see https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
 * @see https://docs.slack.dev/reference/methods/chat.postmessage
 * @see https://docs.slack.dev/reference/methods/chat.update
 */
const REMEDIES: Readonly<Record<string, string>> = {
  access_denied: ADMIN,
  account_inactive: TOKEN,
  action_prohibited: ADMIN,
  as_user_not_supported: TOKEN,
  block_mismatch: DEFECT,
  cannot_reply_to_message: 'This message takes no answers: leave "thread-ts" out.',
  cant_broadcast_message: 'This answer cannot be shown in the channel: leave "reply-broadcast" out.',
  cant_update_message:
    'An app can only update its own messages: "update-ts" has to come from the same "bot-token".',
  channel_is_archived: 'Unarchive the channel, or choose another one.',
  channel_not_found: CHANNEL,
  deprecated_endpoint: AGAIN,
  duplicate_channel_not_found: CHANNEL,
  duplicate_message_not_found: AGAIN,
  edit_window_closed: 'The workspace lets messages be edited for a while only: send a new one.',
  ekm_access_denied: ADMIN,
  enterprise_is_restricted: ADMIN,
  external_channel_migrating: 'The channel is being moved: try again later.',
  fatal_error: AGAIN,
  internal_error: AGAIN,
  invalid_arguments: DEFECT,
  invalid_attachments: DEFECT,
  invalid_auth: TOKEN,
  invalid_blocks: DEFECT,
  invalid_blocks_format: DEFECT,
  invalid_payload: DEFECT,
  invalid_token: WEBHOOK,
  is_archived: 'Unarchive the channel, or choose another one.',
  is_inactive: 'The message is frozen: send a new one.',
  markdown_text_conflict: DEFECT,
  unknown_error: AGAIN,
  message_limit_exceeded: 'Members on this plan post no more messages this month.',
  message_not_found:
    '"update-ts" or "thread-ts" is not a message of this channel: give the channel id of the output channel-id.',
  messages_tab_disabled: 'Allow messages in the App Home settings of the Slack app.',
  missing_scope: 'Add the scope chat:write to the Slack app, and install it again.',
  msg_blocks_too_long: DEFECT,
  msg_too_long: DEFECT,
  no_active_hooks: WEBHOOK,
  no_permission: 'Add the scope chat:write to the Slack app, and install it again.',
  no_service: WEBHOOK,
  no_service_id: WEBHOOK,
  no_team: WEBHOOK,
  no_text: DEFECT,
  not_allowed_token_type: TOKEN,
  not_authed: TOKEN,
  not_in_channel: INVITE,
  org_login_required: ADMIN,
  posting_to_general_channel_denied: 'Posting to #general is restricted: choose another channel.',
  rate_limited:
    'Slack takes one message per second and channel: send fewer, or one for the whole run ("needs").',
  ratelimited:
    'Slack takes one message per second and channel: send fewer, or one for the whole run ("needs").',
  request_timeout: AGAIN,
  restricted_action: ADMIN,
  restricted_action_non_threadable_channel: 'This channel takes no new threads: leave "thread-ts" out.',
  restricted_action_read_only_channel: 'This channel is read-only: choose another one.',
  restricted_action_thread_locked: 'This thread is locked: leave "thread-ts" out.',
  restricted_action_thread_only_channel: 'This channel takes answers only: give "thread-ts".',
  rollup_error: AGAIN,
  service_unavailable: AGAIN,
  slack_connect_blocked_file_type: ADMIN,
  slack_connect_canvas_sharing_blocked: ADMIN,
  slack_connect_file_link_sharing_blocked: ADMIN,
  slack_connect_file_upload_sharing_blocked: ADMIN,
  team_access_not_granted: ADMIN,
  team_added_to_org: 'The workspace is being moved: try again later.',
  team_disabled: ADMIN,
  team_not_found: TOKEN,
  token_expired: TOKEN,
  token_revoked: TOKEN,
  too_many_attachments: DEFECT,
  too_many_contact_cards: DEFECT,
  two_factor_setup_required: ADMIN,
  unknown_method:
    'Is "slack-api-url" (or the variable SLACK_API_URL) the whole address, such as https://slack.com/api/?',
  user_not_found: 'The webhook posts to somebody who has left: make a new one for a channel.',
}

/** By the status, where Slack gives no word. */
const BY_STATUS: Readonly<Record<number, string>> = {
  403: ADMIN,
  404: WEBHOOK,
  410: 'The channel is archived, or the webhook is gone: make a new one.',
  429: REMEDIES['ratelimited'] ?? '',
}

/** Slack's word and what helps. `said` is whatever Slack said, `details` what it added. */
export function refusedBySlack(said: string, status: number, details = ''): Delivered {
  const word = wordOf(said)
  const more = details === '' ? '' : ` (${oneLine(details, 300)})`
  if (word !== undefined) {
    const remedy = REMEDIES[word] ?? BY_STATUS[status] ?? ''
    return undelivered(word, `Slack says ${word}${more}, HTTP ${status}. ${remedy}`.trim(), status)
  }
  const remedy = BY_STATUS[status] ?? (status >= 500 ? AGAIN : '')
  const quoted = said.trim() === '' ? '' : `: ${quotedWords(said)}`
  return undelivered(`http_${status}`, `HTTP ${status}${quoted}. ${remedy}`.trim(), status)
}

function wordOf(said: string): string | undefined {
  return /^[a-z][a-z0-9_]{2,79}$/.exec(said.trim())?.[0]
}

const DECLARE =
  'Declare the variables that the README lists in the workflow, each as a text; none of them is sent as an id or an address.'

const TRIGGER_REMEDIES: Readonly<Record<string, string>> = {
  invalid_webhook_trigger: 'Copy the web request URL of the workflow again.',
  workflow_not_found: 'Copy the web request URL of the workflow again.',
  trigger_not_found: 'Copy the web request URL of the workflow again.',
  workflow_not_published: 'Publish the workflow.',
  invalid_workflow_input: DECLARE,
  parameter_validation_failed: DECLARE,
  invalid_arguments: DECLARE,
  internal_error: AGAIN,
}

/** The word of a workflow of the Workflow Builder, and what helps. */
export function refusedByTrigger(said: string, status: number): Delivered {
  const word = wordOf(said)
  const byStatus: Readonly<Record<number, string>> = {
    400: DECLARE,
    403: 'Is the workflow published, and may it be started from outside?',
    404: 'Copy the web request URL of the workflow again.',
    410: 'Copy the web request URL of the workflow again.',
    429: 'Slack starts about one workflow per second: send fewer.',
  }
  const remedy = (word && TRIGGER_REMEDIES[word]) ?? byStatus[status] ?? (status >= 500 ? AGAIN : DECLARE)
  const quoted = word === undefined && said.trim() !== '' ? `: ${quotedWords(said)}` : ''
  const who = word === undefined ? `HTTP ${status}${quoted}` : `Slack says ${word}, HTTP ${status}`
  return undelivered(word ?? `http_${status}`, `${who}. ${remedy}`.trim(), status)
}

/** HTML of a proxy or a portal says nothing to a person. */
function quotedWords(said: string): string {
  return /^\s*<(?:!doctype|html|\?xml|head|body|h1)/i.test(said) ? 'an HTML page' : oneLine(said, 200)
}
