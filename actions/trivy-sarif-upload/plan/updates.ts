import type { Update } from '../model.ts'
import { type Finding, SEVERITIES, type Severity } from '../sarif/model.ts'
import { isCounted } from './gate.ts'

/**
 * What to update, the most useful first: what closes the worst, then the most; pure. Of several versions that fix a finding
 * the nearest one after the installed one counts, and a package needs the highest of those.
 */
export function updatesOf(findings: readonly Finding[]): Update[] {
  const byPackage = new Map<string, Finding[]>()
  for (const finding of findings) {
    const { package: found, target, path = '' } = finding
    if (found === undefined || !isCounted(finding) || (found.fixed ?? found.remedy) === undefined) continue
    const key = JSON.stringify([found.name, found.installed, target, path])
    const list = byPackage.get(key)
    if (list === undefined) byPackage.set(key, [finding])
    else list.push(finding)
  }
  return [...byPackage.values()]
    .map(updateOf)
    .sort((a, b) => compareCloses(a.closes, b.closes) || compare(a.name, b.name) || compare(a.where, b.where))
}

function updateOf(findings: readonly Finding[]): Update {
  const [first] = findings as [Finding, ...Finding[]]
  const { name, installed, remedy = '' } = first.package ?? { name: '' }
  const closes: Partial<Record<Severity, number>> = {}
  let to = ''
  for (const { severity, package: found } of findings) {
    closes[severity] = (closes[severity] ?? 0) + 1
    const version = nearest(found?.fixed ?? '', installed)
    if (version !== '' && (to === '' || compareVersions(version, to) > 0)) to = version
  }
  const { target, path = '' } = first
  return {
    name,
    installed,
    to: to === '' ? remedy : to,
    where: target ?? path,
    closes,
    total: findings.length,
  }
}

/** Of `1.2.3, 2.0.1` the first after the installed version; the last where none is. */
function nearest(fixed: string, installed: string | undefined): string {
  const versions = fixed
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
    .sort(compareVersions)
  const after =
    installed === undefined ? undefined : versions.find((each) => compareVersions(each, installed) > 0)
  return after ?? versions.at(-1) ?? ''
}

/** By numbers where both have one, else by text: near enough for versions of any ecosystem. */
function compareVersions(a: string, b: string): number {
  const [as, bs] = [a, b].map((text) => text.split(/[^0-9A-Za-z]+|(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)/))
  for (let at = 0; at < Math.max(as?.length ?? 0, bs?.length ?? 0); at++) {
    const [x = '0', y = '0'] = [as?.[at], bs?.[at]]
    const isNumber = /^\d+$/.test(x) && /^\d+$/.test(y)
    const order = isNumber ? Number(x) - Number(y) : compare(x, y)
    if (order !== 0) return order
  }
  return 0
}

function compareCloses(a: Update['closes'], b: Update['closes']): number {
  for (const severity of SEVERITIES) {
    const order = (b[severity] ?? 0) - (a[severity] ?? 0)
    if (order !== 0) return order
  }
  return 0
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
