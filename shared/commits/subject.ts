/** The number in `Merge pull request #12 from …`, or at the end of a squashed subject: `feat: x (#12)`. */
export function pullRequestOf(subject: string): number | undefined {
  const isMerge = subject.startsWith('Merge pull request #')
  const match =
    (isMerge ? /^Merge pull request #(\d{1,10})\b/.exec(subject) : null) ??
    (subject.endsWith(')') ? /\(#(\d{1,10})\)$/.exec(subject) : null)
  return match === null ? undefined : Number(match[1])
}

/** A subject without the `(#12)` at its end. */
export function withoutPullRequest(subject: string): string {
  return subject.endsWith(')') ? subject.replace(/ ?\(#\d{1,10}\)$/, '') : subject
}

/** Whether a message is that of a merge, as git and GitHub write it. */
export function isMergeSubject(subject: string): boolean {
  return /^Merge (?:(?:remote-tracking )?branch(?:es)?|pull request|tag|commit) /.test(subject)
}
