// Takes the place of `undici` in the bundle of an action that uses @actions/cache, whose http client only makes this
// agent for callers of fetch, of which there are none.
//
// CommonJS, because webpack would join an ES module with the http client, and name the whole after the path from there
// to here, which is another one in every build.
exports.fetch = async () => {
  throw new Error('undici is not bundled: requests go through shared/http.')
}

exports.ProxyAgent = class ProxyAgent {
  constructor() {
    throw new Error('undici is not bundled: requests go through shared/http.')
  }
}
