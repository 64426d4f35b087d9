import type { Block } from './message/block-kit.ts'
import type { Coverage } from './message/coverage.ts'
import type { Job } from './message/jobs.ts'
import type { Mention, Message } from './message/message.ts'
import type { PagerDutyAction } from './message/pagerduty-event.ts'
import type { Condition, StatusClass } from './message/status.ts'
import type { Field, RunFacts, Subject } from './message/subject.ts'
import type { TemplateName } from './message/templates.ts'

/** What the user asked for, checked. Texts that were not given are empty. */
export interface Inputs extends Sinks {
  subject: 'auto' | 'this-run' | 'workflow-run'
  template: TemplateName
  status: string
  jobStatus: string
  title: string
  text: string
  /** A path in the workspace or in RUNNER_TEMP; empty when not given, as the next. */
  textFile: string
  reason: string
  environment: string
  version: string
  url: string
  fields: readonly Field[]
  changelog: string
  changelogFile: string
  blocks: readonly Block[] | undefined
  needs: readonly Job[]
  jobs: boolean
  coverage: CoverageInputs
  story: boolean
  lifecycle: Lifecycle
  mentions: readonly Mention[]
  mentionOn: readonly Condition[]
  notifyOn: readonly Condition[]
  failOnError: boolean
  /** ms */
  timeout: number
  token: string
  dryRun: boolean
}

/** Where a message goes. */
export interface Sinks {
  slack: SlackTarget | undefined
  discord: readonly URL[]
  teams: readonly URL[]
  webhooks: readonly WebhookTarget[]
  pagerduty: PagerDutyTarget | undefined
  email: EmailTarget | undefined
  comment: boolean
}

/** How Slack is reached. */
export type SlackTarget = SlackWebhooks | SlackApi

export interface SlackWebhooks {
  kind: 'webhook'
  hooks: readonly { url: URL; isTrigger: boolean }[]
}

export interface SlackApi {
  kind: 'api'
  token: string
  /** Ends with a slash. */
  base: URL
  channels: readonly string[]
  updateTs: string | undefined
  threadTs: string | undefined
  replyBroadcast: boolean
}

export type WebhookFormat = 'json' | 'google-chat' | 'mattermost'

export interface WebhookTarget {
  url: URL
  format: WebhookFormat
  headers: Readonly<Record<string, string>>
  /** Signs what is sent, as Standard Webhooks; undefined when not given. */
  secret: string | undefined
}

export interface PagerDutyTarget {
  url: URL
  changeUrl: URL
  routingKey: string
  /** Empty: it is made of the run. */
  dedupKey: string
}

/** Where and how an e-mail is handed in. */
export interface EmailTarget {
  host: string
  port: number
  /** TLS from the first byte; otherwise STARTTLS is demanded, unless the server is this machine. */
  secure: boolean
  demandsTls: boolean
  user: string
  password: string
  from: string
  to: readonly string[]
}

export interface CoverageInputs {
  /** Paths or globs. */
  files: readonly string[]
  threshold: number | undefined
  /** A percentage, or the path of a coverage file. */
  previous: number | string | undefined
  maxDrop: number | undefined
}

export type Lifecycle = 'false' | 'final' | 'true'

/** What a step has to tell: all there is, that the job starts, or how it ended. */
export type Turn = 'whole' | 'start' | 'finish'

/** A message in Slack that an earlier phase of this step sent. */
export interface Sent {
  channel: string
  channelId: string
  ts: string
}

/** Which part of a step this is, and what an earlier one left. */
export interface Moment {
  turn: Turn
  /** Wall clock, ms. */
  startedAt: number
  sent: readonly Sent[]
}

/** What is true now. */
export interface Observation {
  moment: Moment
  run: RunFacts
  /** Of the run of the event, its conclusion; undefined when the message is about this run. */
  conclusion: string | undefined
  /** The message is about the run of the event, and not about this one. */
  isEventRun: boolean
  /** Why nothing is told: the run of the event is the notifier's own, or there is none. */
  silence: Silence | undefined
  /** Of `needs`, or of the API without this one. */
  jobs: readonly Job[]
  /** How the last run ended; undefined when there was none, or when nobody asked. */
  last: StatusClass | undefined
  durationMs: number | undefined
  /** The pull request that a comment belongs to. */
  pullNumber: number | undefined
  /** Names the comment of this job and environment. */
  commentMark: string
  /** A fork or Dependabot: GitHub gives them no secrets. */
  withoutSecrets: boolean
  /** Of files; undefined when there are none or they could not be read. */
  coverage: Coverage | undefined
  texts: { text: string; changelog: string }
  story: Story
  /** What could not be read, in words; the message is sent without it. */
  problems: readonly string[]
}

export interface Silence {
  /** The word of the output `error`; empty when all is well. */
  error: string
  message: string
}

/** What other steps of this suite left in this job. */
export interface Story {
  lines: readonly string[]
  /** What became of a switch and of a scan, as far as they said so. */
  rolledBack: string | undefined
  gate: string | undefined
}

/** One message to one place. `name` is its key in the output `sinks`. */
export type Delivery =
  | { to: 'slack-webhook'; name: string; url: URL; isTrigger: boolean }
  | { to: 'slack-api'; name: string; channel: string; update: string | undefined }
  | { to: 'discord' | 'teams'; name: string; url: URL }
  | { to: 'webhook'; name: string; target: WebhookTarget }
  | { to: 'email' | 'comment'; name: string }
  | { to: 'pagerduty'; name: string; action: PagerDutyAction; dedupKey: string }
  | { to: 'pagerduty-change'; name: string }

export interface Plan {
  turn: Turn
  /** Where the status comes from, for people. */
  source: string
  subject: Subject
  message: Message
  mentions: readonly Mention[]
  deliveries: readonly Delivery[]
  /** No sink was given at all. */
  noSink: boolean
  /** `notify-on` holds the message back. */
  heldBack: boolean
  /** Nothing is told to anybody. */
  silence: Silence | undefined
  /** What the user should know about the inputs, in sentences. */
  warnings: readonly string[]
}

/** What came of one delivery. */
export interface Delivered {
  ok: boolean
  /** Of HTTP or SMTP; undefined when there was no answer. */
  status: number | undefined
  /** The service's own word, or one of ours; empty when all is well. */
  error: string
  /** What was wrong and what helps, in sentences; empty when all is well. */
  message: string
  /** The service took it to deliver it later, and says nothing more. */
  accepted?: boolean
  /** What is not as it was wanted although the message was delivered. */
  warnings?: readonly string[]
  /** Of a message in Slack, as far as it is known. */
  ts?: string
  threadTs?: string
  channelId?: string
  url?: string
}

export type Applied = readonly (Delivered & { delivery: Delivery })[]
