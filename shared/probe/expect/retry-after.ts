const MAX_SECONDS = 604_800
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/**
 * Reads Retry-After: seconds, or a date in one of the three forms that a recipient has to accept. A date is measured
 * against the answer's own Date header, for the clock of the server may be wrong; one in the past means now. Anything
 * else is ignored.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after and #name-date-time-formats
 * @param now ms since 1970, when the answer has no date of its own
 * @returns ms from now, at most seven days
 */
export function readRetryAfter(
  headers: Readonly<Record<string, string>> | undefined,
  now: number,
): number | undefined {
  const given = headers?.['retry-after']?.trim()
  if (given === undefined) return undefined
  if (/^\d{1,10}$/.test(given)) return Math.min(Number(given), MAX_SECONDS) * 1_000
  const date = readHttpDate(given)
  if (date === undefined) return undefined
  const sent = readHttpDate(headers?.['date']?.trim() ?? '') ?? now
  return Math.min(Math.max(0, date - sent), MAX_SECONDS * 1_000)
}

/** `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994` @returns ms since 1970 */
export function readHttpDate(text: string): number | undefined {
  const usual = /^[a-z]{3,9}, (\d\d)[ -]([a-z]{3})[ -](\d\d|\d{4}) (\d\d):(\d\d):(\d\d) GMT$/i.exec(text)
  const asctime = /^[a-z]{3} ([a-z]{3}) ([ \d]\d) (\d\d):(\d\d):(\d\d) (\d{4})$/i.exec(text)
  const [day, month, year, ...time] =
    usual === null
      ? [asctime?.[2], asctime?.[1], asctime?.[6], ...(asctime?.slice(3, 6) ?? [])]
      : usual.slice(1)
  const index = MONTHS.indexOf((month ?? '').toLowerCase())
  if (index < 0 || day === undefined || year === undefined) return undefined
  const [hour = 0, minute = 0, second = 0] = time.map(Number)
  return Date.UTC(fullYear(year), index, Number(day), hour, minute, second)
}

/** Two digits more than 50 years ahead are of the past century. */
function fullYear(year: string): number {
  if (year.length === 4) return Number(year)
  const guess = 2_000 + Number(year)
  return guess > new Date().getUTCFullYear() + 50 ? guess - 100 : guess
}
