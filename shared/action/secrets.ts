import * as core from '@actions/core'
import { decoded, formsOf, headerSecrets } from '../text/secret-forms.ts'

export { formsOf, headerSecrets } from '../text/secret-forms.ts'

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
