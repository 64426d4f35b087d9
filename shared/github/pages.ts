import type { Call, GitHub } from './model.ts'

/**
 * The pages of a list, each one call, until there is no next one. Only the query of the `next` link is followed: a
 * page never leads to another address. Leave the loop to stop asking.
 *
 * @throws GitHubError
 * @see https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api
 */
export async function* pages<T>(github: GitHub, call: Call): AsyncGenerator<T, void> {
  let parameters: Readonly<Record<string, unknown>> | undefined = { per_page: 100, ...call.parameters }
  const seen = new Set<string>()
  while (parameters !== undefined) {
    const { data, headers } = await github.send<T>({ ...call, parameters })
    yield data
    const next: string | undefined = nextQuery(headers['link'])
    if (next === undefined || seen.has(next)) return
    seen.add(next)
    parameters = { ...parameters, ...Object.fromEntries(new URLSearchParams(next)) }
  }
}

/** The query of the link with `rel="next"` (RFC 8288); pure. */
export function nextQuery(link: string | undefined): string | undefined {
  for (const [, target = '', rest = ''] of (link ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    if (/;\s*rel="?next"?/.test(rest)) return target.split('?', 2)[1] ?? ''
  }
  return undefined
}
