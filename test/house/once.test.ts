import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { ROOT } from '../../scripts/actions.ts'
import { readSources } from '../../scripts/source.ts'

/** A question of the house that has one answer, how another answer would look, and where the one stands. */
const ONCE: Readonly<Record<string, { another: RegExp; broken: string; only: RegExp }>> = {
  'the parser of YAML, which is slow without its limits': {
    another:
      /\bparse(?:All)?Documents?\(|\bnew (?:yaml\.\w+|Composer|Lexer)\(|import\s*\{[^}]*\bparse\b[^}]*\}\s*from 'yaml'/,
    broken: "const { parseDocument } = await import('yaml')\nparseDocument(text)",
    only: /^shared\/text\/yaml(?:\.ts|\/)/,
  },
  'where a path lies': {
    another: /startsWith\(`\.\.\$\{(?:\w+\.)?sep\}`\)/,
    broken: ['if (way.startsWith(`..$', '{sep}`)) return'].join(''),
    only: /^shared\/files\/inside\.ts$/,
  },
  'what the event says': {
    another: /GITHUB_EVENT_PATH/,
    broken: "readFileSync(env['GITHUB_EVENT_PATH'])",
    only: /^shared\/action\/event\.ts$/,
  },
  'how @actions/github is made': {
    another: /getOctokit\(/,
    broken: 'const octokit = getOctokit(token)',
    only: /^shared\/github\/octokit\.ts$/,
  },
}

const sources = readSources('actions', 'shared').map(({ path }) => ({
  path,
  text: readFileSync(join(ROOT, path), 'utf8'),
}))

describe.each(Object.entries(ONCE))('%s', (_question, { another, broken, only }) => {
  test('has one answer in the house', () => {
    expect(broken).toMatch(another)
    const found = sources.filter(({ text }) => another.test(text)).map(({ path }) => path)
    expect(found).not.toEqual([])
    expect(found.filter((path) => !only.test(path))).toEqual([])
  })
})
