import { shown } from '../../../shared/action/inputs.ts'
import { parseList } from '../../../shared/text/list.ts'
import { didYouMean } from '../../../shared/text/nearest.ts'
import type { EmailTarget } from '../model.ts'
import { isLoopback } from './endpoint.ts'
import type { Reader } from './reader.ts'
import { readYaml } from './values.ts'

const KEYS = ['smtp', 'from', 'to', 'user', 'password']
const ADDRESS = /^[^\r\n,;]*[^\s@<>,;]+@[^\s@<>,;]+>?$/

export async function readEmail(inputs: Reader): Promise<EmailTarget | undefined> {
  const value = await readYaml(inputs, 'email')
  if (value === undefined) return undefined
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    inputs.add('email', 'it is not a map with smtp, from and to.')
    return undefined
  }
  const given = value as Record<string, unknown>
  for (const key of ['smtp', 'password']) if (given[key] != null) inputs.mask(String(given[key]))
  for (const key of Object.keys(given)) {
    if (!KEYS.includes(key)) inputs.add(`email.${key}`, `there is no such key.${didYouMean(key, KEYS)}`)
  }
  const to = (
    Array.isArray(given['to']) ? given['to'].map(String) : parseList(String(given['to'] ?? ''))
  ).map((item) => item.trim())
  const from = String(given['from'] ?? '').trim()
  if (to.length === 0) inputs.add('email.to', 'it is missing.')
  for (const [key, address] of [['from', from], ...to.map((item) => ['to', item])] as [string, string][]) {
    if (!ADDRESS.test(address)) inputs.add(`email.${key}`, `${shown(address)} is not an e-mail address.`)
  }
  const smtp = String(given['smtp'] ?? '')
  if (!/^smtps?:\/\/[^/]/.test(smtp) || !URL.canParse(smtp)) {
    inputs.add('email.smtp', 'it is not a URL such as smtps://user:password@mail.example.com:465.')
    return undefined
  }
  const url = new URL(smtp)
  const secure = url.protocol === 'smtps:'
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    demandsTls: !secure && !isLoopback(url.hostname),
    user: String(given['user'] ?? decoded(url.username)),
    password: String(given['password'] ?? decoded(url.password)),
    from,
    to,
  }
}

/** A password with a bare `%` in it is taken as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
