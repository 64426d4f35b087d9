/** A URI of a report as GitHub takes it. */
export interface Place {
  /** Relative, percent-encoded. */
  uri: string
  /** The same, decoded, as people write it. */
  path: string
  /** It was absolute, and lies outside the checkout. */
  outside: boolean
}

/** What most URIs look like: nothing to do. */
const PLAIN = /^(?!\.\.?\/)[A-Za-z0-9_.@~+-]+(?:\/(?!\.\.?\/)[A-Za-z0-9_.@~+-]+)*$/
const DRIVE = /^\/?([A-Za-z]:)(?=\/|$)/

/**
 * Makes a URI of whatever form relative to the checkout: `file:` with one to four slashes, absolute paths of POSIX and
 * Windows, backslashes, `.` and `..`, wrong or missing percent-encoding. What lies outside loses its root, and what
 * belongs to another scheme loses that: code scanning refuses either.
 *
 * @param roots absolute paths that are the checkout, with forward slashes and without one at the end
 * @param base what a relative URI is relative to: absolute, as {@link pathOf} gives it
 */
export function relativePlace(uri: string, roots: readonly string[], base?: string): Place {
  if (base === undefined && PLAIN.test(uri) && uri !== '.' && uri !== '..')
    return { uri, path: uri, outside: false }
  const given = pathOf(uri)
  const isAbsolute = given.startsWith('/') || DRIVE.test(given)
  const inside = isAbsolute ? belowRoot(given, roots) : relativeTo(base, given, roots)
  const rest = (inside ?? given).replace(DRIVE, '')
  const path = clean(rest)
  return { uri: encode(path), path, outside: isAbsolute && inside === undefined }
}

/** Whether a decoded path begins at a root or a drive. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/') || DRIVE.test(path)
}

/** A place by its path, decoded and relative to the checkout. */
export function placeAt(path: string): Place {
  const own = clean(path)
  return { uri: encode(own), path: own, outside: false }
}

/** A URI reference as RFC 3986 has them: what may not stand in one is percent-encoded. */
export function referenceOf(uri: string): string {
  if (/^(?:[A-Za-z0-9\-._~:/?#@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/.test(uri)) return uri
  const slashed = uri.replaceAll('\\', '/').replace(/%(?![0-9A-Fa-f]{2})/g, '%25')
  return encodeURI(slashed.toWellFormed())
    .replace(/%25(?=[0-9A-Fa-f]{2})/g, '%')
    .replace(/[[\]]/g, encodeURIComponent)
}

/** The path in a URI, decoded, with forward slashes; it begins with `/` or a drive when it is absolute. */
export function pathOf(uri: string): string {
  const slashed = uri.trim().replaceAll('\\', '/')
  if (DRIVE.test(slashed)) return slashed
  const [, scheme = '', rest = slashed] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(slashed) ?? []
  if (scheme.toLowerCase() === 'file') return decode(fileRest(rest)).replace(DRIVE, '$1')
  // `http://host/a` becomes `host/a`; `library/alpine:3` and `C:` are no URIs.
  return decode(scheme !== '' && rest.startsWith('//') ? rest.replace(/^\/+/, '') : slashed)
}

function fileRest(rest: string): string {
  const slashes = /^\/*/.exec(rest)?.[0].length ?? 0
  const bare = rest.slice(slashes)
  // Two slashes begin a host by RFC 8089; tools put relative paths there.
  if (slashes === 2) return /^localhost\//i.test(bare) ? bare.slice('localhost'.length) : bare
  return slashes === 0 ? bare : `/${bare}`
}

function belowRoot(path: string, roots: readonly string[]): string | undefined {
  const absolute = foldDots(path)
  for (const root of roots) {
    if (root === '' || root === '/') continue
    const isWindows = DRIVE.test(root)
    const same = (a: string, b: string): boolean =>
      isWindows ? a.toLowerCase() === b.toLowerCase() : a === b
    if (same(absolute, root)) return '.'
    if (same(absolute.slice(0, root.length + 1), `${root}/`)) return absolute.slice(root.length + 1)
  }
  return undefined
}

function relativeTo(base: string | undefined, path: string, roots: readonly string[]): string | undefined {
  if (base === undefined) return path
  const folder = belowRoot(`${base.replace(/\/+$/, '')}`, roots)
  return folder === undefined || folder === '.' ? path : `${folder}/${path}`
}

function foldDots(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return DRIVE.test(path) ? parts.join('/') : `/${parts.join('/')}`
}

/** Relative, without `.`, `..` and empty segments; never empty. */
function clean(path: string): string {
  return foldDots(`/${path}`).slice(1) || '.'
}

function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    // A percent sign that is one.
    return text
  }
}

function encode(path: string): string {
  const encoded = encodeURI(path.toWellFormed()).replace(/[?#[\]]/g, encodeURIComponent)
  const slash = encoded.indexOf('/')
  const first = slash < 0 ? encoded : encoded.slice(0, slash)
  // A colon in the first segment would begin a scheme (RFC 3986, section 4.2).
  return first.replaceAll(':', '%3A') + encoded.slice(first.length)
}
