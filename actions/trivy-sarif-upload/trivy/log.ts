import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Unread } from './model.ts'

/** What the log of a scan tells and its report does not. */
export interface LogFacts {
  /** Files that were read as configuration. */
  config: ReadonlySet<string>
  /** How many files were searched for secrets. */
  secret: number
  /** `Number of language-specific files`. */
  language: number
  /** Scanners that said that they are enabled. */
  enabled: ReadonlySet<string>
  /** Files that could not be looked at. */
  unread: readonly Unread[]
  /** Rules that a comment in a file switched off there, as Trivy tells it (Terraform). */
  ignoredInline: number
  /** What went wrong without stopping Trivy, sentences. */
  errors: readonly string[]
}

export interface LogReader {
  /** Takes a line; answers whether a person may want to see it. */
  line(text: string): boolean
  facts(): LogFacts
}

const MAX_UNREAD = 1_000
const MAX_ERRORS = 5
const ENABLED: Readonly<Record<string, string>> = {
  'Vulnerability scanning is enabled': 'vuln',
  'Misconfiguration scanning is enabled': 'misconfig',
  'Secret scanning is enabled': 'secret',
  'License scanning is enabled': 'license',
  'Full license scanning is enabled': 'license',
}
/** Told of a file that is looked at all the same. */
const HARMLESS = /too large|site-packages|to collect the license information/

/**
 * Reads the log of a scan that ran with `--debug`, line by line. Trivy says that a lock file does not parse only there,
 * and goes on with exit code 0 as if it were not there; it says so with the file's name at every level.
 *
 * @see https://github.com/aquasecurity/trivy/blob/v0.72.0/pkg/log/handler.go for the form: time, level, message, fields
 */
export function logReader(): LogReader {
  const config = new Set<string>()
  const secrets = new Set<string>()
  const enabled = new Set<string>()
  const unread = new Map<string, string>()
  const errors: string[] = []
  let moreErrors = 0
  let language = 0
  let ignoredInline = 0
  const miss = (file: string, why: string): void => {
    if (unread.size < MAX_UNREAD && !unread.has(file)) unread.set(file, why)
  }
  return {
    line(text) {
      const [, level, message, fields = ''] = text.split('\t', 4)
      if (level === undefined || message === undefined) return true
      const said = message.replace(/^\[[^\]]*\] /, '')
      const isBad = level === 'WARN' || level === 'ERROR'
      if (said === 'scanStream called') secrets.add(field(fields, 'file_path') ?? '')
      else if (said === 'Scanned config file') config.add(field(fields, 'file_path') ?? '')
      else if (said === 'Walk error') miss(field(fields, 'file_path') ?? '', reasonIn(fields, ''))
      else if (said === 'Analysis error') {
        const why = field(fields, 'err') ?? ''
        miss(/^(.+?) parse error: /.exec(why)?.[1] ?? 'a file', oneLine(why, 300))
      } else if (said === 'Number of language-specific files') language = Number(field(fields, 'num')) || 0
      else if (said === 'Ignore finding') ignoredInline += 1
      else if (isBad && !HARMLESS.test(said)) {
        const file = field(fields, 'file_path')
        if (file !== undefined) miss(file, reasonIn(fields, said))
        else if (level === 'ERROR' && errors.length === MAX_ERRORS) moreErrors += 1
        else if (level === 'ERROR') errors.push(`Trivy: ${oneLine(`${message} ${fields}`, 300)}`)
      }
      const scanner = ENABLED[said]
      if (scanner !== undefined) enabled.add(scanner)
      return level !== 'DEBUG'
    },
    facts: () => ({
      config,
      secret: secrets.size,
      language,
      enabled,
      unread: [...unread].map(([file, why]) => ({ file, why })),
      ignoredInline,
      errors: moreErrors === 0 ? errors : [...errors, `Trivy: ${moreErrors} more errors.`],
    }),
  }
}

/** A value of `key="value" other=1`, unquoted as Go quotes. */
function field(fields: string, key: string): string | undefined {
  const at = fields.startsWith(`${key}=`) ? 0 : fields.indexOf(` ${key}=`) + 1
  if (at === 0 && !fields.startsWith(`${key}=`)) return undefined
  const rest = fields.slice(at + key.length + 1)
  if (!rest.startsWith('"')) return /^\S*/.exec(rest)?.[0]
  const quoted = /^"(?:[^"\\]|\\.)*"/.exec(rest)?.[0]
  if (quoted === undefined) return rest.slice(1)
  try {
    return String(
      JSON.parse(quoted.replace(/\\(?:x([0-9a-f]{2})|a|v|')/g, (_, hex) => `\\u00${hex ?? '20'}`)),
    )
  } catch {
    return quoted.slice(1, -1)
  }
}

function reasonIn(fields: string, said: string): string {
  const why = field(fields, 'err') ?? field(fields, 'cause') ?? ''
  return oneLine(said === '' ? why : why === '' ? said : `${said}: ${why}`, 300)
}
