// Takes the place of `undici` in the bundle of an action that uses @actions/cache, whose http client only makes this
// agent for callers of fetch, of which there are none.
export { fetch } from '../stand-ins/undici.js'

export class ProxyAgent {
  constructor() {
    throw new Error('undici is not bundled: requests go through shared/http.')
  }
}
