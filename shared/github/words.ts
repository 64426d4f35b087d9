import { formatDuration } from '../text/duration.ts'
import { GitHubError, type GitHubFailureDetails } from './errors.ts'
import type { Failed } from './judge.ts'
import type { Call } from './model.ts'

interface Circumstances {
  uncertain: boolean
  /** A write of contents was granted to this token before. */
  wroteContents: boolean
  /** There was no time for this wait, in ms. */
  wait?: number
}

/** The error of a call that failed for good: what failed, what GitHub said, what to do next; pure. */
export function failureWords(failed: Failed, { about }: Call, circumstances: Circumstances): GitHubError {
  const { status } = failed
  const permission = permissionOf(failed)
  const isWorkflow =
    failed.kind === 'workflow-files' ||
    (failed.kind === 'permission' &&
      circumstances.wroteContents &&
      permission?.startsWith('contents') === true)
  const kind = isWorkflow ? 'workflow-files' : failed.kind
  const details: GitHubFailureDetails = {
    ...{ status, answer: failed.words, uncertain: circumstances.uncertain },
    ...(kind === 'permission' ? { permission } : {}),
  }
  const said =
    failed.strange === undefined
      ? failed.words === ''
        ? ''
        : ` GitHub says: ${sentence(failed.words)}`
      : STRANGE
  const code = status === undefined ? '' : ` (HTTP ${status})`
  const make = (title: string, message: string): GitHubError =>
    new GitHubError(kind, title, `${message}${said}`, details)

  switch (kind) {
    case 'credentials':
      return make(
        'Token refused',
        `GitHub does not accept the token${code}, asked about ${about}. Is the secret set, right, and not expired?`,
      )
    case 'permission':
      return make('Not permitted', permissionWords(failed, about, permission))
    case 'workflow-files':
      return make(
        'Workflow files need more than GITHUB_TOKEN',
        `GitHub refuses ${about}, because its commit changes files in .github/workflows, which GITHUB_TOKEN may not publish even with contents: write. Give the input \`token\` a GitHub App token or a personal access token that has the workflows permission (the workflow scope).`,
      )
    case 'rate-limit': {
      const when =
        circumstances.wait === undefined ? '' : `, and would answer in ${inSeconds(circumstances.wait)}`
      return make(
        'Rate limit',
        `GitHub answers no more calls with this token for now${when}, which is too late for this step: ${about}. Run the job again later, or use a token with a larger limit.`,
      )
    }
    case 'not-found':
      return make(
        'Not found',
        `GitHub does not find ${about}${code}. It does not exist, or the token may not see it (a private repository needs \`contents: read\`).`,
      )
    case 'refused-by-rule':
      return make(
        'Refused by a rule',
        `A rule of this repository refuses ${about}${code}. Look at Settings → Rules (a ruleset for version tags should be about v*.*.* only), or at immutable releases.`,
      )
    case 'server':
      if (failed.strange !== undefined)
        return make(
          'Not an answer of GitHub',
          `The answer about ${about}${code} is ${failed.strange}, and not what GitHub's API gives.`,
        )
      return make(
        'GitHub has trouble',
        `GitHub did not answer about ${about}${code}. See https://www.githubstatus.com and run the job again.`,
      )
    case 'network':
      return new GitHubError(
        kind,
        'GitHub cannot be reached',
        `No answer about ${about}: ${sentence(failed.words)} Look at the network, the proxy variables and GITHUB_API_URL of this runner.`,
        details,
      )
    case 'cancelled':
      return make('Cancelled', `Stopped before GitHub had answered about ${about}.`)
    default:
      return make('GitHub refuses', `GitHub does not take ${about}${code}.`)
  }
}

const STRANGE =
  ' Look at the proxy and at GITHUB_API_URL of this runner, and at https://www.githubstatus.com, and run the job again.'

/** `contents: write`, from the header that names what the endpoint wants. */
function permissionOf({ headers }: Failed): string | undefined {
  // Alternatives are split by `;`, what is needed together by `,`: `contents=write; contents=write,workflows=write`.
  const wanted = headers['x-accepted-github-permissions']?.split(';')[0]?.trim()
  if (!wanted) return undefined
  return wanted.replaceAll('=', ': ').replaceAll('_', '-').replaceAll(/,\s*/g, ' and ')
}

function permissionWords(
  { status, words, headers }: Failed,
  about: string,
  permission: string | undefined,
): string {
  const refused = `The token may not do this (HTTP ${status}): ${about}.`
  if (/archived/i.test(words)) return `The repository is archived, so it can only be read: ${about}.`
  if (/SAML/i.test(words)) {
    return `${refused} Authorize the token for single sign-on of the organization (Configure SSO, on the page of the token).`
  }
  const grant =
    permission === undefined
      ? 'Give the job the permissions that the README names'
      : `Give the job \`permissions: { ${permission} }\``
  // GitHub asks for it as an alternative where a commit may change workflow files; which of the two it was, it does not say.
  const orWorkflows = headers['x-accepted-github-permissions']?.includes('workflows=write')
    ? ' If it has that, the commit changes files in .github/workflows, which takes a GitHub App token or a personal access token with the workflows permission.'
    : ''
  return `${refused} ${grant}.${orWorkflows} A pull request from a fork, and Dependabot, get a token that only reads.`
}

function sentence(words: string): string {
  return /[.!?…]$/.test(words) ? words : `${words}.`
}

function inSeconds(ms: number): string {
  return formatDuration(Math.ceil(ms / 1_000) * 1_000)
}
