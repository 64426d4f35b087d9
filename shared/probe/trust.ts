import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf } from '../action/errors.ts'
import { type Problems, shown } from '../action/inputs.ts'
import { maskHeaders, maskSecret } from '../action/secrets.ts'
import { tls } from '../http/builtin.ts'
import { codeOf } from '../http/errors.ts'
import type { ClientIdentity } from '../http/tls.ts'
import { isSecretName } from '../text/secret-names.ts'
import type { Check } from './check.ts'

/**
 * Reads every `ca-file` of the checks once.
 *
 * @param folder what the paths start from, usually the workspace
 * @returns PEM certificates by path as the user wrote it
 */
export function readCertificates(
  checks: readonly Check[],
  problems: Problems,
  folder: string,
): Map<string, readonly string[]> {
  const files = new Map<string, readonly string[]>()
  for (const { settings } of checks) {
    const file = settings['ca-file']
    if (file === undefined || files.has(file)) continue
    files.set(file, [])
    try {
      const text = readFileSync(resolve(folder, file), 'utf8')
      const pems = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
      if (pems.length === 0) problems.add('ca-file', `${shown(file)} holds no PEM certificate.`)
      files.set(file, pems)
    } catch (error) {
      problems.add(
        'ca-file',
        `${shown(file)} cannot be read: ${(error as NodeJS.ErrnoException).code ?? messageOf(error)}.`,
      )
    }
  }
  readIdentities(checks, problems, folder)
  return files
}

/** Reads `client-cert` and `client-key` into the checks; the key is masked before anything else is done with it. */
function readIdentities(checks: readonly Check[], problems: Problems, folder: string): void {
  const known = new Map<string, ClientIdentity | undefined>()
  for (const check of checks) {
    const { 'client-cert': certificate, 'client-key': key } = check.settings
    if (certificate === undefined && key === undefined) continue
    const pair = JSON.stringify([certificate, key])
    if (!known.has(pair)) known.set(pair, readIdentity(certificate, key, problems, folder))
    const identity = known.get(pair)
    if (identity !== undefined) check.identity = identity
  }
}

function readIdentity(
  certificate: string | undefined,
  key: string | undefined,
  problems: Problems,
  folder: string,
): ClientIdentity | undefined {
  if (certificate === undefined) {
    problems.add('client-cert', 'it is missing: a client shows its certificate with its key.')
    return undefined
  }
  const cert = readPem('client-cert', certificate, problems, folder)
  // One file may hold both.
  const secret = key === undefined ? cert : readPem('client-key', key, problems, folder)
  if (cert === undefined || secret === undefined) return undefined
  const block = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^-]+-----END \1-----/.exec(secret)
  if (block !== null) maskSecret(block[0])
  if (!cert.includes('-----BEGIN CERTIFICATE-----')) {
    problems.add('client-cert', 'it holds no PEM certificate.')
    return undefined
  }
  if (block === null) {
    const where =
      key === undefined ? 'it is missing, and client-cert holds no key either' : 'it holds no PEM key'
    problems.add('client-key', `${where}. Give the private key of client-cert.`)
    return undefined
  }
  if (block[1] === 'ENCRYPTED PRIVATE KEY' || block[0].includes('Proc-Type: 4,ENCRYPTED')) {
    problems.add(
      'client-key',
      'it is encrypted. Give the key without a passphrase (openssl pkey -in … -out …).',
    )
    return undefined
  }
  try {
    tls().createSecureContext({ cert, key: block[0] })
    return { cert, key: block[0] }
  } catch (error) {
    const isOther = codeOf(error) === 'ERR_OSSL_X509_KEY_VALUES_MISMATCH'
    if (isOther) problems.add('client-key', 'it is not the key of client-cert.')
    else problems.add('client-cert', 'it and client-key are not readable as PEM.')
    return undefined
  }
}

/** @param given a path, or PEM text as a secret of the repository holds it */
function readPem(input: string, given: string, problems: Problems, folder: string): string | undefined {
  if (given.includes('-----BEGIN ')) return given
  try {
    return readFileSync(resolve(folder, given), 'utf8')
  } catch (error) {
    // A key that was pasted without its first line is not a path, and not to be shown.
    const what = /^[\w./ @:\\-]{1,200}$/.test(given) && input === 'client-cert' ? shown(given) : 'the file'
    problems.add(input, `${what} cannot be read: ${codeOf(error) ?? 'unknown error'}.`)
    return undefined
  }
}

/** Masks what is secret in a check: credentials and secret-looking parameters of its URL, and its headers. */
export function maskCheck({ target, settings }: Check): void {
  maskHeaders(settings.headers)
  if (target.scheme === 'exec') return
  const { username, password, searchParams } = target.url
  for (const [name, value] of searchParams) if (isSecretName(name)) maskSecret(value)
  // A user name without a password is a token: https://TOKEN@host.
  const [name, secret] = [decoded(username), decoded(password)]
  if (password === '' && name.length >= 16) maskSecret(name)
  for (const form of [password, secret]) maskSecret(form)
  if (password !== '') maskSecret(`${name}:${secret}`)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
