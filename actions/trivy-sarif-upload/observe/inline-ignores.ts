import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readRegularFile } from '../../../shared/files/regular.ts'
import { joinWords, plural } from '../../../shared/text/list.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { LogFacts } from '../trivy/log.ts'

const MAX_FILES = 2_000
const MAX_BYTES = 1_048_576
const MAX_NAMED = 5
const COMMENT = /(?:trivy|tfsec):ignore:/g

/**
 * Comments in configuration that switch checks off there, sentences. Trivy obeys them and does not tell what they hid, so
 * that it is only said that they are there.
 *
 * @param root the absolute target
 */
export function inlineIgnores({ config }: Pick<LogFacts, 'config'>, root: string): string[] {
  const found: { file: string; count: number }[] = []
  for (const file of filesOf(config, root)) {
    const count = countIn(join(root, file), root)
    if (count > 0) found.push({ file, count })
  }
  if (found.length === 0) return []
  const total = found.reduce((sum, { count }) => sum + count, 0)
  const shown = found.slice(0, MAX_NAMED).map(({ file, count }) => `${oneLine(file, 200)} (${count})`)
  if (found.length > shown.length) shown.push(`${found.length - shown.length} more files`)
  return [
    `${plural(total, 'comment')} \`trivy:ignore\` had a say in what was found; Trivy does not tell what they hid: ${joinWords(shown)}.`,
  ]
}

/** What Trivy names: files, and folders of Terraform. */
function filesOf(config: ReadonlySet<string>, root: string): string[] {
  const files: string[] = []
  for (const name of [...config].sort()) {
    if (files.length >= MAX_FILES) break
    const path = join(root, name)
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) files.push(name)
    else {
      const inside = readdirSync(path).filter((each) => /\.(?:tf|tofu|tf\.json|ya?ml)$/.test(each))
      files.push(...inside.map((each) => (name === '.' ? each : `${name}/${each}`)))
    }
  }
  return files.slice(0, MAX_FILES)
}

function countIn(path: string, root: string): number {
  try {
    return readRegularFile(path, MAX_BYTES, root).toString('utf8').match(COMMENT)?.length ?? 0
  } catch {
    // A link, too big, or gone: Trivy has said what it made of it.
    return 0
  }
}
