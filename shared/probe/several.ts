/** What may stand between two targets. */
const BETWEEN = /[\s,|;]+/
const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i
/** `b.example.com/health`, `localhost:8081`: a host with a dot or a port, and not a number. */
const HOST = /^(?=[^/]*[a-z])(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?|[a-z0-9-]+:\d+)(?:\/|$)/i

/**
 * Whether a text holds several targets where one belongs: `http://a/health, http://b/health`. As one URL it would have an
 * odd path, and nobody would notice that the second is dead.
 */
export function holdsSeveral(text: string): boolean {
  const trimmed = text.trim()
  const parts = trimmed.split(BETWEEN).filter((part) => part !== '')
  if (parts.slice(1).some((part) => SCHEME.test(part))) return true
  // No URL holds a blank; in a path it is %20. Where the host holds it, the URL is refused as such.
  if (/\s/.test(trimmed) && URL.canParse(trimmed)) return true
  // Databases have lists of hosts of their own.
  if (!/^https?:/i.test(trimmed)) return false
  const [authority = ''] = trimmed.replace(SCHEME, '').split(/[/?#]/, 1)
  // A user name or password may hold a comma.
  if (/[,|;]/.test(authority.slice(authority.lastIndexOf('@') + 1))) return true
  const path = trimmed.replace(SCHEME, '').split(/[?#]/, 1)[0] ?? ''
  return (
    !path.includes('@') &&
    path
      .split(BETWEEN)
      .slice(1)
      .some((part) => HOST.test(part))
  )
}
