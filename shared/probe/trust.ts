import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { messageOf } from '../action/errors.ts'
import { type Problems, shown } from '../action/inputs.ts'
import { maskHeaders, maskSecret } from '../action/secrets.ts'
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
  return files
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
