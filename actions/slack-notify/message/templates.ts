import { formatDuration } from '../../../shared/text/duration.ts'
import { bold, code, type Line, link, type Span, text, textLines } from '../../../shared/text/rich.ts'
import { linesOfMarkdown } from '../../../shared/text/rich-markdown.ts'
import { coverageFields, coverageLines, coverageSentence } from './coverage.ts'
import { countJobs, type Job, jobLines } from './jobs.ts'
import type { Fact, List, Message } from './model.ts'
import type { Look } from './status.ts'

/** Everything that a message can be made of. Texts are as they were given; empty when they were not. */
export interface Subject {
  look: Look
  /** The last run of this workflow and branch failed. */
  wasBroken: boolean
  title: string
  text: string
  reason: string
  environment: string
  version: string
  url: string
  fields: readonly { name: string; value: string }[]
  /** Markdown */
  changelog: string
  jobs: readonly Job[]
  durationMs: number | undefined
  run: RunFacts
}

export interface RunFacts {
  /** `owner/name` */
  repository: string
  serverUrl: string
  workflow: string
  runUrl: string
  branch: string
  sha: string
  /** The first line of the commit's message, when the event has it. */
  commitTitle: string
  actor: string
  pull: { number: number; title: string; url: string } | undefined
}

type FactName = keyof typeof FACTS

interface Template {
  /** The news in one sentence, without the final stop. */
  sentence: (subject: Subject) => string
  facts: readonly FactName[]
  /** What `url` leads to. */
  page: string
  /** Lines of its own, below the sentence. */
  lines?: (subject: Subject) => Line[]
  /** Fields that `lines` or the sentence show already, in small letters. */
  ownFields?: (subject: Subject) => string[]
  /** Before the name of a field. */
  mark?: (name: string) => string
}

const SEVERITIES: Readonly<Record<string, string>> = {
  critical: '🔴 ',
  high: '🟠 ',
  medium: '🟡 ',
  low: '🔵 ',
}

const RUN = ['pull', 'branch', 'commit', 'actor', 'duration'] as const

const TABLE = {
  'ci-summary': {
    sentence: ({ look, run }) => `${run.workflow || 'Workflow'} ${look.verb}${on(run)}`,
    facts: RUN,
    page: 'Open',
  },
  deploy: {
    sentence: (subject) => {
      const what = `${subject.version || nameOf(subject)} to ${subject.environment || 'its environment'}`
      return said(
        subject.look,
        { success: `Deployed ${what}`, started: `Deploying ${what}` },
        `Deployment of ${what}`,
      )
    },
    facts: ['environment', 'version', 'reason', ...RUN],
    page: 'Open',
  },
  rollback: {
    sentence: (subject) => {
      const where = subject.environment || nameOf(subject)
      const to = subject.version === '' ? '' : ` to ${subject.version}`
      const words = { success: `Rolled ${where} back${to}`, started: `Rolling ${where} back${to}` }
      return said(subject.look, words, `Rollback of ${where}${to}`)
    },
    facts: ['reason', 'environment', 'version', ...RUN],
    page: 'Open',
  },
  release: {
    sentence: (subject) => {
      const what = `${nameOf(subject)} ${subject.version}`.trim()
      return said(
        subject.look,
        { success: `Released ${what}`, started: `Releasing ${what}` },
        `Release of ${what}`,
      )
    },
    facts: ['version', 'commit', 'actor', 'duration'],
    page: 'Release notes',
  },
  security: {
    sentence: (subject) => {
      const scan = `Security scan of ${nameOf(subject)}`
      return said(
        subject.look,
        { success: `${scan} passed`, failure: `${scan} found what must not stay` },
        scan,
      )
    },
    facts: ['reason', 'environment', 'version', 'branch', 'commit'],
    page: 'Findings',
    mark: (name) => SEVERITIES[name.toLowerCase()] ?? '',
  },
  coverage: {
    sentence: coverageSentence,
    facts: ['pull', 'branch', 'commit', 'actor'],
    page: 'Report',
    lines: coverageLines,
    ownFields: coverageFields,
  },
  'main-broken': {
    sentence: ({ look, run, wasBroken }) => {
      const words = {
        success: `${run.branch || 'main'} is green${wasBroken ? ' again' : ''}`,
        failure: `${run.branch || 'main'} is broken`,
      }
      return said(look, words, `${run.workflow || 'Workflow'} on ${run.branch || 'main'}`)
    },
    facts: ['workflow', 'commit', 'actor', 'duration'],
    page: 'Open',
  },
  metrics: {
    sentence: (subject) => `Metrics of ${nameOf(subject)}`,
    facts: ['environment', 'version'],
    page: 'Dashboard',
  },
  plain: {
    sentence: ({ look, run }) => `${run.workflow || 'Workflow'} ${look.verb}`,
    facts: [],
    page: 'Open',
  },
} as const satisfies Readonly<Record<string, Template>>

export type TemplateName = keyof typeof TABLE

export const TEMPLATES = Object.keys(TABLE) as TemplateName[]

/** More facts than these are no summary. */
const MAX_FIELDS = 10

const FACTS = {
  environment: { label: 'Environment', value: ({ environment }) => plainFact(environment) },
  version: { label: 'Version', value: ({ version }) => (version === '' ? [] : [code(version)]) },
  reason: { label: 'Reason', value: ({ reason }) => plainFact(reason) },
  workflow: { label: 'Workflow', value: ({ run }) => plainFact(run.workflow) },
  branch: { label: 'Branch', value: ({ run }) => (run.branch === '' ? [] : [code(run.branch)]) },
  pull: {
    label: 'Pull request',
    value: ({ run: { pull } }) =>
      pull === undefined ? [] : [link(`#${pull.number}`, pull.url), text(` ${pull.title}`)],
  },
  commit: { label: 'Commit', value: ({ run }) => commitFact(run) },
  actor: { label: 'By', value: ({ run }) => actorFact(run) },
  duration: {
    label: 'Took',
    value: ({ durationMs }) => (durationMs === undefined ? [] : [text(formatDuration(durationMs))]),
  },
} as const satisfies Readonly<Record<string, { label: string; value: (subject: Subject) => Line }>>

/** The message that a template makes of a subject; pure. */
export function messageOf(name: TemplateName, subject: Subject): Message {
  const template: Template = TABLE[name]
  const sentence = template.sentence(subject)
  const { look, title, jobs, changelog, run } = subject
  const own = template.ownFields?.(subject) ?? []
  const fields = subject.fields.filter((field) => !own.includes(field.name.toLowerCase()))
  const reasonIsShown = template.facts.includes('reason')
  const lists: List[] = []
  if (jobs.length > 0) lists.push({ title: countJobs(jobs), lines: jobLines(jobs) })
  const changes = linesOfMarkdown(changelog)
  if (changes.length > 0) lists.push({ title: 'Changes', lines: changes })
  return {
    look,
    headline: text(title || sentence).text,
    lead: [
      ...(title !== '' && name !== 'plain' ? [[bold(sentence)]] : []),
      ...(template.lines?.(subject) ?? []),
      ...(subject.text === '' ? [] : textLines(subject.text)),
      ...(reasonIsShown || subject.reason === '' ? [] : [[text(`Reason: ${subject.reason}`)]]),
    ],
    facts: [
      ...template.facts.flatMap((fact): Fact[] => {
        const { label, value } = FACTS[fact]
        const line: Line = value(subject)
        return line.length === 0 ? [] : [{ name: label, value: line }]
      }),
      ...fields.slice(0, MAX_FIELDS).map((field) => ({
        name: `${template.mark?.(field.name) ?? ''}${field.name}`,
        value: [text(field.value)],
      })),
    ],
    moreFields: Math.max(0, fields.length - MAX_FIELDS),
    lists,
    links: [
      ...(subject.url === '' ? [] : [{ label: template.page, url: subject.url }]),
      ...(run.runUrl === '' ? [] : [{ label: 'View run', url: run.runUrl }]),
    ],
    footer: footerOf(run),
    runUrl: run.runUrl,
  }
}

/** The words for a status that has some of its own, otherwise the subject and the status' verb. */
function said(
  { class: group, status, verb }: Look,
  words: Partial<Record<'success' | 'failure' | 'started', string>>,
  subject: string,
): string {
  if (status === 'started' && words.started !== undefined) return words.started
  return (
    (group === 'success' || status === 'failure' ? words[group as 'success'] : undefined) ??
    `${subject} ${verb}`
  )
}

function nameOf({ run }: Subject): string {
  return run.repository.split('/').at(-1) || 'the repository'
}

function on({ branch }: RunFacts): string {
  return branch === '' ? '' : ` on ${branch}`
}

function plainFact(value: string): Line {
  return value === '' ? [] : [text(value)]
}

function commitFact({ sha, commitTitle, serverUrl, repository }: RunFacts): Line {
  if (sha === '') return []
  const title: Span[] = commitTitle === '' ? [] : [text(` ${commitTitle}`)]
  return [link(sha.slice(0, 7), `${serverUrl}/${repository}/commit/${sha}`), ...title]
}

function actorFact({ actor, serverUrl }: RunFacts): Line {
  if (actor === '') return []
  return /^[\w-]+$/.test(actor) ? [link(actor, `${serverUrl}/${actor}`)] : [text(actor)]
}

function footerOf({ repository, serverUrl, workflow, runUrl }: RunFacts): Line {
  if (repository === '') return []
  const to = runUrl === '' || workflow === '' ? [] : [text(' · '), link(workflow, runUrl)]
  return [link(repository, `${serverUrl}/${repository}`), ...to]
}
