import { type Line, renderLine, type Span } from '../../../shared/text/rich.ts'
import { cut, oneLine } from '../../../shared/text/untrusted.ts'
import { cutNote, type Message } from '../message/model.ts'
import { plainText } from '../message/plain.ts'
import type { EmailTarget } from '../parse/email.ts'
import { type Delivered, delivered, undelivered, type Wire } from './delivery.ts'
import { pauseBefore } from './retry.ts'

/** A line of an e-mail's head has 998 characters (RFC 5322 section 2.1.1); people read the first fifty. */
const SUBJECT = 200

/** What helps, by our word or the code of nodemailer. */
const REMEDIES: Readonly<Record<string, string>> = {
  connect: 'Is "smtp" right, and may the runner reach it? GitHub’s own runners cannot use port 25.',
  dns: 'Is the host of "smtp" right, and may the runner resolve it?',
  timeout: 'It may have arrived, so it was not sent again.',
  econnection: 'It may have arrived, so it was not sent again.',
  eauth: 'Are "user" and "password" right? Many providers want an app password.',
  eenvelope: 'The server does not take this "from" or one of "to".',
  esocket: 'Is "smtp" right: smtps (465) or smtp (587)?',
  etls: 'The server has no TLS to offer, and without it the password could be read: use smtps.',
}

interface SmtpError {
  code?: string
  syscall?: string
  responseCode?: number
  message?: string
}

/** Subject, text and HTML; pure. */
export function emailOf(message: Message): { subject: string; text: string; html: string } {
  return {
    subject: oneLine(`${message.look.emoji} ${message.headline}`.toWellFormed(), SUBJECT),
    text: plainText(message),
    html: htmlOf(message),
  }
}

/** Hands the e-mail in, once, or again when no server was reached. */
export async function sendEmail(target: EmailTarget, message: Message, wire: Wire): Promise<Delivered> {
  const { createTransport } = await import('nodemailer')
  for (let tried = 1; ; tried++) {
    const left = Math.max(1, wire.deadline - performance.now())
    const transport = createTransport({
      host: target.host,
      port: target.port,
      secure: target.secure,
      requireTLS: target.demandsTls,
      ...(target.user === '' ? {} : { auth: { user: target.user, pass: target.password } }),
      connectionTimeout: Math.min(10_000, left),
      greetingTimeout: Math.min(10_000, left),
      socketTimeout: left,
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    try {
      const mail = { ...emailOf(message), from: target.from, to: [...target.to] }
      const info = await withinDeadline(transport.sendMail(mail), left, wire.signal)
      return delivered(Number(/^\d{3}/.exec(info.response)?.[0] ?? 250))
    } catch (thrown) {
      const error = thrown as SmtpError
      const word = wordOf(error)
      // Only a name or a connection that was never there: what breaks later may have taken the e-mail along.
      const kind = word === 'dns' || word === 'connect' ? word : 'protocol'
      const pause = pauseBefore({ kind, phase: 'connect', permanent: false }, tried, left, Date.now())
      if (pause === undefined || wire.signal.aborted) return failed(error, word)
      await new Promise((resolve) => setTimeout(resolve, pause))
    } finally {
      transport.close()
    }
  }
}

function wordOf({ code = 'esmtp', syscall }: SmtpError): string {
  if (code === 'EDNS' || syscall === 'getaddrinfo') return 'dns'
  if (syscall === 'connect') return 'connect'
  return code === 'ETIMEDOUT' ? 'timeout' : code.toLowerCase()
}

function failed({ message = '', responseCode }: SmtpError, word: string): Delivered {
  const remedy = REMEDIES[word] ?? ''
  return undelivered(word, `${oneLine(message, 300)}. ${remedy}`.trim(), responseCode)
}

function withinDeadline<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (code: string, message: string) => () => reject(Object.assign(new Error(message), { code }))
    const timer = setTimeout(stop('ETIMEDOUT', 'The server did not take the e-mail in time'), ms)
    const abort = stop('ECANCELLED', 'Cancelled')
    signal.addEventListener('abort', abort)
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    })
  })
}

function htmlOf(message: Message): string {
  const { look, headline, lead, facts, moreFields, lists, links, footer } = message
  const line = (spans: Line): string => renderLine(spans, html)
  const paragraph = (lines: readonly Line[]): string =>
    lines.length === 0 ? '' : `<p>${lines.map(line).join('<br>')}</p>`
  const rows = facts.map(
    ({ name, value }) =>
      `<tr><td style="padding:2px 16px 2px 0;color:#57606a">${escaped(name)}</td><td>${line(value)}</td></tr>`,
  )
  return [
    `<div style="font:14px/1.5 system-ui,sans-serif;border-left:4px solid ${look.color};padding-left:16px">`,
    `<h2 style="margin:0">${escaped(`${look.emoji} ${headline}`)}</h2>`,
    paragraph(lead),
    rows.length === 0 ? '' : `<table>${rows.join('')}</table>`,
    moreFields === 0 ? '' : paragraph([cutNote(message, moreFields, 'field')]),
    ...lists.map(({ title, lines }) => `<p><b>${escaped(title)}</b></p>${paragraph(lines)}`),
    `<p>${links.map(({ label, url }) => html({ kind: 'link', text: label, url })).join(' · ')}</p>`,
    `<p style="color:#57606a;font-size:12px">${line(footer)}</p></div>`,
  ].join('\n')
}

function html(span: Span): string {
  const text = escaped(span.text)
  if (span.kind === 'bold') return `<b>${text}</b>`
  if (span.kind === 'code') return `<code>${text}</code>`
  return span.kind === 'link' ? `<a href="${escaped(span.url)}">${text}</a>` : text
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return cut(text, 20_000).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
}
