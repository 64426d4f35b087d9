import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

export type Mechanism = 'SCRAM-SHA-256' | 'SCRAM-SHA-1'

/** Below this RFC 7677 section 4 calls it unsafe; above, a server could keep us busy. */
const FEWEST = 4_096
const MOST = 1_000_000

/** One login by SCRAM, RFC 5802. */
export interface Session {
  mechanism: Mechanism
  first: string
  /** @throws Error when the server does not play by the rules */
  final(serverFirst: string): Promise<string>
  /** Whether the server knows the password as well. */
  proves(serverFinal: string): boolean
}

export function scramSession(mechanism: Mechanism, username: string, password: string): Session {
  const algorithm = mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha1'
  const nonce = randomBytes(24).toString('base64')
  const bare = `n=${username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  // The older mechanism takes the hash that MongoDB kept before it: SCRAM-SHA-1 in the specification of its drivers.
  const secret =
    mechanism === 'SCRAM-SHA-256'
      ? password.normalize('NFKC')
      : createHash('md5').update(`${username}:mongo:${password}`).digest('hex')
  const hmac = (key: Buffer, text: string): Buffer => createHmac(algorithm, key).update(text).digest()
  let proof: Buffer | undefined
  return {
    mechanism,
    first: `n,,${bare}`,
    async final(serverFirst) {
      const { r = '', s = '', i = '' } = attributes(serverFirst)
      const iterations = Number(i)
      if (!r.startsWith(nonce) || r.length === nonce.length)
        throw new Error('the nonce is not that of the login')
      if (!(iterations >= FEWEST && iterations <= MOST))
        throw new Error(`${i} rounds of hashing are not acceptable`)
      const salted = await promisify(pbkdf2)(
        secret,
        Buffer.from(s, 'base64'),
        iterations,
        algorithm === 'sha256' ? 32 : 20,
        algorithm,
      )
      const clientKey = hmac(salted, 'Client Key')
      const stored = createHash(algorithm).update(clientKey).digest()
      const unproved = `c=biws,r=${r}`
      const signed = `${bare},${serverFirst},${unproved}`
      const signature = hmac(stored, signed)
      proof = hmac(hmac(salted, 'Server Key'), signed)
      const clientProof = Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0)))
      return `${unproved},p=${clientProof.toString('base64')}`
    },
    proves(serverFinal) {
      const given = Buffer.from(attributes(serverFinal)['v'] ?? '', 'base64')
      return proof !== undefined && given.length === proof.length && timingSafeEqual(given, proof)
    },
  }
}

function attributes(text: string): Record<string, string> {
  return Object.fromEntries(text.split(',').map((part) => [part.slice(0, 1), part.slice(2)]))
}
