// node test/support/github/cli.ts [--repo PATH] [--port N] [--owner-name owner/name] [--enterprise]
//
// A GitHub for the demo and for act: loads a local repository, prints one line of JSON with the addresses and the
// token; ends with its standard input, or on SIGTERM.
import { parseArgs } from 'node:util'
import { loadRepository } from './load.ts'
import { startGitHub } from './server.ts'
import { emptyState } from './state.ts'

const { values } = parseArgs({
  options: {
    repo: { type: 'string' },
    port: { type: 'string', default: '0' },
    'owner-name': { type: 'string', default: 'octo/demo' },
    enterprise: { type: 'boolean', default: false },
  },
})
const [owner = 'octo', name = 'demo'] = values['owner-name'].split('/')
const state = values.repo === undefined ? emptyState(owner, name) : loadRepository(values.repo, owner, name)
const stage = await startGitHub({ state, port: Number(values.port), enterprise: values.enterprise })
const { serverUrl, apiUrl, graphqlUrl } = stage
console.log(
  JSON.stringify({ serverUrl, apiUrl, graphqlUrl, token: 'stage-token', repository: `${owner}/${name}` }),
)

const end = (): void => {
  stage.close().then(
    () => process.exit(0),
    (error: Error) => {
      console.error(error.message)
      process.exit(1)
    },
  )
}
process.stdin.on('end', end).resume()
process.on('SIGTERM', end)
process.on('SIGINT', end)
