import { oneLine } from '../../text/untrusted.ts'

/** How the answers of servers begin that are found on a wrong port, as latin1. */
const KNOWN: readonly (readonly [begins: RegExp, who: string])[] = [
  [/^HTTP\/\d/, 'an HTTP server'],
  [/^SSH-/, 'an SSH server'],
  [/^AMQP/, 'an AMQP server of another version'],
  [/^220[ -]/, 'a mail or FTP server'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the handshake of MySQL, version 10 of its protocol
  [/^...\x00\x0a\d+\.\d+\./s, 'a MySQL server'],
  [/^-(?:ERR|NOAUTH|DENIED) /, 'a Redis server'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a SETTINGS frame, RFC 9113 section 6.5
  [/^\x00..\x04\x00\x00\x00\x00\x00/s, 'an HTTP/2 server'],
]

/**
 * Who has answered instead of the expected service; pure.
 *
 * @param conceal takes credentials out of text: what was sent may come back
 */
export function foreign(
  head: Buffer,
  expected: string,
  useTls: string | undefined,
  conceal: (text: string) => string,
): string {
  // A TLS alert or handshake record: RFC 8446 section 5.1.
  if ((head[0] === 21 || head[0] === 22) && head[1] === 3) {
    return `the server speaks TLS on this port${useTls === undefined ? '' : `: ${useTls}`}`
  }
  const text = head.toString('latin1')
  const who = KNOWN.find(([begins]) => begins.test(text))?.[1]
  const line = oneLine(conceal(head.toString('utf8')).split('\n', 1)[0] ?? '', 40)
  const seen = `it begins with "${line}"`
  if (who !== undefined) return `${who} answers on this port, not ${expected}: ${seen}`
  return `the answer is not that of ${expected}: ${seen}`
}
