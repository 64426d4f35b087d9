import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { actionNames, type Manifest, ROOT, readManifest } from '../../scripts/actions.ts'
import { withTables } from '../../scripts/readme-tables.ts'
import { parseSource, readSources } from '../../scripts/source.ts'

/** The least that an action has to be given so that its inputs are right. A new action adds its line. */
const LEAST: Record<string, Record<string, string>> = {
  'blue-green-switch': {
    target: 'command',
    'target-config': '{ read: [./read], write: [./write] }',
    ...{ checks: 'none', verify: 'none' },
  },
  changelog: { token: 'x', to: 'main' },
  'delivery-metrics': { token: 'x', repositories: 'octo/demo', until: '2026-12-01' },
  'health-check': { url: 'http://127.0.0.1:8080/' },
  'semver-tag': { token: 'x', sha: '4f1e2d3c5b6a79880716253443526170f1e2d3c4' },
  'trivy-sarif-upload': { token: 'x', 'sarif-file': 'results.sarif', matrix: 'null' },
}

interface InputsRoom {
  readInputs(env: NodeJS.ProcessEnv): Promise<unknown>
}

describe.each(actionNames())('%s', (action) => {
  const manifest = readManifest(action)
  const room = import(`../../actions/${action}/inputs.ts`) as Promise<InputsRoom>
  const least = LEAST[action] ?? {}

  test('action.yml has the form of the house', () => {
    expect(manifestProblems(manifest, action)).toEqual([])
  })

  test('every input is read, and nothing else', async () => {
    const read = new Set<string>()
    const env = new Proxy(variables(least), {
      get: (target, name) => {
        if (/^INPUT_/.test(String(name))) read.add(String(name))
        return target[String(name)]
      },
    })
    await (await room).readInputs(env)
    const names = Object.keys(manifest.inputs ?? {})
    expect([...read].sort()).toEqual(
      Object.keys(variables(Object.fromEntries(names.map((name) => [name, ''])))).sort(),
    )
  })

  test('the defaults of action.yml are those of the code', async () => {
    const { readInputs } = await room
    const defaults = Object.entries(manifest.inputs ?? {}).map(([name, { default: value }]) => [
      name,
      value ?? '',
    ])
    const given = await readInputs(variables({ ...Object.fromEntries(defaults), ...least }))
    expect(given).toEqual(await readInputs(variables(least)))
    expect(given).not.toEqual(await readInputs(variables({ ...least, 'dry-run': 'true' })))
  })

  test('every output is set', () => {
    const texts = readSources('shared/action', `actions/${action}`)
      .filter(({ path }) => /\/(report|outputs)\.ts$/.test(path))
      .flatMap((source) => [...source.texts])
    expect(Object.keys(manifest.outputs ?? {}).filter((output) => !texts.includes(output))).toEqual([])
  })

  test('the README is in step', () => {
    const readme = readFileSync(join(ROOT, 'actions', action, 'README.md'), 'utf8')
    expect(withTables(readme, manifest, action)).toBe(readme)
  })
})

describe('these tests see', () => {
  const good: Manifest = {
    name: 'A',
    description: 'a',
    inputs: { 'dry-run': { description: 'Only print | say.', default: 'false' } },
    outputs: { result: { description: 'All.' }, 'result-file': { description: 'All of it.' } },
    runs: { using: 'node24', main: '../../dist/a/index.js' },
  }

  test.each<[string, Partial<Manifest>]>([
    ['another runtime', { runs: { ...good.runs, using: 'node20' } }],
    ["another action's bundle", { runs: { ...good.runs, main: '../../dist/b/index.js' } }],
    ['a missing description', { inputs: { ...good.inputs, a: { description: ' ' } } }],
    [
      'a default that is no text',
      { inputs: { ...good.inputs, a: { description: 'a', default: 1 as never } } },
    ],
    ['a missing dry run', { inputs: {} }],
    ['a missing result', { outputs: {} }],
  ])('%s', (_, change) => {
    expect(manifestProblems(good, 'a')).toEqual([])
    expect(manifestProblems({ ...good, ...change }, 'a')).not.toEqual([])
  })

  test('a README out of step, and one without a place for a table', () => {
    const places = ['inputs', 'outputs', 'usage'].map(
      (name) => `<!-- ${name}:start -->\n<!-- ${name}:end -->\n`,
    )
    const readme = withTables(places.join('text\n'), good, 'a')
    expect(withTables(readme, good, 'a')).toBe(readme)
    expect(readme).toContain('| `dry-run` | `false` | Only print \\| say. |')
    expect(readme).toContain("    # Only print | say.\n    dry-run: 'false'\n")
    expect(withTables(readme.replace('`false`', '`true`'), good, 'a')).toBe(readme)
    expect(() => withTables(places.slice(1).join(''), good, 'a')).toThrow('inputs:start')
  })

  test('an output in a report', () => {
    const { texts } = parseSource('actions/a/report.ts', "setOutputs({ healthy: true, 'p95-ms': 1 })")
    expect([...texts]).toEqual(['healthy', 'p95-ms'])
  })
})

/** As the runner hands inputs over. */
function variables(inputs: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  )
}

function manifestProblems(
  { name, description, inputs = {}, outputs = {}, runs }: Manifest,
  action: string,
): string[] {
  const problems: string[] = []
  if (!name || !description) problems.push('name and description')
  if (runs.using !== 'node24') problems.push(`runs on ${runs.using}`)
  for (const file of [runs.main, runs.pre, runs.post]) {
    if (file !== undefined && !file.startsWith(`../../dist/${action}/`)) problems.push(`starts ${file}`)
  }
  for (const [key, item] of Object.entries({ ...inputs, ...outputs })) {
    if (!item.description?.trim()) problems.push(`${key} has no description`)
    if ('default' in item && typeof item.default !== 'string')
      problems.push(`the default of ${key} is no text`)
  }
  if (inputs['dry-run'] === undefined) problems.push('no dry-run')
  for (const output of ['result', 'result-file'])
    if (outputs[output] === undefined) problems.push(`no ${output}`)
  return problems
}
