import type { Base, Known } from '../code-scanning/model.ts'
import { LINE_HASH } from '../sarif/fingerprint.ts'
import type { Finding } from '../sarif/model.ts'

type Key = (finding: Known | Finding) => string | undefined

const named = ({ tool, category, rule }: Known | Finding, ...more: unknown[]): string =>
  JSON.stringify([tool, category, rule, ...more])

/** By how sure they are: the same line of the same file, the same line of a file with another name, the same words. */
const KEYS: readonly Key[] = [
  (finding) => withHash(finding, (hash) => named(finding, hash, finding.path)),
  (finding) => withHash(finding, (hash) => named(finding, hash)),
  (finding) => named(finding, finding.path, finding.message),
]

/**
 * Says of each finding whether the base does not have it; pure, linear. A finding of the base stands for one finding
 * here: the same fault a second time is new. Alerts that somebody has dismissed, and that the base does not have, stand
 * for all that say the same.
 */
export function withNew(findings: readonly Finding[], { known }: Base): Finding[] {
  const isAlert = ({ isDismissed }: Known): boolean => isDismissed === true
  const [, , words] = KEYS as [Key, Key, Key]
  const left = new Set(known.filter((each) => !isAlert(each)))
  const inBase = new Set([...left].map(words))
  const isKnown = new Array<boolean>(findings.length).fill(false)
  for (const key of KEYS) {
    const waiting = new Map<string, Known[]>()
    for (const each of left) {
      const name = key(each)
      if (name === undefined) continue
      const list = waiting.get(name)
      if (list === undefined) waiting.set(name, [each])
      else list.push(each)
    }
    for (const [index, finding] of findings.entries()) {
      if (isKnown[index]) continue
      const name = key(finding)
      const match = name === undefined ? undefined : waiting.get(name)?.pop()
      if (match === undefined) continue
      left.delete(match)
      isKnown[index] = true
    }
  }
  const dismissed = new Set(known.filter(isAlert).map(words))
  return findings.map((finding, index) => {
    const name = words(finding)
    return { ...finding, isNew: !(isKnown[index] || (dismissed.has(name) && !inBase.has(name))) }
  })
}

function withHash({ fingerprints }: Known | Finding, make: (hash: string) => string): string | undefined {
  const hash = fingerprints[LINE_HASH]
  return hash === undefined ? undefined : make(hash)
}
