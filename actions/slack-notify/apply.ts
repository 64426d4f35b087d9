import type { Step } from '../../shared/action/step.ts'
import { undelivered, type Wire } from './apply/delivery.ts'
import { isolate } from './apply/isolate.ts'
import type { Mention } from './message/message.ts'
import type { Applied, Delivered, Delivery, Inputs, Observation, Plan } from './model.ts'

/** All that a sink may need. */
interface Work {
  plan: Plan
  inputs: Inputs
  observation: Observation
  step: Step
  wire: Wire
  /** Those of the plan, with the ids of those whose e-mail address Slack knows; asked for once. */
  people: () => Promise<{ mentions: readonly Mention[]; warnings: readonly string[] }>
}

/** Sends everything at the same time; what becomes of one message never touches the others. Never throws. */
export async function apply(
  plan: Plan,
  inputs: Inputs,
  observation: Observation,
  step: Step,
  deadline: number,
): Promise<Applied> {
  const wire = { deadline, signal: step.signal }
  let asked: ReturnType<Work['people']> | undefined
  const people = (): ReturnType<Work['people']> => {
    asked ??= findPeople(plan, inputs, wire)
    return asked
  }
  const work: Work = { plan, inputs, observation, step, wire, people }
  return await Promise.all(
    plan.deliveries.map(async (delivery) => {
      const isForeign = delivery.to === 'email'
      return { ...(await isolate(() => deliver(delivery, work), wire, isForeign)), delivery }
    }),
  )
}

/** A sink is loaded on use; the webhook, which most steps use, comes with the bundle. */
async function deliver(delivery: Delivery, work: Work): Promise<Delivered> {
  const { plan, inputs, observation, wire } = work
  const { message, subject, mentions } = plan
  const { slack, pagerduty, email } = inputs
  switch (delivery.to) {
    case 'slack-webhook': {
      const { sendToTrigger, sendToWebhook } = await import(
        /* webpackMode: "eager" */ './apply/slack-webhook.ts'
      )
      return delivery.isTrigger
        ? sendToTrigger(delivery.url, message, subject, wire)
        : sendToWebhook(delivery.url, message, { mentions, blocks: inputs.blocks }, wire)
    }
    case 'slack-api': {
      if (slack?.kind !== 'api') return missing(delivery)
      const { sendToApi } = await import('./apply/slack-api.ts')
      const found = await work.people()
      const { channel, update } = delivery
      const letter = { channel, update, message, mentions: found.mentions, blocks: inputs.blocks }
      const sent = await sendToApi(slack, letter, wire)
      return { ...sent, warnings: [...(sent.warnings ?? []), ...found.warnings] }
    }
    case 'discord': {
      const { sendToDiscord } = await import('./apply/discord.ts')
      return sendToDiscord(delivery.url, message, wire)
    }
    case 'teams': {
      const { sendToTeams } = await import('./apply/teams.ts')
      return sendToTeams(delivery.url, message, mentions, wire)
    }
    case 'webhook': {
      const { sendToWebhookTarget } = await import('./apply/webhooks.ts')
      const seconds = work.step.clock.date() / 1_000
      const step = [work.step.context.runId, work.step.context.job, process.env['GITHUB_ACTION'] ?? '']
      return sendToWebhookTarget(delivery.target, { message, subject, step: step.join('/'), seconds }, wire)
    }
    case 'pagerduty': {
      if (pagerduty === undefined) return missing(delivery)
      const { sendAlert } = await import('./apply/pagerduty.ts')
      const { action, dedupKey } = delivery
      return sendAlert(pagerduty, message, { action, dedupKey, source: observation.run.repository }, wire)
    }
    case 'pagerduty-change': {
      if (pagerduty === undefined) return missing(delivery)
      const { sendChange } = await import('./apply/pagerduty.ts')
      const timestamp = new Date(work.step.clock.date()).toISOString()
      return sendChange(pagerduty, message, { source: observation.run.repository, timestamp }, wire)
    }
    case 'email': {
      if (email === undefined) return missing(delivery)
      const { sendEmail } = await import('./apply/email.ts')
      return sendEmail(email, message, wire)
    }
    case 'comment':
      return comment(work)
  }
}

async function comment({ plan, inputs, observation, step, wire }: Work): Promise<Delivered> {
  const connect = step.connect(inputs.token, Math.max(1, Math.floor(wire.deadline - step.clock.now())))
  if (connect === undefined || observation.pullNumber === undefined) {
    return undelivered('no_token', '"token" is empty, or this is not a run at GitHub.')
  }
  const { commentBody } = await import('./message/comment-body.ts')
  const { writeComment } = await import('./apply/comment.ts')
  const body = commentBody(plan.message, observation.commentMark)
  return writeComment(await connect(), observation.pullNumber, body)
}

async function findPeople(
  { mentions }: Plan,
  { slack }: Inputs,
  wire: Wire,
): Promise<{ mentions: readonly Mention[]; warnings: readonly string[] }> {
  if (slack?.kind !== 'api' || !mentions.some(({ kind }) => kind === 'email'))
    return { mentions, warnings: [] }
  const { findPeople: find } = await import('./apply/slack-people.ts')
  return find(slack, mentions, wire)
}

function missing({ name }: Delivery): Delivered {
  return undelivered('internal_error', `There is no ${name}. This is a defect of the action.`)
}
