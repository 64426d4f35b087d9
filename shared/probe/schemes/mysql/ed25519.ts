import { createHash } from 'node:crypto'

/** The curve of RFC 8032 section 5.1: the field, d, the order of the base point. */
const P = 2n ** 255n - 19n
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

/** Extended homogeneous coordinates, RFC 8032 section 5.1.4. */
type Point = readonly [x: bigint, y: bigint, z: bigint, t: bigint]

const BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202n
const BASE_Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960n
const BASE: Point = [BASE_X, BASE_Y, 1n, mod(BASE_X * BASE_Y)]

/**
 * The answer of a client to `client_ed25519` of MariaDB. It is Ed25519 but for the secret key, which is the password of
 * any length in the place of 32 bytes; node:crypto has no such thing.
 *
 * @see https://mariadb.com/docs/server/reference/plugins/authentication-plugins/authentication-plugin-ed25519
 */
export function signEd25519(password: string, message: Buffer): Buffer {
  const expanded = hash(Buffer.from(password))
  const scalar = Buffer.from(expanded.subarray(0, 32))
  scalar[0] = (scalar[0] ?? 0) & 248
  scalar[31] = ((scalar[31] ?? 0) & 127) | 64
  const secret = numberOf(scalar)
  const publicKey = encoded(multiplied(secret))
  const nonce = numberOf(hash(expanded.subarray(32), message)) % ORDER
  const commitment = encoded(multiplied(nonce))
  const challenge = numberOf(hash(commitment, publicKey, message)) % ORDER
  return Buffer.concat([commitment, bytesOf((nonce + challenge * secret) % ORDER)])
}

function hash(...parts: readonly Uint8Array[]): Buffer {
  const made = createHash('sha512')
  for (const part of parts) made.update(part)
  return made.digest()
}

function mod(value: bigint): bigint {
  const rest = value % P
  return rest < 0n ? rest + P : rest
}

/** RFC 8032 section 5.1.4. */
function added([x1, y1, z1, t1]: Point, [x2, y2, z2, t2]: Point): Point {
  const a = mod((y1 - x1) * (y2 - x2))
  const b = mod((y1 + x1) * (y2 + x2))
  const c = mod(2n * t1 * t2 * D)
  const d = mod(2n * z1 * z2)
  const [e, f, g, h] = [b - a, d - c, d + c, b + a]
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)]
}

function multiplied(scalar: bigint): Point {
  let sum: Point = [0n, 1n, 1n, 0n]
  let step = BASE
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) sum = added(sum, step)
    step = added(step, step)
  }
  return sum
}

/** RFC 8032 section 5.1.2. */
function encoded([x, y, z]: Point): Buffer {
  const inverse = power(z, P - 2n)
  const bytes = bytesOf(mod(y * inverse))
  if ((mod(x * inverse) & 1n) === 1n) bytes[31] = (bytes[31] ?? 0) | 128
  return bytes
}

function power(base: bigint, exponent: bigint): bigint {
  let product = 1n
  let square = base
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) product = mod(product * square)
    square = mod(square * square)
  }
  return product
}

function numberOf(littleEndian: Buffer): bigint {
  return BigInt(`0x${Buffer.from(littleEndian).reverse().toString('hex')}`)
}

function bytesOf(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(64, '0'), 'hex').reverse()
}
