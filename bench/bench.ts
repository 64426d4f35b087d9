// npm run bench [-- action...] [-- --quick] [-- --write] — times every action beside its peers and prints one table.
// --json FILE keeps the rows for machines; --repo PATH measures changelog on that repository; --write puts the table into bench/README.md and seven rows of it into README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { blueGreenSwitch } from './cases/blue-green-switch.ts'
import { changelog } from './cases/changelog.ts'
import { deliveryMetrics } from './cases/delivery-metrics.ts'
import { healthCheck } from './cases/health-check.ts'
import { semverTag } from './cases/semver-tag.ts'
import { slackNotify } from './cases/slack-notify.ts'
import { trivySarifUpload } from './cases/trivy-sarif-upload.ts'
import type { Row } from './row.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean' },
    write: { type: 'boolean' },
    json: { type: 'string' },
    repo: { type: 'string' },
  },
})
const README = join(import.meta.dirname, '..', 'README.md')
const ALL_FIGURES = join(import.meta.dirname, 'README.md')
/** What the README shows of them: who, what. */
const HEADLINES = [
  ['health-check', 'one healthy local endpoint'],
  ['health-check', 'an endpoint that turns healthy after 2 to 2.3 s'],
  ['semver-tag', '20,000 commits, 2,000 tags, 10 unreleased'],
  ['changelog', 'whole history; 31,000 commits, 3,700 tags'],
  ['trivy-sarif-upload', '52 MB, 20,000 results'],
  ['blue-green-switch', 'switch under load, haproxy'],
  ['slack-notify', 'one webhook message over http'],
] as const

const CASES: Record<string, (quick: boolean) => Promise<Row[]>> = {
  changelog: (quick) => changelog(quick, values.repo),
  'delivery-metrics': deliveryMetrics,
  'health-check': healthCheck,
  'semver-tag': semverTag,
  'slack-notify': slackNotify,
  'trivy-sarif-upload': trivySarifUpload,
  'blue-green-switch': blueGreenSwitch,
}
const rows: Row[] = []
for (const [action, measure] of Object.entries(CASES)) {
  if (positionals.length === 0 || positionals.includes(action))
    rows.push(...(await measure(values.quick ?? false)))
}
const machine = `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cpus().length} cores`
const text = `${table(rows)}\n\nMedians of paired runs, ratios to \`node -e 0\`, whole process; ${machine}.`
console.log(text)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ machine, rows }, null, 2)}\n`)
if (values.write) {
  writeBetweenMarkers(ALL_FIGURES, text)
  const headlines = HEADLINES.flatMap(([who, what]) =>
    rows.filter((row) => row.who === who && row.what === what),
  )
  writeBetweenMarkers(README, table(headlines))
}
const missed = rows.filter(({ met }) => met === false)
for (const { what, who, budget } of missed) console.error(`Budget missed: ${who}, ${what}: ${budget}`)
if (missed.length > 0 && !values.quick) process.exitCode = 1

function table(all: readonly Row[]): string {
  const cells = all.map(({ what, who, cpuRatio, wallRatio, peak, more, budget, met }) => [
    what,
    who,
    cpuRatio === undefined ? '' : `${cpuRatio.toFixed(2)} ×`,
    wallRatio === undefined ? '' : `${wallRatio.toFixed(2)} ×`,
    peak === undefined ? '' : `${Math.round(peak)} MiB`,
    more ?? '',
    budget === undefined ? '' : `${budget} ${met ? '✓' : '✗'}`,
  ])
  const header = ['what', 'who', 'CPU', 'wall', 'peak', 'more', 'budget']
  const rule = ['---', '---', '---:', '---:', '---:', '---', '---']
  return [header, rule, ...cells].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

function writeBetweenMarkers(file: string, content: string): void {
  const readme = readFileSync(file, 'utf8')
  const marked = /(<!-- bench:start -->\n)[\s\S]*?(<!-- bench:end -->)/
  if (!marked.test(readme)) throw new Error(`${file} has no bench markers`)
  writeFileSync(
    file,
    readme.replace(marked, (_, start: string, end: string) => `${start}${content}\n${end}`),
  )
}
