import type { Run } from '../../sarif/model.ts'
import { beside, buildRun, type Entry, packageMessage } from './builder.ts'
import type { Node, Reader } from './reader.ts'

/**
 * What `pip-audit -f json` writes; before version 2.0 it was the bare list. It tells no severity, so each finding has
 * the level `warning`, and no file, so each stands in the requirements.txt beside the report.
 *
 * @see https://github.com/pypa/pip-audit#usage
 */
export function pipAuditRun(read: Reader, source: string): Run {
  const { root } = read
  const dependencies = read.items(Array.isArray(root.value) ? root : read.child(root, 'dependencies'))
  const uri = beside(source, 'requirements.txt')
  const entries: Entry[] = []
  const skipped: string[] = []
  for (const dependency of dependencies) {
    const name = read.text(read.child(dependency, 'name'))
    const why = read.optionalText(read.child(dependency, 'skip_reason'))
    if (why !== undefined) {
      skipped.push(`pip-audit did not look at ${name}: ${why}.`)
      continue
    }
    const installed = read.text(read.child(dependency, 'version'))
    for (const vulnerability of read.items(read.child(dependency, 'vulns'))) {
      entries.push(entryOf(read, vulnerability, { name, installed, uri }))
    }
  }
  const tool = { name: 'pip-audit', informationUri: 'https://github.com/pypa/pip-audit' }
  // The project itself is in its environment, and not on PyPI; where nothing else is, nothing was looked at.
  const isWhole = skipped.length < dependencies.length
  return isWhole ? buildRun(tool, entries, [], skipped) : buildRun(tool, entries, skipped)
}

function entryOf(read: Reader, item: Node, where: { name: string; installed: string; uri: string }): Entry {
  const { name, installed, uri } = where
  const id = read.text(read.child(item, 'id'))
  const fixes = read.items(read.child(item, 'fix_versions')).map(read.text)
  // They come from a set, in another order each time, and a message that changes looks like a new finding.
  const aliases = read.has(item, 'aliases')
    ? read.items(read.child(item, 'aliases')).map(read.text).sort()
    : []
  const description = read.optionalText(read.child(item, 'description'))
  const helpUri = `https://osv.dev/vulnerability/${encodeURIComponent(id)}`
  const found = { name, installed, ...(fixes.length === 0 ? {} : { fixed: fixes.join(', ') }) }
  const alias = aliases.length === 0 ? undefined : `Also known as: ${aliases.join(', ')}`
  return {
    rule: { id, title: description ?? `${id} in ${name}`, description, helpUri, tags: ['vulnerability'] },
    level: 'warning',
    message: packageMessage(found, id, [alias, `Link: ${helpUri}`]),
    uri,
    package: found,
  }
}
