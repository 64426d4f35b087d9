import type { Mention } from '../message/message.ts'
import type { SlackApi } from '../model.ts'
import type { Wire } from './delivery.ts'
import { callSlack } from './slack-call.ts'

/** Nobody waits longer to be called. */
const LOOKUP_MS = 5_000

const WORDS: Readonly<Record<string, string>> = {
  users_not_found: 'nobody in this workspace has that address (guests and other organizations are not found)',
  missing_scope: 'the Slack app needs the scopes users:read.email and users:read',
  enterprise_is_restricted: 'the workspace does not let apps look people up',
}

/**
 * The ids of those who are given by their e-mail address. Who is not found is named in the message, and told.
 *
 * @see https://docs.slack.dev/reference/methods/users.lookupByEmail
 */
export async function findPeople(
  api: SlackApi,
  mentions: readonly Mention[],
  wire: Wire,
): Promise<{ mentions: Mention[]; warnings: string[] }> {
  const warnings: string[] = []
  const soon = { ...wire, deadline: Math.min(wire.deadline, performance.now() + LOOKUP_MS) }
  const found = await Promise.all(
    mentions.map(async (mention): Promise<Mention> => {
      if (mention.kind !== 'email') return mention
      const form = new URLSearchParams({ email: mention.address })
      const { answer, result } = await callSlack(api, 'users.lookupByEmail', form, soon)
      const user = answer['user'] as { id?: unknown; deleted?: unknown } | null | undefined
      if (result.ok && typeof user?.id === 'string' && user.deleted !== true)
        return { kind: 'user', id: user.id }
      const gone = result.ok
        ? 'that account is deactivated'
        : (WORDS[result.error] ?? result.message.replace(/\.$/, ''))
      warnings.push(`mention: ${mention.address} was not called: ${gone}.`)
      return mention
    }),
  )
  return { mentions: found, warnings }
}
