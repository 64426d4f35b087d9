/** Elements that GitHub keeps in Markdown, and what each may carry beside {@link EVERYWHERE}. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    (
      'h1 h2 h3 h4 h5 h6 p br hr strong em b i u s del ins sub sup kbd samp code pre tt var q blockquote ' +
      'ul li dl dt dd table thead tbody tfoot tr summary div span section'
    )
      .split(' ')
      .map((name) => [name, []]),
  ),
  a: ['href'],
  img: ['src', 'alt', 'width', 'height'],
  ol: ['start'],
  td: ['colspan', 'rowspan'],
  th: ['colspan', 'rowspan'],
  details: ['open'],
  input: ['type', 'checked', 'disabled'],
}

/** Attributes of every element, each with the values that it may have. */
const EVERYWHERE: Readonly<Record<string, RegExp>> = {
  align: /^(left|center|right)$/,
  title: /^/,
  id: /^user-content-[\w-]*$/,
  class: /^(language-[\w+-]*|footnotes|task-list-item|contains-task-list|sr-only|data-footnote-backref)$/,
}

const VALUES: Readonly<Record<string, RegExp>> = {
  // A colon only after a known scheme, so that `javascript:` in whatever spelling is no address.
  href: /^(https?:\/\/|mailto:|#|[^:&]*$)/i,
  src: /^https:\/\//i,
  width: /^\d+%?$/,
  height: /^\d+%?$/,
  start: /^\d+$/,
  colspan: /^\d+$/,
  rowspan: /^\d+$/,
  type: /^checkbox$/,
}

const VOID = ['br', 'hr', 'img', 'input']

/** A comment, a tag whose attributes are all well-formed, or any other `<`. */
const TOKEN =
  /<!--[\s\S]*?-->|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z][\w:-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>|</gi
const ATTRIBUTE = /([a-z][\w:-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/gi

/**
 * HTML with nothing in it but what GitHub keeps in Markdown. Every `<` of the result begins a tag that is written here
 * from the lists above, and every element that is opened is closed, so nothing reaches out of the place where the
 * result is put.
 */
export function sanitizeHtml(html: string): string {
  const open: string[] = []
  const clean = html.replace(TOKEN, (token: string, slash = '', given = '', attributes = '') => {
    if (token === '<') return '&lt;'
    const name = String(given).toLowerCase()
    if (!Object.hasOwn(ALLOWED, name)) return ''
    if (slash !== '') return close(open, name)
    if (!VOID.includes(name)) open.push(name)
    return `<${name}${allowedAttributes(name, String(attributes))}>`
  })
  return clean + closing(open.splice(0))
}

/** Closes the nearest open element of this name and all within it; nothing when there is none. */
function close(open: string[], name: string): string {
  const at = open.lastIndexOf(name)
  return at < 0 ? '' : closing(open.splice(at))
}

function closing(names: readonly string[]): string {
  return names
    .toReversed()
    .map((name) => `</${name}>`)
    .join('')
}

function allowedAttributes(element: string, text: string): string {
  const kept: string[] = []
  for (const [, key = '', double, single, bare] of text.matchAll(ATTRIBUTE)) {
    const name = key.toLowerCase()
    const value = double ?? single ?? bare ?? ''
    const rule = EVERYWHERE[name] ?? (ALLOWED[element]?.includes(name) ? (VALUES[name] ?? /^/) : undefined)
    if (rule?.test(value)) kept.push(` ${name}="${value.replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"`)
  }
  return element === 'input' && !kept.some((each) => each.startsWith(' type='))
    ? ' type="checkbox" disabled'
    : kept.join('')
}
