import { describe, expect, test } from '@jest/globals'
import { readInputs } from '../../../actions/changelog/inputs.ts'
import type { Inputs } from '../../../actions/changelog/model.ts'
import { observe } from '../../../actions/changelog/observe.ts'
import { decide } from '../../../actions/changelog/plan.ts'
import { readCommits, weigh } from '../../../actions/semver-tag/plan/bump.ts'
import { systemClock } from '../../../shared/action/clock.ts'
import { readContext } from '../../../shared/action/context.ts'
import { versionIn } from '../../../shared/version/tags.ts'
import { hasHistory, importHistory } from '../../histories/load.ts'
import { runGit } from '../../support/git.ts'
import { INPUTS as SEMVER } from '../semver-tag/defaults.ts'

/** name, prefix, and every how manieth release is looked at. */
const HISTORIES: [name: string, prefix: string, step: number][] = [
  ['cli', 'v', 6],
  ['just', '', 6],
  ['black', '', 1],
  ['opentelemetry-go', 'v', 3],
  ['prettier', '', 3],
]
const isLong = process.env['NEXUS_LONG'] === '1'

/** What the notes must tell, read from `git log` with nothing of the action: number → subject, and plain lines. */
interface Wanted {
  numbers: Set<number>
  features: { sha: string; words: string; number: number | undefined }[]
}

for (const [name, prefix, every] of HISTORIES) {
  if (!hasHistory(name)) {
    console.log(`skipped: the history of ${name} is not here; NEXUS_HISTORIES names a folder with it`)
    continue
  }
  describe(name, () => {
    test('every release is told whole, and both actions agree on what breaks', async () => {
      const folder = importHistory(name)
      const releases = runGit(folder, ['for-each-ref', '--format=%(refname:strip=2)', 'refs/tags'])
        .split('\n')
        .filter((tag) => versionIn(tag, [prefix]) !== undefined)
        .filter((_, index) => isLong || index % every === 0)
      expect(releases.length).toBeGreaterThan(10)
      for (const tag of releases) expect([tag, await faultsOf(folder, tag, prefix)]).toEqual([tag, []])
    }, 600_000)
  })
}

async function faultsOf(folder: string, tag: string, prefix: string): Promise<string[]> {
  const inputs: Inputs = await readInputs({
    INPUT_TO: tag,
    'INPUT_TAG-PREFIX': prefix,
    INPUT_INCLUDE: 'all',
    INPUT_SUBTRACT: 'false',
    'INPUT_PULL-REQUESTS': 'false',
    GITHUB_SHA: runGit(folder, ['rev-parse', `${tag}^{commit}`]).trim(),
  })
  const context = { ...readContext({ GITHUB_REPOSITORY: 'octo/demo' }), workspace: folder }
  const step = { context, signal: new AbortController().signal, connect: () => undefined, clock: systemClock }
  const observation = await observe(inputs, step)
  const plan = await decide(inputs, observation)
  if (plan.kind === 'refused') return [plan.reason]
  const [release] = plan.releases
  const entries = release?.groups.flatMap((group) => group.entries) ?? []
  const told = new Set(entries.flatMap(({ shas }) => shas))
  const numbers = new Set(
    entries.flatMap(({ pullRequest, otherPullRequests = [] }) => [
      pullRequest?.number ?? 0,
      ...otherPullRequests,
    ]),
  )
  const range = [...(observation.from === undefined ? [] : [`^${observation.from.sha}`]), observation.to.sha]
  const wanted = wantedOf(folder, range)
  const lost = wanted.features.filter(({ sha }) => !told.has(sha)).map(({ words }) => `lost: ${words}`)
  const missing = [...wanted.numbers]
    .filter((number) => !numbers.has(number))
    .map((number) => `no line: #${number}`)
  const commits = observation.commits.map(({ sha, parents }) => ({
    sha,
    parents,
    message: messageOf(folder, sha),
  }))
  const { reasons } = weigh(readCommits(commits), SEMVER, false)
  const breaks = reasons.some(({ breaking, cancelledBy }) => breaking && cancelledBy === undefined)
  const says = entries.some(({ breaking }) => breaking !== undefined)
  return [
    ...lost,
    ...missing,
    ...(breaks === says ? [] : [`breaking: semver-tag ${breaks}, changelog ${says}`]),
  ]
}

const messages = new Map<string, string>()

function messageOf(folder: string, sha: string): string {
  if (!messages.has(`${folder}${sha}`)) {
    for (const record of runGit(folder, ['log', '--all', '-z', '--format=%H%n%B']).split('\0')) {
      const end = record.indexOf('\n')
      messages.set(`${folder}${record.slice(0, end)}`, record.slice(end + 1))
    }
  }
  return messages.get(`${folder}${sha}`) ?? ''
}

function wantedOf(folder: string, range: readonly string[]): Wanted {
  const log = runGit(folder, ['log', '-z', '--format=%H%x01%P%x01%B', ...range])
  const records = log === '' ? [] : log.split('\0').filter((record) => record.includes('\x01'))
  const reverted = new Set<string>()
  const wanted: Wanted = { numbers: new Set(), features: [] }
  const read = records.map((record) => {
    const [sha = '', parents = '', message = ''] = record.split('\x01')
    const revert = /This reverts commit ([0-9a-f]{40})/.exec(message)?.[1]
    if (revert !== undefined) {
      reverted.add(revert)
      reverted.add(sha)
    }
    return { sha: sha.trim(), parents: parents.split(' ').filter((parent) => parent !== ''), message }
  })
  // What may have been undone is none of this test's business.
  const isAboutReverts = read.some(({ message }) =>
    /^(?:revert|reapply|back ?out)|This reverts commit/i.test(message),
  )
  const merged = new Set(read.flatMap(({ parents }) => parents.slice(1)))
  const titles = new Set(
    read.map(({ message }) =>
      message
        .split('\n')
        .slice(1)
        .find((line) => line.trim() !== ''),
    ),
  )
  for (const { sha, parents, message } of read) {
    if (isAboutReverts || reverted.has(sha)) continue
    const [subject = '', ...rest] = message.split('\n')
    const number = /^Merge pull request #(\d+)/.exec(subject)?.[1] ?? /\(#(\d+)\)$/.exec(subject.trim())?.[1]
    const title = rest.find((line) => line.trim() !== '')
    // A merge without a title, or one that only carried others, says nothing of its own.
    const carries = parents.length > 1 && read.some((each) => each.parents.includes(sha) && merged.has(sha))
    // `Mend it (#12)` in a pull request of that very title: an issue.
    const isIssue = parents.length < 2 && titles.has(subject.trim())
    if (number !== undefined && !isIssue && (parents.length < 2 || (title !== undefined && !carries))) {
      wanted.numbers.add(Number(number))
    }
    if (parents.length < 2 && /^(?:feat|fix|perf)(?:\([^()]+\))?!?: \S/i.test(subject))
      wanted.features.push({ sha, words: subject, number: number === undefined ? undefined : Number(number) })
  }
  return wanted
}
