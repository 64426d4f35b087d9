import type { Source } from '../../scripts/source.ts'

/** One rule about TypeScript files, with files that break it, so that no rule can pass because it sees nothing. */
export interface Rule {
  rule: string
  /** What is wrong with this file; nothing when it keeps the rule, or the rule is not about it. */
  violations: (source: Source) => string[]
  /** Path → content. */
  broken: Record<string, string>
  kept: Record<string, string>
}

const ACTION = /^actions\/([^/]+)\//
const ROOM = /^actions\/[^/]+\/(main|post|model|inputs|observe|plan|apply|report|summary)\.ts$/
const PURE = /^shared\/(text|version|commits)\//
const PLAN = /^actions\/[^/]+\/plan\.ts$/

/** Modules without I/O, clock or state. */
const PURE_MODULES = new Set([
  'node:buffer',
  'node:url',
  'node:util',
  'mustache',
  'semver/classes/semver.js',
  'yaml',
  // A pattern with a limit of time.
  'node:vm',
])
/** These work on what they are given, but for what has to do with the working folder or with chance. */
const MOSTLY_PURE = new Map([
  ['node:path', /^(resolve|relative)$/],
  ['node:crypto', /^(random|generate)/],
])
/** Globals that are I/O, clock, chance, or a way around this list. */
const IMPURE_GLOBALS =
  /^(process|fetch|console|performance|crypto|navigator|globalThis|global|require|eval|set(Timeout|Interval|Immediate)|Date\.now|new Date\(\)|Date\(\)|Math\.random)$/
/** What may be taken from `node:fs` outside apply.ts. */
const READS =
  /^(access|exists|l?stat|fstat|realpath|readFile|readdir|readlink|opendir|createReadStream|constants|Stats|Dirent)(Sync)?$/

const from = (source: Source, names: RegExp): string[] =>
  source.imports.flatMap((item) =>
    item.names.filter((name) => names.test(name)).map((name) => `${name} from ${item.from}`),
  )

/** What in one file is not pure; for what it imports from this repository look there. */
export const impurityOf = (source: Source): string[] => [
  ...source.imports
    .filter(({ isType, from: to, names }) => !isType && !isOurs(to) && !isPureModule(to, names))
    .map(({ from: to }) => to),
  ...globals(source, IMPURE_GLOBALS),
]

function isPureModule(path: string, names: readonly string[]): boolean {
  const impure = MOSTLY_PURE.get(path)
  return impure === undefined ? PURE_MODULES.has(path) : !names.some((name) => impure.test(name))
}

const globals = (source: Source, names: RegExp): string[] =>
  [...source.globals].filter((use) => names.test(use))

export const RULES: readonly Rule[] = [
  {
    rule: 'actions import shared code and packages, never another action',
    violations: ({ path, imports }) => {
      const action = ACTION.exec(path)?.[0]
      if (action === undefined) return []
      return imports
        .map((item) => item.from)
        .filter((to) => isOurs(to) && !to.startsWith(action) && !to.startsWith('shared/'))
    },
    broken: {
      'actions/a/plan.ts': "import { b } from '../b/plan.ts'",
      'actions/a/observe.ts': "import type { B } from '../b/plan.ts'",
      'actions/a/report.ts': "const b = await import('../b/plan.ts')",
      'actions/a/sinks/x.ts': "export { b } from '../../b/plan.ts'",
      'actions/a/main.ts': "import { bundle } from '../../scripts/bundle.ts'",
    },
    kept: {
      'actions/a/main.ts':
        "import { p } from './plan.ts'\nimport { run } from '../../shared/action/run.ts'\nimport 'yaml'",
    },
  },
  {
    rule: 'shared code knows no action',
    violations: ({ path, imports }) =>
      path.startsWith('shared/')
        ? imports.map((item) => item.from).filter((to) => isOurs(to) && !to.startsWith('shared/'))
        : [],
    broken: {
      'shared/text/x.ts': "import type { Plan } from '../../actions/a/plan.ts'",
      'shared/http/x.ts': "import { server } from '../../test/support/server.ts'",
    },
    kept: {
      'shared/http/x.ts': "import { list } from '../text/list.ts'\nimport { readFileSync } from 'node:fs'",
    },
  },
  {
    rule: 'text, version and commits are pure, and so is every plan',
    violations: (source) => {
      if (!PURE.test(source.path) && !PLAN.test(source.path)) return []
      const impure = source.imports
        .map((item) => item.from)
        .filter((to) => (isOurs(to) ? PURE.test(source.path) && !PURE.test(to) : !PURE_MODULES.has(to)))
      return [...impure, ...globals(source, IMPURE_GLOBALS)]
    },
    broken: {
      'shared/text/a.ts': "import { readFileSync } from 'node:fs'",
      'shared/text/b.ts': "import * as core from '@actions/core'",
      'shared/text/c.ts': "import { messageOf } from '../action/errors.ts'",
      'shared/version/a.ts': 'export const a = (): number => Date.now()',
      'shared/version/b.ts': 'export const b = new Date()',
      'shared/version/c.ts': 'export const c = Math.random()',
      'shared/commits/a.ts': "export const a = process.env['A']",
      'shared/commits/b.ts': "export const b = async () => fetch('http://a')",
      'shared/commits/c.ts': 'export const c = globalThis',
      'actions/a/plan.ts': "export const now = performance['now']()",
    },
    kept: {
      'shared/text/a.ts':
        "import { cut } from './untrusted.ts'\nexport const f = (fetch: () => string, now: number) => fetch() + new Date(now).toISOString()",
      'shared/http/a.ts': 'export const now = Date.now()',
      'actions/a/plan.ts':
        "import type { Inputs } from './inputs.ts'\nexport const plan = (inputs: Inputs) => ({ process: inputs })",
    },
  },
  {
    rule: 'only inputs.ts reads inputs',
    violations: (source) => {
      if (/^actions\/[^/]+\/inputs\.ts$/.test(source.path) || source.path === 'shared/action/inputs.ts')
        return []
      return [
        ...from(source, /^(inputReader|get(Boolean|Multiline)?Input)$/),
        ...[...source.texts].filter((text) => /\bINPUT_/.test(text)),
      ]
    },
    broken: {
      'actions/a/plan.ts': "import { inputReader } from '../../shared/action/inputs.ts'",
      'actions/a/report.ts': "import * as core from '@actions/core'\ncore.getInput('x')",
      'shared/http/a.ts': "export const url = (env: NodeJS.ProcessEnv) => env['INPUT_URL']",
      'shared/http/b.ts': 'export const url = (env: NodeJS.ProcessEnv) => env[`INPUT_URL`]',
    },
    kept: {
      'actions/a/inputs.ts': "import { inputReader } from '../../shared/action/inputs.ts'",
      'shared/probe/a.ts': "import { rules } from '../action/inputs.ts'",
    },
  },
  {
    rule: 'only apply.ts and its folder write to the world (as far as imports tell)',
    violations: (source) => {
      if (!ACTION.test(source.path) || /^actions\/[^/]+\/apply(\.ts$|\/)/.test(source.path)) return []
      return source.imports.flatMap((item) => {
        if (item.from === 'node:child_process') return [item.from]
        if (!/^(node:)?fs(\/promises)?$/.test(item.from)) return []
        return item.names.filter((name) => !READS.test(name)).map((name) => `${name} from ${item.from}`)
      })
    },
    broken: {
      'actions/a/observe.ts': "import { writeFileSync } from 'node:fs'",
      'actions/a/report.ts': "import { rm } from 'node:fs/promises'",
      'actions/a/plan.ts': "import * as fs from 'node:fs'\nfs.readFileSync('x')",
      'actions/a/main.ts': "import fs from 'node:fs'",
      'actions/a/sinks/x.ts': "import { spawn } from 'node:child_process'",
    },
    kept: {
      'actions/a/apply.ts': "import { writeFileSync } from 'node:fs'",
      'actions/a/apply/file.ts': "import { renameSync } from 'node:fs'",
      'actions/a/observe.ts': "import { readFileSync, realpathSync, statSync } from 'node:fs'",
    },
  },
  {
    rule: 'only report.ts sets outputs and writes the summary',
    violations: (source) => {
      if (/^actions\/[^/]+\/report\.ts$/.test(source.path)) return []
      if (/^shared\/action\/(outputs|summary)\.ts$/.test(source.path)) return []
      return [
        ...from(source, /^(setOutputs?|setOutputFile|setResult|writeSummary|exportVariable|addPath)$/),
        ...[...source.texts].filter((text) => /^GITHUB_(OUTPUT|STEP_SUMMARY|ENV|PATH)$/.test(text)),
      ]
    },
    broken: {
      'actions/a/main.ts': "import { setOutputs } from '../../shared/action/outputs.ts'",
      'actions/a/apply.ts': "import { writeSummary } from '../../shared/action/summary.ts'",
      'shared/http/a.ts': "import * as core from '@actions/core'\ncore.setOutput('a', 1)",
      'shared/probe/a.ts': "export const file = process.env['GITHUB_OUTPUT']",
    },
    kept: { 'actions/a/report.ts': "import { setOutputs } from '../../shared/action/outputs.ts'" },
  },
  {
    rule: 'only shared/action/run.ts decides the exit',
    violations: (source) => {
      if (source.path === 'shared/action/run.ts') return []
      return [
        ...globals(source, /^process\.(exit|exitCode|reallyExit|abort)$/),
        ...from(source, /^(exit|exitCode|abort|setFailed)$/),
      ]
    },
    broken: {
      'actions/a/main.ts': 'process.exitCode = 1',
      'shared/http/a.ts': "process['exit'](1)",
      'shared/http/b.ts': "import { exit } from 'node:process'",
      'actions/a/report.ts': "import * as core from '@actions/core'\ncore.setFailed('x')",
    },
    kept: {
      'shared/action/run.ts': 'process.exitCode = 1',
      'shared/http/a.ts': 'export const exit = { exitCode: 1 }',
    },
  },
  {
    rule: 'the files of an action are its rooms; further ones live in folders',
    violations: ({ path }) =>
      /^actions\/[^/]+\/[^/]+\.ts$/.test(path) && !ROOM.test(path) ? ['not a room'] : [],
    broken: { 'actions/a/utils.ts': '' },
    kept: { 'actions/a/apply.ts': '', 'actions/a/sinks/slack.ts': '' },
  },
  {
    rule: 'no barrel files',
    violations: ({ path, isBarrel }) => (isBarrel || /\/index\.ts$/.test(path) ? ['a barrel'] : []),
    broken: {
      'shared/text/index.ts': 'export const a = 1',
      'shared/text/all.ts': "export * from './list.ts'",
    },
    kept: { 'shared/text/a.ts': "export { b } from './b.ts'\nexport const a = 1" },
  },
  {
    rule: 'a file has at most 300 lines',
    violations: ({ lines }) => (lines > 300 ? [`${lines} lines`] : []),
    broken: { 'shared/text/a.ts': '\n'.repeat(300).concat('export {}') },
    kept: { 'shared/text/a.ts': '\n'.repeat(299).concat('export {}\n') },
  },
]

function isOurs(path: string): boolean {
  return /^(\.\.|actions|shared|scripts|test|bench|bundle|dist)\//.test(path)
}
