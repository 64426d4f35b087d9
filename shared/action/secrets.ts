import * as core from '@actions/core'
import { isSecretName } from '../text/secret-names.ts'

/** Anything shorter would turn every log line into asterisks. */
const MIN_LENGTH = 4
const MASK = '***'

const known = new Set<string>()
let longestFirst: string[] | undefined

/**
 * Registers a secret with the runner and with {@link redact}, in every form in which it may turn up: as it is, each
 * line of it (a PEM key is logged line by line), URL-encoded, JSON-escaped, base64, base64url, hex, and for a URL
 * its path tail and its user information (the path of a webhook URL is the secret).
 */
export function maskSecret(secret: string): void {
  for (const form of formsOf(secret)) {
    if (known.has(form)) continue
    known.add(form)
    longestFirst = undefined
    core.setSecret(form)
  }
}

/** The text without any registered secret. */
export function redact(text: string): string {
  longestFirst ??= [...known].sort((a, b) => b.length - a.length)
  let clean = text
  for (const form of longestFirst) clean = clean.replaceAll(form, MASK)
  return clean
}

/** The spellings of one secret; pure. Forms shorter than four characters are left out. */
export function formsOf(secret: string): string[] {
  const parts = new Set([secret, secret.trim(), ...secret.split(/\r\n|\r|\n/).map((line) => line.trim())])
  for (const part of urlSecrets(secret)) parts.add(part)
  const forms = new Set<string>()
  for (const part of parts) {
    if (part.length < MIN_LENGTH) continue
    const bytes = Buffer.from(part)
    const base64 = bytes.toString('base64')
    for (const form of [
      part,
      encodeURIComponent(part.toWellFormed()),
      encodeURI(part.toWellFormed()),
      new URLSearchParams({ '': part }).toString().slice(1),
      JSON.stringify(part).slice(1, -1),
      base64,
      base64.replace(/=+$/, ''),
      bytes.toString('base64url'),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
    ]) {
      forms.add(form)
    }
  }
  return [...forms]
}

/** User name and password of a URL, and its last path segments when they are long enough to be a credential. */
function urlSecrets(text: string): string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || !URL.canParse(text)) return []
  const url = new URL(text)
  const found = [decoded(url.password), url.password]
  const path = url.pathname.replace(/\/+$/, '')
  if (path.length > 16) found.push(path, path.slice(1), path.slice(path.lastIndexOf('/') + 1))
  return found.filter((part) => part !== '')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Registers the values of headers that carry credentials: the whole value, and what follows a scheme such as Bearer. */
export function maskHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!isSecretName(name)) continue
    maskSecret(value)
    const credential = /^\s*(?:basic|bearer|token|apikey)\s+(\S.*)$/i.exec(value)?.[1]
    if (credential !== undefined) maskSecret(credential)
  }
}
