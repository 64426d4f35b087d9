// Takes the place of `@actions/http-client/lib/auth`; see ./http-client.js.
export class BearerCredentialHandler {
  constructor() {
    throw new Error('@actions/http-client is not bundled: no action of this suite requests an OIDC token.')
  }
}
