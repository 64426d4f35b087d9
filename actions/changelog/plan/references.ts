import type { Message } from '../../../shared/commits/message.ts'
import type { Reference } from '../model.ts'

/** Of one message; nobody writes more, and nobody reads them. */
const MAX_REFERENCES = 50
/** What is looked through for references. */
const MAX_TEXT = 65_536

const WORD = /\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?|implement(?:s|ed)?|refs?|references|see)\b:?[ \t]+/gi
/** Reference = [ Owner "/" Repository ] "#" Number | "GH-" Number; a number has no leading zero */
const REFERENCE =
  /(?:([A-Za-z0-9][\w.-]{0,99})\/([\w.-]{1,100}))?#([1-9]\d{0,9})(?![\w-])|GH-([1-9]\d{0,9})\b/iy
const BETWEEN = /[ \t]*(?:,|&|\band\b)?[ \t]*/iy

/**
 * The issues that a message says it closes or is about: `Closes #12, fixes acme/other#34, GH-56`. Only behind such a
 * word, in the body or a footer: a bare `#12` in prose or code is none.
 *
 * @see https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
 */
export function referencesOf({ body, footers }: Message): Reference[] {
  if (body === '' && footers.length === 0) return []
  const all = [body, ...footers.map(({ token, value }) => `${token} ${value}`)].join('\n')
  const text = all.slice(0, MAX_TEXT)
  if (!/#[1-9]|GH-[1-9]/i.test(text)) return []
  const found = new Map<string, Reference>()
  for (const word of text.matchAll(WORD)) {
    let at = word.index + word[0].length
    while (found.size < MAX_REFERENCES) {
      REFERENCE.lastIndex = at
      const match = REFERENCE.exec(text)
      if (match === null) break
      const [whole, owner, repository, hash, gh] = match
      const number = Number(hash ?? gh)
      const key = `${owner ?? ''}/${repository ?? ''}#${number}`.toLowerCase()
      if (!found.has(key)) {
        const elsewhere = owner === undefined || repository === undefined ? {} : { owner, repository }
        found.set(key, { ...elsewhere, number, action: actionOf(word[1] as string) })
      }
      BETWEEN.lastIndex = at + whole.length
      at += whole.length + (BETWEEN.exec(text)?.[0].length ?? 0)
    }
  }
  return [...found.values()]
}

function actionOf(word: string): string {
  const verb = /^(?:close|fix|resolve|implement)/i.exec(word)?.[0].toLowerCase()
  if (verb === undefined) return 'refs'
  return verb === 'fix' ? 'fixes' : `${verb}s`
}
