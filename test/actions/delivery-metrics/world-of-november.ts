import { emptyWorld, type World, type WorldDeployment } from '../../support/delivery/world.ts'
import { at, incident, november } from './month.ts'

const iso = (time: number): string => new Date(time).toISOString()

/** November as GitHub would hold it; see month.ts for what it is. */
export function worldOfNovember(): World {
  const facts = november()
  const commits = [...facts.commits.values()]
    .sort((a, b) => b.committedAt - a.committedAt)
    .map(({ sha, parents, authoredAt, headline, login, pull }) => ({
      sha,
      parents,
      authored: iso(authoredAt),
      headline,
      login,
      pulls:
        pull === undefined
          ? []
          : [
              {
                number: pull.number,
                title: pull.title,
                createdAt: iso(pull.createdAt),
                mergedAt: iso(pull.mergedAt ?? 0),
                branch: pull.branch,
                labels: pull.labels,
                mergeCommit: sha,
              },
            ],
    }))
  const deployments = facts.attempts.map((attempt): WorldDeployment => {
    const logUrl = `https://github.test/octo/demo/actions/runs/${attempt.run?.slice(3)}/job/1`
    const state = (name: string, time: number) => ({ state: name, createdAt: iso(time), logUrl })
    const last = {
      success: [state('SUCCESS', attempt.at), state('INACTIVE', attempt.at + 86_000_000)],
      failure: [state('FAILURE', attempt.at)],
      // A cancelled run leaves a failure, which somebody then sets inactive.
      cancelled: [state('FAILURE', attempt.at), state('INACTIVE', attempt.at + 1_000)],
      pending: attempt.name === 'D30' ? [] : [],
      unknown: [],
    }[attempt.outcome]
    return {
      id: Number(attempt.id),
      sha: attempt.sha,
      environment: 'production',
      createdAt: iso(attempt.createdAt),
      statuses: [
        attempt.name === 'D30'
          ? state('WAITING', attempt.createdAt)
          : state('IN_PROGRESS', attempt.createdAt),
        ...last,
      ],
      ref: attempt.name,
    }
  })
  return emptyWorld({
    deployments,
    commits,
    runs: [
      { id: 8, name: 'deploy', branch: 'release', conclusion: 'cancelled', createdAt: iso(at(8, 11)) },
      { id: 4, name: 'deploy', branch: 'release', conclusion: 'failure', createdAt: iso(at(4, 11)) },
      ...Array.from({ length: 40 }, (_, index) => ({
        id: 100 + index,
        name: 'ci',
        createdAt: iso(at(2) + index * 14 * 3_600_000),
        conclusion: index % 10 === 0 ? 'failure' : 'success',
        ...(index === 5 ? { attempt: 2, earlier: ['failure'] } : {}),
        jobs: [
          {
            startedAt: iso(at(2) + index * 14 * 3_600_000 + 60_000),
            completedAt: iso(at(2) + index * 14 * 3_600_000 + 60_000 + (index + 1) * 1_000),
            conclusion: 'SUCCESS',
          },
        ],
      })),
    ],
    issues: [
      {
        number: incident.number,
        title: incident.title,
        labels: ['incident'],
        body: 'It is down.\n\nDeployment: D20\n',
        createdAt: iso(incident.openedAt),
        closedAt: iso(incident.closedAt ?? 0),
        stateReason: 'COMPLETED',
      },
      {
        number: 8,
        title: 'False alarm',
        labels: ['incident'],
        createdAt: iso(at(23, 13)),
        closedAt: iso(at(23, 14)),
        stateReason: 'NOT_PLANNED',
      },
    ],
  })
}
