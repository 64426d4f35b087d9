// Takes the place of `@actions/http-client` while ncc bundles (see ../tsconfig.json); sources and tests use the real one.
//
// In our bundles only @actions/github imports it, to ask, while it is being loaded, which agent and which dispatcher
// of undici would serve a proxy. Both answers are unused: shared/github/octokit.ts gives Octokit a transport that
// knows proxies itself. The real module would bring undici and tunnel: 460 KB and two thirds of a start.
export class HttpClient {
  getAgent() {
    return undefined
  }

  getAgentDispatcher() {
    return undefined
  }
}
