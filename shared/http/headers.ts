import type { IncomingHttpHeaders } from 'node:http'
import type { Hop } from './hop.ts'
import { isForwarded } from './line.ts'
import { basicCredentials } from './proxy.ts'

/** What is sent with a request: the user's headers, and ours where there are none of that name. */
export function headersFor(hop: Hop): Record<string, string> {
  const { url, proxy, body, headers } = hop
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()))
  const merged: Record<string, string> = { ...headers }
  const offer = (name: string, value: string | undefined): void => {
    if (value !== undefined && !given.has(name)) merged[name] = value
  }
  offer('host', url.host)
  offer('user-agent', 'nexus-actions')
  offer('accept', '*/*')
  // Cheapest for both ends; what a server encodes nevertheless is decoded.
  offer('accept-encoding', 'identity')
  if (body !== undefined) offer('content-length', String(Buffer.byteLength(body)))
  if (proxy !== undefined && isForwarded(hop)) offer('proxy-authorization', basicCredentials(proxy))
  return merged
}

/** Headers as received: a repeated one is joined with `, `, and what HTTP/2 puts among them is left out. */
export function joined(headers: IncomingHttpHeaders | NodeJS.Dict<string>): Record<string, string> {
  const found = Object.entries(headers).filter(([name]) => !name.startsWith(':'))
  return Object.fromEntries(found.map(([name, value]) => [name, [value].flat().join(', ')]))
}
