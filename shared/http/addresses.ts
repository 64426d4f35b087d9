import { isIPv4, isIPv6 as matchesIPv6 } from 'node:net'
import { formatDuration } from '../text/duration.ts'
import { dns } from './builtin.ts'
import { codeOf, RequestError } from './errors.ts'
import { bareHost } from './host.ts'
import { type Limits, onLimit } from './limits.ts'

/** Compiling the pattern behind Node's isIPv6 takes 4 ms, a tenth of a whole step: only what has a colon is worth it. */
function isIPv6(text: string): boolean {
  return text.includes(':') && matchesIPv6(text)
}

/** Resolves a name to IP addresses, in order of preference. */
export type Lookup = (host: string) => Promise<readonly string[]>

const LOOPBACK = ['127.0.0.1', '::1']

/** Services that hand out credentials to whoever asks from inside the machine, by network and prefix length. */
const REFUSED: readonly (readonly [network: string, bits: number, reason: string])[] = [
  ['169.254.0.0', 16, 'a link-local address, where clouds serve credentials'],
  ['fe80::', 10, 'a link-local address'],
  ['fd00:ec2::', 32, 'the metadata service of AWS'],
  ['fd20:ce::254', 128, 'the metadata service of Google Cloud'],
  ['100.100.100.200', 32, 'the metadata service of Alibaba Cloud'],
  ['168.63.129.16', 32, 'the wire server of Azure'],
  ['192.0.0.192', 32, 'the metadata service of Oracle Cloud'],
]

/** Forms of IPv6 that carry an IPv4 address: the leading words, and the index of the first IPv4 word. */
const EMBEDDINGS: readonly (readonly [prefix: readonly number[], at: number])[] = [
  [[0, 0, 0, 0, 0, 0xffff], 6], // IPv4-mapped, RFC 4291 section 2.5.5.2
  [[0, 0, 0, 0, 0, 0], 6], // IPv4-compatible, RFC 4291 section 2.5.5.1
  [[0, 0, 0, 0, 0xffff, 0], 6], // IPv4-translated, RFC 2765 section 2.1
  [[0x64, 0xff9b, 0, 0, 0, 0], 6], // NAT64, RFC 6052 section 2.1
  [[0x64, 0xff9b, 1], 6], // NAT64 of a local network, RFC 8215
  [[0x2002], 1], // 6to4, RFC 3056 section 2
]

/**
 * Why an address must not be connected to, in words that follow "it is"; undefined when it may be. Ask it about the
 * very address that is going to be connected, after resolution, so that no name can hide it.
 */
export function refusal(address: string): string | undefined {
  const words = wordsOf(address)
  if (words === undefined) return undefined
  const spellings = [words]
  for (const [prefix, at] of EMBEDDINGS) {
    if (prefix.every((word, index) => words[index] === word)) {
      spellings.push([0, 0, 0, 0, 0, 0xffff, ...words.slice(at, at + 2)])
    }
  }
  return REFUSED.find(([network, bits]) => spellings.some((spelling) => inside(spelling, network, bits)))?.[2]
}

/** `127.0.0.1:8080`, `[::1]:8080` or `example.com:8080`. */
export function hostPort(host: string, port: number): string {
  const bare = bareHost(host)
  return isIPv6(bare) ? `[${bare}]:${port}` : `${bare}:${port}`
}

/** localhost and every name below it are the loopback addresses, whoever answers DNS: RFC 6761 section 6.3. */
export function isLocalhost(host: string): boolean {
  return /(?:^|\.)localhost\.?$/i.test(host)
}

/**
 * All addresses of a host, refused ones included. An IP address and localhost need no DNS.
 *
 * @throws RequestError dns, timeout, cancelled
 */
export async function resolveHost(
  host: string,
  limits: Limits & { lookup?: Lookup | undefined },
): Promise<readonly string[]> {
  if (isIPv4(host) || isIPv6(host)) return [host]
  if (isLocalhost(host)) return LOOPBACK
  if (/(?:^|\.)invalid\.?$/i.test(host)) {
    throw new RequestError(
      'dns',
      `the name ${host} never resolves (.invalid is reserved for that, RFC 6761)`,
      {
        phase: 'resolve',
        code: 'ENOTFOUND',
        permanent: true,
      },
    )
  }
  const begun = performance.now()
  // getaddrinfo cannot be cancelled: it is left behind when the deadline comes first.
  return await new Promise((resolve, reject) => {
    const forget = onLimit(limits, (why) => {
      const waited = formatDuration(performance.now() - begun)
      reject(
        why === 'cancelled'
          ? new RequestError('cancelled', 'cancelled', { phase: 'resolve' })
          : new RequestError('timeout', `the name ${host} did not resolve within ${waited}`, {
              phase: 'resolve',
            }),
      )
    })
    const lookup = limits.lookup ?? systemLookup
    lookup(host)
      .then((found) => {
        // Anything else would be looked up again behind the back of refusal().
        const addresses = found.filter((address) => isIPv4(address) || isIPv6(address))
        if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENODATA' })
        resolve(addresses)
      })
      .catch((error: unknown) => {
        const code = codeOf(error) ?? 'unknown error'
        reject(
          new RequestError('dns', `the name ${host} does not resolve (${code})`, { phase: 'resolve', code }),
        )
      })
      .finally(forget)
  })
}

const systemLookup: Lookup = async (host) => {
  const found = await dns().promises.lookup(host, { all: true, order: 'verbatim' })
  return found.map(({ address }) => address)
}

/** An IP address as eight 16-bit words, IPv4 in its IPv4-mapped form; undefined when it is none. */
function wordsOf(address: string): readonly number[] | undefined {
  const bare = bareHost(address).replace(/%.*$/, '') // without the zone: fe80::1%eth0
  return isIPv4(bare) || isIPv6(bare) ? parseWords(bare) : undefined
}

/** The words of a text that is known to be an IP address. */
function parseWords(address: string): readonly number[] {
  if (!address.includes(':')) return [0, 0, 0, 0, 0, 0xffff, ...wordsOfIPv4(address)]
  const [head = [], tail = []] = address.split('::').map((part) =>
    part
      .split(':')
      .filter((group) => group !== '')
      .flatMap((group) => (group.includes('.') ? wordsOfIPv4(group) : [Number.parseInt(group, 16)])),
  )
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

function wordsOfIPv4(address: string): number[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}

function inside(words: readonly number[], network: string, bits: number): boolean {
  const length = network.includes(':') ? bits : bits + 96
  return parseWords(network).every((word, index) => {
    const shift = 16 - Math.min(16, Math.max(0, length - index * 16))
    return word >> shift === (words[index] ?? 0) >> shift
  })
}
