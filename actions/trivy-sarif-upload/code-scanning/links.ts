import { codeSpan } from '../../../shared/text/markdown.ts'
import { ruleName } from './rule-name.ts'

/** The id of a rule, linked to its page where that is one of the web; nothing in an address can end the link. */
export function ruleLink(rule: string, address: string | undefined): string {
  const label = codeSpan(ruleName(rule, 100))
  if (address === undefined || label === '' || !URL.canParse(address)) return label
  const url = new URL(address)
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.href.length > 500) return label
  return `[${label}](<${url.href.replace(/[<>\s"'`\\|]/g, encodeURIComponent)}>)`
}
