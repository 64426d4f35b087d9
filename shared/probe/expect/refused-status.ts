/** What to do about a status that nobody expected, where something can be said of it. */
const REMEDIES: Readonly<Record<number, string>> = {
  401: 'send credentials with headers or in the URL; stop-on: 401 ends the waiting',
  403: 'the credentials do not suffice, or a firewall refuses this runner; stop-on: 403 ends the waiting',
  404: 'nothing is served at this path, or not yet; check the path and the name of the host',
  405: 'it wants another method; give "method"',
  406: 'it has nothing to offer for this Accept header; give one with headers',
  407: 'the proxy wants credentials; put them into the proxy URL',
  415: 'it wants another kind of body; give a Content-Type with headers',
  421: 'it does not serve this host name here',
  426: 'it wants another protocol',
  502: 'a proxy answers, and the service behind it does not',
  504: 'a proxy answers, and the service behind it is too slow',
}

export function remedyFor(status: number): string | undefined {
  return REMEDIES[status]
}
