// Takes the place of `@actions/http-client` while ncc bundles (see ../tsconfig.json and scripts/build.ts).
//
// The real module loads undici, which makes the start of an action two to three times as expensive, and
// @actions/core imports it only for its OIDC client, which no action of this suite uses. A bundle that ever calls it
// says so instead of failing in silence; test/bundle/stand-ins.test.ts holds these exports against the real ones.
export class HttpClient {
  constructor() {
    throw new Error('@actions/http-client is not bundled: no action of this suite requests an OIDC token.')
  }
}
