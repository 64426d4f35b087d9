// Takes the place of `@actions/http-client` in the bundle of an action that uses @actions/cache. @actions/github only
// looks at its agents (see ../stand-ins/http-client.js); the cache really asks with it, and then the real one is loaded.
export class HttpClient {
  constructor(...options) {
    this.options = options
  }

  getAgent() {
    return undefined
  }

  getAgentDispatcher() {
    return undefined
  }

  async real() {
    // Its own name leads here. The path is that from where scripts/bundle.ts puts this folder.
    const { HttpClient: Real } = await import('../../../../node_modules/@actions/http-client/lib/index.js')
    this.client ??= new Real(...this.options)
    return this.client
  }

  async get(...request) {
    return (await this.real()).get(...request)
  }

  async post(...request) {
    return (await this.real()).post(...request)
  }

  async request(...request) {
    return (await this.real()).request(...request)
  }

  async getJson(...request) {
    return (await this.real()).getJson(...request)
  }

  async postJson(...request) {
    return (await this.real()).postJson(...request)
  }

  async sendStream(...request) {
    return (await this.real()).sendStream(...request)
  }

  dispose() {
    this.client?.dispose()
  }
}

/** The cache asks whether an error is one of these to log it as an error, which a cache is never worth. */
export class HttpClientError extends Error {}

/** Those that the cache knows by name. */
export const HttpCodes = {
  TooManyRequests: 429,
  InternalServerError: 500,
  BadGateway: 502,
  ServiceUnavailable: 503,
  GatewayTimeout: 504,
}
