// Takes the place of `@actions/github` while ncc bundles (see ../tsconfig.json); sources and tests use the real one.
//
// The suite asks with routes as GitHub's documentation writes them (shared/github/octokit.ts), and all of Octokit that
// this takes is `@octokit/request`. The rest of the real module is a method for each of a thousand routes and a context
// that parses the event payload while it is loaded: a payload that is cut would end the step before its first line.
// test/shared/github/stand-ins.test.ts holds the requests and the answers of this one against the real ones.
import { request } from '@octokit/request'

export function getOctokit(token, { baseUrl, userAgent, request: options }) {
  const scheme = token.split('.').length === 3 ? 'bearer' : 'token'
  return {
    request: request.defaults({
      baseUrl,
      headers: { authorization: `${scheme} ${token}`, 'user-agent': withOrchestration(userAgent) },
      request: options,
    }),
  }
}

function withOrchestration(userAgent) {
  const id = process.env.ACTIONS_ORCHESTRATION_ID?.trim()
  if (!id) return userAgent
  return `${userAgent} actions_orchestration_id/${id.replace(/[^a-z0-9_.-]/gi, '_')}`
}
