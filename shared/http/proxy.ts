import { BlockList, isIP } from 'node:net'
import { isLocalhost } from './addresses.ts'
import { RequestError } from './errors.ts'
import { bareHost } from './host.ts'

/**
 * The proxy for a URL by curl's rules, or undefined. Lower-case variables win over upper-case ones (which curl
 * ignores for HTTP_PROXY, to protect CGI programs; an action is none), and a loopback target never has a proxy.
 *
 * @throws RequestError invalid, without the proxy's value: it may hold a password
 * @see https://curl.se/docs/manpage.html#ENVIRONMENT
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv): URL | undefined {
  const scheme = url.protocol.slice(0, -1)
  const names = [`${scheme}_proxy`, `${scheme}_proxy`.toUpperCase(), 'all_proxy', 'ALL_PROXY']
  const name = names.find((candidate) => env[candidate])
  const given = name === undefined ? undefined : env[name]
  if (!given || isLoopback(url.hostname) || isExempt(url, env['no_proxy'] || env['NO_PROXY'] || '')) {
    return undefined
  }
  const text = given.includes('://') ? given : `http://${given}`
  const proxy = URL.canParse(text) ? new URL(text) : undefined
  if (proxy === undefined || proxy.hostname === '' || !/^https?:$/.test(proxy.protocol)) {
    throw new RequestError('invalid', `the variable ${name} is not the URL of an http or https proxy`, {
      phase: 'resolve',
      permanent: true,
    })
  }
  return proxy
}

/** `name: password` of a URL as Basic credentials (RFC 7617, UTF-8); undefined when the URL has none. */
export function basicCredentials(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined
  const pair = `${decoded(url.username)}:${decoded(url.password)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a % that encodes nothing stands for itself
  }
}

export function isLoopback(hostname: string): boolean {
  const host = bareHost(hostname)
  return isLocalhost(host) || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function isExempt(url: URL, list: string): boolean {
  const host = bareHost(url.hostname).replace(/\.$/, '').toLowerCase()
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry === '*' || (entry !== '' && matches(entry, host, port)))
}

/** An entry is a name and all names below it, an IP address, or a network (`10.0.0.0/8`); a port may follow. */
function matches(entry: string, host: string, port: string): boolean {
  const [, name = entry, wantedPort = port] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? []
  if (wantedPort !== port) return false
  const wanted = bareHost(name)
    .replace(/^\*?\./, '')
    .replace(/\.$/, '')
  const family = isIP(host)
  if (family === 0) return host === wanted || host.endsWith(`.${wanted}`)
  const [network = '', bits = family === 4 ? '32' : '128'] = wanted.split('/', 2)
  if (isIP(network) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false
  const block = new BlockList()
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  block.addSubnet(network, Number(bits), kind)
  return block.check(host, kind)
}
