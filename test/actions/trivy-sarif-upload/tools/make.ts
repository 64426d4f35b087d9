// node test/actions/trivy-sarif-upload/tools/make.ts [tool...] — writes the SARIF files beside this file by running the
// tools themselves on the sources of sources.ts. They have to be on PATH; ESLint needs its formatter beside it. Of the
// reports only the folder in which the tools ran is changed, and long help texts of rules are cut.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PLACE, SOURCES } from './sources.ts'

const SEMGREP = `rules:
  - id: python-eval
    languages: [python]
    severity: ERROR
    message: eval() on text that is not ours
    pattern: eval(...)
    metadata: { security-severity: "9.1", cwe: "CWE-95" }
  - id: python-shell
    languages: [python]
    severity: WARNING
    message: a shell runs $CMD
    pattern: subprocess.call($CMD, shell=True)
`
const ESLINT = `module.exports = [{ files: ['**/*.js'], rules: { 'no-cond-assign': 'error', 'no-debugger': 'error', 'no-dupe-keys': 'error', 'no-eval': 'warn', 'no-unused-vars': 'warn' } }]
`

/** Tool → program and arguments; \`OUT\` is the report, which otherwise comes on standard output. */
const TOOLS: Record<string, readonly [string, ...string[]]> = {
  bandit: ['bandit', '-q', '-r', '-f', 'sarif', '-o', 'OUT', 'src'],
  checkov: [
    'checkov',
    '-d',
    '.',
    '--framework',
    'dockerfile',
    '-o',
    'sarif',
    '--output-file-path',
    'DIR',
    '--quiet',
  ],
  eslint: [
    'eslint',
    '-c',
    'eslint.config.cjs',
    '-f',
    '@microsoft/eslint-formatter-sarif',
    'src',
    '-o',
    'OUT',
  ],
  gitleaks: ['gitleaks', 'dir', '.', '--redact', '-f', 'sarif', '-r', 'OUT'],
  ruff: ['ruff', 'check', '--select', 'F,S', '--output-format', 'sarif', '-o', 'OUT', 'src'],
  semgrep: [
    'semgrep',
    'scan',
    '--metrics=off',
    '--disable-version-check',
    '--config',
    'semgrep.yml',
    '--sarif',
    '-o',
    'OUT',
    'src',
  ],
  spectral: ['spectral', 'lint', '-r', 'spectral.yml', '-f', 'sarif', '-o', 'OUT', 'api/openapi.yaml'],
  trivy: [
    'trivy',
    'fs',
    '--scanners',
    'secret,misconfig',
    '--skip-check-update',
    '-q',
    '-f',
    'sarif',
    '-o',
    'OUT',
    '.',
  ],
  zizmor: ['zizmor', '--offline', '--quiet', '--format', 'sarif', '.'],
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(TOOLS)
for (const tool of wanted) {
  const folder = mkdtempSync(join(tmpdir(), 'nexus-tools-'))
  try {
    const place = join(folder, 'app')
    for (const [path, text] of Object.entries({
      ...SOURCES,
      'semgrep.yml': SEMGREP,
      'eslint.config.cjs': ESLINT,
      'spectral.yml': 'extends: ["spectral:oas"]\n',
    })) {
      mkdirSync(dirname(join(place, path)), { recursive: true })
      writeFileSync(join(place, path), text)
    }
    const out = join(folder, 'results_sarif.sarif')
    const [program, ...rest] = TOOLS[tool] ?? ['', '']
    const argv = rest.map((argument) => (argument === 'OUT' ? out : argument === 'DIR' ? folder : argument))
    const { stdout, stderr, status, error } = spawnSync(program, argv, { cwd: place, encoding: 'utf8' })
    const text = rest.some((argument) => argument === 'OUT' || argument === 'DIR')
      ? readFileSync(out, 'utf8')
      : stdout
    if (error !== undefined || text === '')
      throw new Error(`${tool}: ${error?.message ?? `status ${status}: ${stderr}`}`)
    const report = JSON.parse(text.replaceAll(place, PLACE).replaceAll(folder, '/home/runner/work')) as object
    writeFileSync(join(import.meta.dirname, `${tool}.sarif`), `${JSON.stringify(report, shortened, 1)}\n`)
    console.log(`${tool}: ${text.length} characters`)
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Help of rules is long, and of no interest here. Configuration notes carry paths of the machine. */
function shortened(key: string, value: unknown): unknown {
  if (key === 'help' || key === 'fullDescription') {
    const text = (value as { text?: string }).text ?? ''
    return { text: text.slice(0, 80) }
  }
  return value
}
