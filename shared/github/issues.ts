import { maybe } from '../text/shape.ts'
import { isFailure } from './errors.ts'
import type { GitHub } from './model.ts'
import { pages } from './pages.ts'

/** Of a title and of a body, in characters; GitHub refuses longer ones with 422. */
export const MAX_ISSUE_TITLE = 256
export const MAX_ISSUE_BODY = 65_536

export interface Issue {
  number: number
  url: string
  open: boolean
  title: string
  /** Line ends are `\n`. */
  body: string
  /** Written by an app, or by somebody who may write to the repository. Anybody else may copy what we write. */
  trusted: boolean
}

export interface NewIssue {
  title: string
  body: string
  /** Labels that are not there are made by GitHub. */
  labels: readonly string[]
}

export interface IssueChange {
  body?: string
  state?: 'open' | 'closed'
  /** Why it is closed; GitHub takes no other. */
  reason?: 'completed' | 'not_planned'
}

interface IssueData {
  number: number
  html_url: string
  state: string
  title: string
  body?: string | null
  user: { type?: string } | null
  author_association?: string
  pull_request?: unknown
}

const ISSUE = {
  number: 'number',
  html_url: 'string',
  state: 'string',
  title: 'string',
  body: maybe('string'),
  user: maybe({ type: maybe('string') }),
  author_association: maybe('string'),
} as const

const LIST = 'GET /repos/{owner}/{repo}/issues'
const SENDINGS = 3

/**
 * The issues of a repository without its pull requests, the last created ones first; one call a page of 100.
 *
 * @param label only those that have it
 * @throws GitHubError; 410 where issues are switched off
 */
export async function* listIssues(
  github: GitHub,
  { state, label }: { state: 'open' | 'closed' | 'all'; label?: string | undefined },
): AsyncGenerator<Issue, void> {
  for await (const page of pages<IssueData[]>(github, {
    route: LIST,
    parameters: { state, ...(label === undefined ? {} : { labels: label }) },
    about: `the ${state === 'all' ? '' : `${state} `}issues`,
    shape: [ISSUE],
  })) {
    for (const data of page) if (data.pull_request === undefined) yield issueOf(data)
  }
}

/**
 * Opens an issue. After a lost reply the newest 100 issues are looked at before it is sent again, so that it is never
 * there twice.
 *
 * @param isIt knows the issue by its body
 * @throws GitHubError
 */
export async function createIssue(
  github: GitHub,
  { title, body, labels }: NewIssue,
  isIt: (issue: Issue) => boolean,
): Promise<Issue> {
  for (let sending = 1; ; sending++) {
    try {
      const { data } = await github.send<IssueData>({
        route: 'POST /repos/{owner}/{repo}/issues',
        parameters: { title, body, labels },
        about: 'a new issue',
        shape: ISSUE,
      })
      return issueOf(data)
    } catch (error) {
      const mayBeThere = isFailure(error, 'server', 'network', 'rate-limit') && error.uncertain
      if (!mayBeThere) throw error
      const { data } = await github.send<IssueData[]>({
        route: LIST,
        parameters: { state: 'all', sort: 'created', direction: 'desc', per_page: 100 },
        about: 'the newest issues',
        shape: [ISSUE],
      })
      const found = data.map(issueOf).find(isIt)
      if (found !== undefined) return found
      if (sending === SENDINGS) throw error
    }
  }
}

/** Changes, closes or opens an issue again. Sending it twice does no harm; one call. @throws GitHubError */
export async function updateIssue(
  github: GitHub,
  number: number,
  { body, state, reason }: IssueChange,
): Promise<Issue> {
  const { data } = await github.send<IssueData>({
    route: 'PATCH /repos/{owner}/{repo}/issues/{issue_number}',
    parameters: {
      issue_number: number,
      ...(body === undefined ? {} : { body }),
      ...(state === undefined ? {} : { state }),
      ...(reason === undefined ? {} : { state_reason: reason }),
    },
    about: `issue #${number}`,
    shape: ISSUE,
    repeatable: true,
  })
  return issueOf(data)
}

function issueOf({
  number,
  html_url: url,
  state,
  title,
  body,
  user,
  author_association: by,
}: IssueData): Issue {
  return {
    ...{ number, url, title, open: state === 'open', body: (body ?? '').replaceAll('\r\n', '\n') },
    trusted: user?.type === 'Bot' || /^(?:OWNER|MEMBER|COLLABORATOR)$/.test(by ?? ''),
  }
}
