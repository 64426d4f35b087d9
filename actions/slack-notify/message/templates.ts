import { formatDuration } from '../../../shared/text/duration.ts'
import { bold, code, type Line, link, type Span, text, textLines } from '../../../shared/text/rich.ts'
import { linesOfMarkdown } from '../../../shared/text/rich-markdown.ts'
import { COVERAGE_FIELDS, coverageLines, coverageSentence, percentOf } from './coverage.ts'
import { fieldKey } from './fields.ts'
import { countJobs, jobLines } from './jobs.ts'
import type { Fact, List, Message } from './message.ts'
import type { Look } from './status.ts'
import type { RunFacts, Subject } from './subject.ts'

type FactName = keyof typeof FACTS

interface Template {
  /** The news in one sentence, without the final stop. */
  sentence: (subject: Subject) => string
  facts: readonly FactName[]
  /** What `url` leads to. */
  page: string
  /** Lines of its own, below the sentence. */
  lines?: (subject: Subject) => Line[]
  /** Fields that say what the sentence or `lines` show already, in small letters. */
  ownFields?: (subject: Subject) => readonly string[]
  /** Before the name of a field. */
  mark?: (name: string) => string
}

const SEVERITIES: Readonly<Record<string, string>> = {
  critical: '🔴 ',
  high: '🟠 ',
  medium: '🟡 ',
  low: '🔵 ',
}

const RUN = ['pull', 'branch', 'commit', 'actor', 'attempt', 'duration'] as const

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
      if (subject.outcome === 'none') return `${where} was not rolled back`
      const words = { success: `Rolled ${where} back${to}`, started: `Rolling ${where} back${to}` }
      return said(subject.look, words, `Rollback of ${where}${to}`)
    },
    facts: ['reason', 'environment', 'version', ...RUN],
    page: 'Open',
    ownFields: ({ outcome }) => (outcome === undefined ? [] : ['rolled-back']),
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
    facts: ['version', 'commit', 'actor', 'attempt', 'duration'],
    page: 'Release notes',
  },
  security: {
    sentence: (subject) => {
      const { outcome } = subject
      const scan = `Security scan of ${nameOf(subject)}`
      if (outcome === 'none') return `${scan} gave no result`
      const found = outcome === 'failure' ? { failure: `${scan} found what must not stay` } : {}
      return said(subject.look, { success: `${scan} passed`, ...found }, scan)
    },
    facts: ['reason', 'environment', 'version', 'branch', 'commit'],
    page: 'Findings',
    mark: (name) => SEVERITIES[name.toLowerCase()] ?? '',
    ownFields: ({ outcome }) => (outcome === undefined ? [] : ['gate']),
  },
  coverage: {
    sentence: ({ coverage }) => coverageSentence(coverage),
    facts: ['pull', 'branch', 'commit', 'actor'],
    page: 'Report',
    lines: ({ coverage }) => coverageLines(coverage),
    ownFields: ({ coverage, fields }) =>
      coverage?.value === undefined
        ? []
        : fields
            .filter(({ value }) => percentOf(value) !== undefined)
            .map(({ name }) => fieldKey(name))
            .filter((key) => COVERAGE_FIELDS.has(key)),
  },
  'main-broken': {
    sentence: ({ look, run, wasBroken }) => {
      const words = {
        success: `${run.branch || 'main'} is green${wasBroken ? ' again' : ''}`,
        failure: `${run.branch || 'main'} is broken`,
      }
      return said(look, words, `${run.workflow || 'Workflow'} on ${run.branch || 'main'}`)
    },
    facts: ['workflow', 'commit', 'actor', 'attempt', 'duration'],
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
  branch: {
    label: ({ run }) => (run.isTag ? 'Tag' : 'Branch'),
    value: ({ run }) => (run.branch === '' ? [] : [code(run.branch)]),
  },
  pull: {
    label: 'Pull request',
    value: ({ run: { pull } }) =>
      pull === undefined ? [] : [link(`#${pull.number}`, pull.url), text(` ${pull.title}`)],
  },
  commit: { label: 'Commit', value: ({ run }) => commitFact(run) },
  actor: { label: 'By', value: ({ run }) => actorFact(run) },
  attempt: {
    label: 'Attempt',
    value: ({ run }) => (run.attempt > 1 ? [text(String(run.attempt))] : []),
  },
  duration: {
    label: 'Took',
    value: ({ durationMs }) => (durationMs === undefined ? [] : [text(formatDuration(durationMs))]),
  },
} as const satisfies Readonly<
  Record<string, { label: string | ((subject: Subject) => string); value: (subject: Subject) => Line }>
>

/** The message that a template makes of a subject; pure. */
export function messageOf(name: TemplateName, subject: Subject): Message {
  const template: Template = TABLE[name]
  const sentence = template.sentence(subject)
  const { look, title, run } = subject
  const own = template.ownFields?.(subject) ?? []
  const fields = subject.fields.filter((field) => !own.includes(fieldKey(field.name)))
  const reasonIsShown = template.facts.includes('reason')
  return {
    look,
    headline: text(title || sentence).text,
    lead: [
      ...(title !== '' && name !== 'plain' ? [[bold(sentence)]] : []),
      ...(template.lines?.(subject) ?? []),
      ...(subject.text === '' ? [] : textLines(subject.text)),
      ...(reasonIsShown || subject.reason === '' ? [] : textLines(`Reason: ${subject.reason}`)),
    ],
    facts: [
      ...template.facts.flatMap((fact) => factOf(fact, subject)),
      ...fields.slice(0, MAX_FIELDS).map((field) => ({
        name: text(`${template.mark?.(field.name) ?? ''}${field.name}`).text,
        value: [text(field.value)],
      })),
    ],
    moreFields: Math.max(0, fields.length - MAX_FIELDS),
    lists: listsOf(subject),
    links: [
      ...(subject.url === '' ? [] : [{ label: template.page, url: subject.url }]),
      ...(run.runUrl === '' ? [] : [{ label: 'View run', url: run.runUrl }]),
    ],
    footer: footerOf(run),
    runUrl: run.runUrl,
  }
}

function factOf(name: FactName, subject: Subject): Fact[] {
  const { label, value } = FACTS[name]
  const line: Line = value(subject)
  return line.length === 0 ? [] : [{ name: typeof label === 'string' ? label : label(subject), value: line }]
}

function listsOf({ jobs, story, changelog }: Subject): List[] {
  const lists: List[] = []
  if (story.length > 0) lists.push({ title: 'Steps', lines: story.map((line) => [text(line)]) })
  if (jobs.length > 0) lists.push({ title: countJobs(jobs), lines: jobLines(jobs) })
  const changes = changelog === '' ? [] : linesOfMarkdown(changelog)
  if (changes.length > 0) lists.push({ title: 'Changes', lines: changes })
  return lists
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

/** Who started this attempt; of a re-run by somebody else, whose run it was, too. */
function actorFact(run: RunFacts): Line {
  const { actor, triggeringActor, serverUrl } = run
  const by = triggeringActor || actor
  if (by === '') return []
  const page = (login: string): Span =>
    /^[\w-]+$/.test(login) ? link(login, `${serverUrl}/${login}`) : text(login)
  if (actor === '' || by === actor) return [page(by)]
  return [page(by), text(' again, after '), page(actor)]
}

function footerOf({ repository, serverUrl, workflow, runUrl }: RunFacts): Line {
  if (repository === '') return []
  const to = runUrl === '' || workflow === '' ? [] : [text(' · '), link(workflow, runUrl)]
  return [link(repository, `${serverUrl}/${repository}`), ...to]
}
