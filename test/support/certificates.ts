import 'reflect-metadata' // @peculiar/x509 needs it, and needs it first
import { webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'

x509.cryptoProvider.set(webcrypto)

/** PEM texts. */
export interface Credentials {
  key: string
  /** The certificate, and its issuer when that is to be sent along. */
  cert: string
}

export type CertificateKind =
  | 'good'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-name'
  | 'self-signed'
  /** From another authority than {@link authority}. */
  | 'unknown-issuer'

const DAY_MS = 86_400_000
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

interface Authority {
  name: string
  keys: webcrypto.CryptoKeyPair
  cert: string
}

const authorities = new Map<string, Promise<Authority>>()
const made = new Map<CertificateKind, Promise<Credentials>>()
let serial = 0

/** The certificate of the authority that signs everything but `self-signed` and `unknown-issuer`, as PEM. */
export async function authority(): Promise<string> {
  return (await authorityNamed('Test CA')).cert
}

/** A certificate for localhost, 127.0.0.1 and ::1 with one thing wrong with it; made once per process. */
export function certificate(kind: CertificateKind): Promise<Credentials> {
  let credentials = made.get(kind)
  if (credentials === undefined) {
    credentials = make(kind)
    made.set(kind, credentials)
  }
  return credentials
}

/** A good certificate for other names: that of a server of the world which a test takes the place of. */
export function certificateFor(...hosts: readonly string[]): Promise<Credentials> {
  return make(
    'good',
    hosts.map((value) => ({ type: 'dns', value })),
  )
}

/** A good certificate for localhost that {@link authority} vouches for through another authority in between. */
export async function chained(): Promise<{ key: string; leaf: string; intermediate: string }> {
  const root = await authorityNamed('Test CA')
  const between = await makeAuthority('CN=Test Intermediate CA', root)
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const leaf = await x509.X509CertificateGenerator.create({
    ...{ serialNumber: nextSerial(), subject: 'CN=chained.test', signingAlgorithm: ALGORITHM },
    issuer: between.name,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 30 * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: between.keys.privateKey,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  })
  return { key: await privatePem(keys.privateKey), leaf: leaf.toString('pem'), intermediate: between.cert }
}

async function make(kind: CertificateKind, given?: x509.JsonGeneralNames): Promise<Credentials> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const subject = `CN=${kind}.test`
  const names: x509.JsonGeneralNames =
    kind === 'wrong-name'
      ? [
          { type: 'dns', value: 'other.example' },
          { type: 'dns', value: '*.wrong.example' },
        ]
      : [
          { type: 'dns', value: 'localhost' },
          { type: 'ip', value: '127.0.0.1' },
          { type: 'ip', value: '::1' },
        ]
  const signer = await authorityNamed(kind === 'unknown-issuer' ? 'Unknown CA' : 'Test CA')
  const own = kind === 'self-signed'
  const [from, to] = { expired: [-30, -3.5], 'not-yet-valid': [10, 40] }[kind as string] ?? [-1, 30.5]
  const cert = await x509.X509CertificateGenerator.create({
    ...{ serialNumber: nextSerial(), subject, signingAlgorithm: ALGORITHM },
    issuer: own ? subject : signer.name,
    notBefore: new Date(Date.now() + (from ?? 0) * DAY_MS),
    notAfter: new Date(Date.now() + (to ?? 0) * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: own ? keys.privateKey : signer.keys.privateKey,
    extensions: [new x509.SubjectAlternativeNameExtension(given ?? names)],
  })
  return { key: await privatePem(keys.privateKey), cert: cert.toString('pem') }
}

function authorityNamed(cn: string): Promise<Authority> {
  let known = authorities.get(cn)
  if (known === undefined) {
    known = makeAuthority(`CN=${cn}`)
    authorities.set(cn, known)
  }
  return known
}

/** @param signer itself when absent */
async function makeAuthority(name: string, signer?: Authority): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const cert = await x509.X509CertificateGenerator.create({
    ...{ serialNumber: nextSerial(), subject: name, publicKey: keys.publicKey, signingAlgorithm: ALGORITHM },
    issuer: signer?.name ?? name,
    signingKey: signer?.keys.privateKey ?? keys.privateKey,
    notBefore: new Date(Date.now() - 100 * DAY_MS),
    notAfter: new Date(Date.now() + 100 * DAY_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  })
  return { name, keys, cert: cert.toString('pem') }
}

function nextSerial(): string {
  serial += 1
  return serial.toString(16).padStart(4, '0')
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')
}
