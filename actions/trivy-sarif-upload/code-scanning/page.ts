import type { Target } from '../model.ts'

/** The page of a ref's alerts; pure. */
export function alertsPage(
  serverUrl: string,
  repository: string,
  { ref, pullRequest }: Pick<Target, 'ref' | 'pullRequest'>,
  rule?: string,
): string {
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1]
  const where =
    pullRequest === undefined
      ? branch === undefined
        ? `ref:${quoted(ref)}`
        : `branch:${quoted(branch)}`
      : `pr:${pullRequest}`
  const query = ['is:open', where, ...(rule === undefined ? [] : [`rule:${quoted(rule)}`])].join(' ')
  return `${serverUrl}/${repository}/security/code-scanning?query=${encodeURIComponent(query)}`
}

/** Words with anything special need quotes in GitHub's search. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `"${text.replaceAll('"', '').toWellFormed()}"`
}
