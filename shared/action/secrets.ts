import * as core from '@actions/core'
import { isHarmlessHeader, isSecretName } from '../text/secret-names.ts'

/** Anything shorter would turn every log line into asterisks. */
const MIN_LENGTH = 4
/** Of a header whose name does not say that it is a secret. */
const MIN_UNNAMED = 6
/** Of a value inside a header, such as that of a cookie. */
const MIN_PART = 8
const MIN_BASE64 = 8
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
    const encoded = encodeURIComponent(part.toWellFormed())
    for (const form of [
      part,
      encoded,
      encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
      encodeURI(part.toWellFormed()),
      new URLSearchParams({ '': part }).toString().slice(1),
      JSON.stringify(part).slice(1, -1),
      inHtml(part),
      base64,
      base64.replace(/=+$/, ''),
      bytes.toString('base64url'),
      ...withinBase64(bytes),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
    ]) {
      forms.add(form)
    }
  }
  return [...forms]
}

/**
 * What base64 makes of these bytes inside a longer text, behind 0, 1 or 2 bytes more than a multiple of three: the
 * characters that they alone decide. Shorter ones than eight would be found in any long base64.
 */
function withinBase64(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes])
    const [from, to] = [Math.ceil((offset * 8) / 6), Math.floor((padded.length * 8) / 6)]
    if (to - from < MIN_BASE64) return []
    return [padded.toString('base64').slice(from, to), padded.toString('base64url').slice(from, to)]
  })
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** As error pages show what they were sent. */
function inHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => HTML[sign] ?? sign)
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

/**
 * Registers the values of the headers that the user wrote: the whole value, the credential behind a scheme such as
 * Bearer, what Basic encodes, and what stands in it under a name (`k="v", sig=w`). Any name may carry a credential
 * (`Ocp-Apim-Subscription-Key`, `X-JWT`), so only names that are known to be harmless are left alone.
 */
export function maskHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    for (const secret of headerSecrets(name, value)) maskSecret(secret)
  }
}

/** What must not be shown of a header; pure. */
export function headerSecrets(name: string, value: string): string[] {
  if (isHarmlessHeader(name)) return []
  // `X-Debug: true`: it would be masked in each sentence. A name that says what it is leaves no doubt.
  if (!isSecretName(name) && value.trim().length < MIN_UNNAMED) return []
  const [, scheme = '', credential = ''] = /^\s*([A-Za-z][\w.-]*)\s+(\S.*?)\s*$/s.exec(value) ?? []
  const found = [value, credential]
  if (scheme.toLowerCase() === 'basic') {
    const pair = Buffer.from(credential, 'base64').toString('utf8')
    found.push(pair, pair.slice(pair.indexOf(':') + 1))
  }
  for (const [, quoted = '', plain = ''] of value.matchAll(/[\w.-]+=(?:"([^"]*)"|([^\s,;"]+))/g)) {
    if (quoted.length + plain.length >= MIN_PART) found.push(quoted, plain)
  }
  return found.filter((secret) => secret.trim() !== '')
}

/**
 * Registers user name and password of the proxies in the environment, as they are written and as they are sent: the
 * messages of a proxy that refuses them may quote either.
 */
export function maskProxies(env: NodeJS.ProcessEnv = process.env): void {
  for (const [name, value = ''] of Object.entries(env)) {
    if (!/^(?:https?|all|ftp)_proxy$/i.test(name)) continue
    const text = value.includes('://') ? value : `http://${value}`
    if (!value.includes('@') || !URL.canParse(text)) continue
    const { username, password } = new URL(text)
    if (password === '') continue
    for (const secret of [password, decoded(password), `${decoded(username)}:${decoded(password)}`]) {
      maskSecret(secret)
    }
  }
}
