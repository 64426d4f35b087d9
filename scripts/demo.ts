import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { messageOf } from '../shared/action/errors.ts'
import { tempFolder } from '../test/support/runner/cleanup.ts'
import { paint } from './action/terminal.ts'
import { ROOT } from './actions.ts'
import { type Arrived, pageOf } from './demo/page/page.ts'
import { type Arrival, departure, type Wagon } from './demo/train.ts'

// Ctrl-C ends the services too, which are stopped when this process exits.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130))

const { values } = parseArgs({ options: { out: { type: 'string' }, repo: { type: 'string' } } })
const out = resolve(
  process.env['INIT_CWD'] ?? '.',
  values.out ?? join(ROOT, '.scratch', 'demo', 'index.html'),
)

const folder = join(import.meta.dirname, 'demo', 'wagons')
const names = readdirSync(folder).filter((name) => name.endsWith('.ts'))
const train = departure(tempFolder('nexus-demo-'))
const arrived: Arrived[] = []

console.log(
  `${paint.bold('The release train')}: ${names.length} wagons, everything on this machine, no network.`,
)
for (const [index, name] of names.sort().entries()) {
  const { wagon } = (await import(`./demo/wagons/${name}`)) as { wagon: Wagon }
  console.log(`\n${paint.bold(`${index + 1}/${names.length}  ${wagon.title}`)}`)
  const startedAt = performance.now()
  const {
    steps,
    claims,
    traffic = [],
  } = await wagon.run(train).catch(
    (error: unknown): Arrival => ({
      steps: [],
      claims: { [`the wagon ran to its end: ${messageOf(error)}`]: false },
    }),
  )
  for (const [claim, holds] of Object.entries(claims)) {
    train.say(`${holds ? paint.green('✔') : paint.red('✖ not so:')} ${claim}`)
  }
  const isGood = steps.every(({ expected, result }) => result.conclusion === expected)
  arrived.push({
    wagon,
    steps,
    claims,
    traffic,
    asIntended: isGood && Object.values(claims).every(Boolean),
    durationMs: performance.now() - startedAt,
  })
}

mkdirSync(dirname(out), { recursive: true })
writeFileSync(out, pageOf(arrived))
const derailed = arrived.filter(({ asIntended }) => !asIntended)
console.log(
  derailed.length === 0
    ? `\n${paint.green('●')} Every wagon did what was intended (a red step, too, where red was intended).`
    : `\n${paint.red('●')} Not as intended: ${derailed.map(({ wagon }) => wagon.title).join(', ')}.`,
)
console.log(`The page with every job summary: ${out}`)
// Services still run; they end with this process.
process.exit(derailed.length === 0 ? 0 : 1)
