import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../shared/action/errors.ts'
import { type Manifest, readManifest } from '../test/support/runner/manifest.ts'
import { maskText } from '../test/support/runner/masks.ts'
import { runPost, type StepResult, startAction } from '../test/support/runner.ts'
import { parseArguments } from './action/arguments.ts'
import { terminalMarkdown } from './action/markdown.ts'
import { logPrinter, paint } from './action/terminal.ts'
import { actionNames, ROOT } from './actions.ts'

/** The longest output that is printed whole; `result` may have 16 KiB. */
const MAX_OUTPUT = 600

// npm runs scripts in the folder of package.json; paths and the workspace are meant where the person is.
process.chdir(process.env['INIT_CWD'] ?? '.')

const [target, ...rest] = process.argv.slice(2)
if (target === undefined || target === '--help' || target === '-h') list()
else await run(target, rest).catch((error: unknown) => refuse([messageOf(error)]))

/** Runs one action in the current folder as the runner would, and its post phase when it has one. */
async function run(target: string, rest: readonly string[]): Promise<void> {
  const parsed = parseArguments(target, rest, actionNames())
  if ('problems' in parsed) return refuse(parsed.problems)
  const step = startAction({
    ...parsed,
    workspace: process.cwd(),
    // Kept, so that the file of the output `result-file` can be opened.
    temp: join(ROOT, '.scratch', 'action'),
    debug: process.env['RUNNER_DEBUG'] === '1',
    onLine: logPrinter(),
    deadlineMs: 24 * 3_600_000,
  })
  // Ctrl-C cancels the step as the runner would; the exit code is the step's.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => void step.cancel())
  const result = await step.finished
  show(result)
  const post = readManifest(parsed.action).runs.post === undefined ? undefined : await runPost(result)
  process.exitCode =
    result.conclusion === 'success' && post?.conclusion !== 'failure' ? 0 : result.exitCode || 1
}

/** Nothing was run. */
function refuse(problems: readonly string[]): void {
  for (const problem of problems) console.error(`${paint.red('✖')} ${problem}`)
  process.exitCode = 2
}

function show(result: StepResult): void {
  const masked = (text: string): string => maskText(text, result.masks)
  const outputs = Object.entries(result.outputs)
  if (outputs.length > 0) console.log(`\n${paint.bold('Outputs')}`)
  const width = Math.max(...outputs.map(([name]) => name.length))
  for (const [name, value] of outputs) {
    const text = masked(value)
    const cut = text.length > MAX_OUTPUT ? `${text.slice(0, MAX_OUTPUT)}… (${text.length} characters)` : text
    console.log(`  ${paint.cyan(name.padEnd(width))}  ${cut.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`)
  }
  if (result.summary !== '') {
    console.log(`\n${paint.bold('Summary')}\n`)
    console.log(terminalMarkdown(masked(result.summary), paint).replace(/^(?=.)/gm, '  '))
  }
  const colour = result.conclusion === 'success' ? paint.green : paint.red
  const how = result.signal === null ? `exit code ${result.exitCode}` : result.signal
  console.log(`\n${colour(`● ${result.conclusion}`)} (${how}, ${Math.round(result.durationMs)} ms)`)
}

function list(): void {
  console.log('npm run action -- <name or folder> [input=value | input=@file]...\n')
  for (const name of actionNames()) {
    const manifest = readManifest(name)
    const isBuilt = existsSync(join(manifest.folder, manifest.runs.main))
    console.log(`${paint.bold(name)}  ${manifest.description}${isBuilt ? '' : ' (not built: npm run build)'}`)
    printInputs(manifest)
    console.log()
  }
}

function printInputs(manifest: Manifest): void {
  const width = Math.max(0, ...[...manifest.inputs.keys()].map((name) => name.length))
  for (const [name, input] of manifest.inputs) {
    const fallback = input.default === '' ? '' : ` ${paint.dim(`[${input.default}]`)}`
    console.log(`  ${paint.cyan(name.padEnd(width))}  ${input.description.replace(/\s+/g, ' ')}${fallback}`)
  }
}
