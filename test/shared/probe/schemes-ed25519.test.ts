import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { signEd25519 } from '../../../shared/probe/schemes/mysql/ed25519.ts'

/** PKCS #8 around the 32 bytes of a key: RFC 8410 section 7. */
const PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')

test('with a password of 32 bytes it is Ed25519 as node:crypto has it', () => {
  const ascii = fc.string({ unit: 'grapheme-ascii', minLength: 32, maxLength: 32 })
  const salt = fc.uint8Array({ minLength: 32, maxLength: 32 })
  fc.assert(
    fc.property(ascii, salt, (password, message) => {
      const key = createPrivateKey({
        key: Buffer.concat([PREFIX, Buffer.from(password)]),
        format: 'der',
        type: 'pkcs8',
      })
      const made = signEd25519(password, Buffer.from(message))
      expect(made).toEqual(sign(null, message, key))
      expect(verify(null, message, createPublicKey(key), made)).toBe(true)
    }),
    { numRuns: 20 },
  )
})

test('a password of any length has a signature of 64 bytes', () => {
  for (const password of ['a', 'pässword', 'x'.repeat(300)]) {
    expect(signEd25519(password, createHash('sha256').update('salt').digest())).toHaveLength(64)
  }
})
