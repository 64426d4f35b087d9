import type { RunContext } from '../../shared/action/context.ts'
import { messageOf } from '../../shared/action/errors.ts'
import type { Inputs } from './inputs.ts'
import type { Observed } from './observe.ts'
import type { Delivery, Plan } from './plan.ts'
import { type Delivered, undelivered, type Wire } from './sinks/delivery.ts'

/** Sends everything at the same time; what becomes of one message is no matter of the others. Never throws. */
export async function apply(
  plan: Plan,
  inputs: Inputs,
  context: RunContext,
  observed: Observed,
  wire: Wire,
): Promise<(Delivered & { delivery: Delivery })[]> {
  return Promise.all(
    plan.deliveries.map(async (delivery) => {
      const what = await deliver(delivery, plan, inputs, context, observed, wire).catch((error: unknown) =>
        undelivered('internal_error', `${messageOf(error)}. This is a defect of the action.`),
      )
      return { ...what, delivery }
    }),
  )
}

/** A sink is loaded on use; the webhook, which most steps use, comes with the bundle. */
async function deliver(
  delivery: Delivery,
  { message, mentions }: Plan,
  inputs: Inputs,
  context: RunContext,
  { pullNumber, run }: Observed,
  wire: Wire,
): Promise<Delivered> {
  const { slack, blocks, discord, pagerduty, email } = inputs
  if (delivery.to === 'slack-webhook' && slack?.kind === 'webhook') {
    const { sendToWebhook } = await import(/* webpackMode: "eager" */ './sinks/slack-webhook.ts')
    return sendToWebhook(slack.url, message, mentions, blocks, wire)
  }
  if (delivery.to === 'slack-api' && slack?.kind === 'api') {
    const { sendToApi } = await import('./sinks/slack-api.ts')
    return sendToApi(slack, delivery, message, mentions, blocks, wire)
  }
  if (delivery.to === 'discord' && discord !== undefined) {
    const { sendToDiscord } = await import('./sinks/discord.ts')
    return sendToDiscord(discord, message, wire)
  }
  if (delivery.to === 'pagerduty' && pagerduty !== undefined) {
    const { pagerDutyEvent, sendToPagerDuty } = await import('./sinks/pagerduty.ts')
    const { action, dedupKey } = delivery
    const event = pagerDutyEvent(message, pagerduty.routingKey, dedupKey, action, run.repository)
    return sendToPagerDuty(pagerduty.url, event, wire)
  }
  if (delivery.to === 'email' && email !== undefined) {
    const { sendEmail } = await import('./sinks/email.ts')
    return sendEmail(email, message, wire)
  }
  const { commentBody, commentMark, writeComment } = await import('./sinks/comment.ts')
  const body = commentBody(message, commentMark(context.workflow, context.job, inputs.environment))
  const github = { apiUrl: context.apiUrl, token: inputs.token, ...wire }
  return writeComment(github, context.repository, pullNumber ?? 0, body)
}
