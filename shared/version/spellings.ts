import { compareVersions, parseVersion, type Version } from './version.ts'

/** A tag that is a version to people, and none by the prefixes that are read. */
export interface Spelled {
  name: string
  /** What it counts as: `1.2` as 1.2.0, `1.1.028` as 1.1.28. */
  version: Version
  /** The prefix under which it would be read; undefined where no prefix makes it a version by SemVer. */
  prefix?: string
}

/** Name = Prefix Number { "." Number }, two to four numbers */
const NUMBERS = /^(.*?)(\d+(?:\.\d+){1,3})$/
/** Words before a version that name no product. */
const GENERIC = /^(?:releases?|rel|versions?|ver)$/

/**
 * Versions in another spelling than that which is read: other prefixes of the same product (`1.2.3` beside `v1.2.3`,
 * `release-1.2.3`), two or four numbers, leading zeros. Not: floating tags (`v1`, and `v1.2` where there is a v1.2.3),
 * dates, pre-releases, and tags of another product (`app-v1.0.0` beside `v1.0.0`).
 *
 * @param prefixes that are read
 */
export function otherSpellings<T extends { name: string }>(
  tags: Iterable<T>,
  prefixes: readonly string[],
): (T & Spelled)[] {
  const stems = new Set(prefixes.map(stemOf))
  const found: (T & Spelled & { isShort: boolean; before: string })[] = []
  const full = new Set<string>()
  const schemes = new Set<string>()
  for (const tag of tags) {
    const match = NUMBERS.exec(tag.name)
    const [, prefix = '', text = ''] = match ?? []
    // Nobody's prefix begins with a hyphen: that would be an option.
    if (match === null || prefix.startsWith('-') || !stems.has(stemOf(prefix))) continue
    const parts = text.split('.')
    if (parts.length === 3) {
      full.add(`${Number(parts[0])}.${Number(parts[1])}`)
      schemes.add(prefix)
    }
    const isStrict = parseVersion(text) !== undefined
    if ((isStrict && prefixes.includes(prefix)) || (!isStrict && isDate(parts))) continue
    const [major = 0, minor = 0, patch = 0] = parts.map(Number)
    const version = parseVersion(`${major}.${minor}.${patch}`)
    if (version === undefined) continue
    found.push({
      ...tag,
      version,
      isShort: parts.length === 2,
      before: prefix,
      ...(isStrict ? { prefix } : {}),
    })
  }
  // `v1.2` floats where there is a 1.2.3, or where other versions have three numbers.
  const floats = ({ isShort, before, version }: (typeof found)[number]): boolean =>
    isShort && (schemes.has(before) || full.has(`${version.major}.${version.minor}`))
  return found.filter((tag) => !floats(tag)).map(({ isShort: _, before: __, ...tag }) => tag as T & Spelled)
}

/** The highest of some; undefined of none. */
export function highestSpelled<T extends Spelled>(tags: readonly T[]): T | undefined {
  return tags.reduce<T | undefined>(
    (highest, tag) =>
      highest === undefined || compareVersions(tag.version, highest.version) > 0 ? tag : highest,
    undefined,
  )
}

/** What a prefix says about the product: `api` of `api-v`, nothing of `v`, `V`, `release-` or no prefix. */
function stemOf(prefix: string): string {
  const stem = prefix
    .toLowerCase()
    .replace(/(^|[^a-z0-9])v\.?$/, '$1')
    .replace(/[-_/@.]+$/, '')
  return GENERIC.test(stem) ? '' : stem
}

/** `2024.01`, `2024.01.15`, with a zero that SemVer forbids, or not three numbers. */
function isDate([year = '', month = '', day = '1']: readonly string[]): boolean {
  const [y, m, d] = [Number(year), Number(month), Number(day)]
  return year.length === 4 && y >= 1970 && y < 2200 && m >= 1 && m <= 12 && d >= 1 && d <= 31
}
