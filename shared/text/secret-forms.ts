import { isHarmlessHeader, isSecretName } from './secret-names.ts'

/** Anything shorter would turn every log line into asterisks. */
const MIN_LENGTH = 4
/** Of a header whose name does not say that it is a secret. */
const MIN_UNNAMED = 6
/** Of a value inside a header, such as that of a cookie. */
const MIN_PART = 8
const MIN_BASE64 = 8

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

/** A percent-encoded text as it is meant; one that encodes nothing stands for itself. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
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
