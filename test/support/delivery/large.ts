import { emptyWorld, type World } from './world.ts'

const HOUR = 3_600_000
const sha = (index: number): string => index.toString(16).padStart(40, '0')

/** Twenty commits a deployment, a merge in ten, and five builds a deployment, one in ten red; the last hour is `until`. */
export function largeWorld(deployments: number, until: number): World {
  const iso = (time: number): string => new Date(time).toISOString()
  const commits = deployments * 20
  const at = (index: number): number => until - (commits - index) * (HOUR / 20)
  return emptyWorld({
    commits: Array.from({ length: commits }, (_, index) => ({
      sha: sha(index),
      parents: [
        ...(index === 0 ? [] : [sha(index - 1)]),
        ...(index % 10 === 0 && index > 7 ? [sha(index - 7)] : []),
      ],
      authored: iso(at(index) - (index % 50) * HOUR),
      committed: iso(at(index)),
      headline: `Change ${index}`,
    })).reverse(),
    deployments: Array.from({ length: deployments }, (_, index) => {
      const time = at(index * 20 + 19)
      const logUrl = `https://github.test/octo/demo/actions/runs/${index + 1}/job/1`
      return {
        id: index + 1,
        sha: sha(index * 20 + 19),
        environment: 'production',
        createdAt: iso(time),
        statuses: [
          { state: 'IN_PROGRESS', createdAt: iso(time), logUrl },
          { state: index % 25 === 3 ? 'FAILURE' : 'SUCCESS', createdAt: iso(time + 60_000), logUrl },
        ],
      }
    }),
    runs: Array.from({ length: deployments * 5 }, (_, index) => {
      const time = at(index * 4)
      return {
        id: index + 1,
        name: index % 2 === 0 ? 'ci' : 'lint',
        createdAt: iso(time),
        conclusion: index % 10 === 3 ? 'failure' : 'success',
        jobs: [{ startedAt: iso(time + 1_000), completedAt: iso(time + 61_000), conclusion: 'SUCCESS' }],
      }
    }),
  })
}
