import { constants, createHash, publicEncrypt } from 'node:crypto'

const hash = (name: string, ...parts: readonly Uint8Array[]): Buffer => {
  const made = createHash(name)
  for (const part of parts) made.update(part)
  return made.digest()
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index % b.length] ?? 0)))
}

/** SHA1(p) XOR SHA1(salt + SHA1(SHA1(p))). @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_authentication_methods_native_password_authentication.html */
export function nativePassword(password: string, salt: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0)
  const once = hash('sha1', Buffer.from(password))
  return xor(once, hash('sha1', salt, hash('sha1', once)))
}

/** SHA256(p) XOR SHA256(SHA256(SHA256(p)) + salt). @see https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html */
export function cachingSha2(password: string, salt: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0)
  const once = hash('sha256', Buffer.from(password))
  return xor(once, hash('sha256', hash('sha256', once), salt))
}

/** The password for a channel that nobody else reads. */
export function cleartext(password: string): Buffer {
  return Buffer.from(`${password}\0`)
}

/** The password for a server that has sent its public key over a channel that others may read. */
export function encrypted(password: string, salt: Buffer, key: string): Buffer {
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, xor(cleartext(password), salt))
}
