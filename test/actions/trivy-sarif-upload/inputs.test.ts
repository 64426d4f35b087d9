import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { findFiles } from '../../../shared/files/find.ts'
import { globTest } from '../../../shared/text/glob.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { log, result, said, sent } from './files.ts'

describe('a wrong input', () => {
  test.each<[Record<string, string>, RegExp]>([
    [{ 'sarif-file': '' }, /sarif-file: missing/],
    [{ scan: 'images', target: 'a' }, /scan: "images" is not one of .*Did you mean "image"/],
    [{ scan: 'image' }, /target: missing: what does `scan: image` look at/],
    [{ scan: 'image', target: '--config=x' }, /target: "--config=x" begins with a hyphen/],
    [{ target: 'app' }, /target: there is no scan of it/],
    [{ 'trivy-version': 'latest' }, /trivy-version: "latest" is no version/],
    [{ 'trivy-sha256': 'abc' }, /trivy-sha256: "abc" is no SHA-256/],
    [{ scanners: 'vuln, secrets' }, /scanners: "secrets" is not one of/],
    [{ 'trivy-args': '--format=json' }, /trivy-args: "--format" is set by this action/],
    [{ 'trivy-args': '--skip-dirs vendor' }, /trivy-args: .*write --name=value/],
    [{ 'trivy-args': 'vendor' }, /trivy-args: .*"vendor"/],
    [{ 'report-file': 'bandit' }, /report-file: "bandit" is not tool=path/],
    [{ 'report-file': 'npm=a.json' }, /report-file: "npm" is not one of .*"npm-audit"/],
    [{ 'if-missing': 'warning' }, /if-missing: "warning" is not one of "error", "warn" or "ignore"/],
    [{ ref: 'main', sha: '1'.repeat(40) }, /ref: "main" is no full ref .*Did you mean "refs\/heads\/main"/],
    [{ ref: 'refs/pull/1/base', sha: '1'.repeat(40) }, /ref: .* is no full ref/],
    [{ ref: 'refs/heads/main', sha: '4f1e2d3' }, /sha: "4f1e2d3" is no full commit id/],
    [{ upload: 'no' }, /upload: "no" is not one of/],
    [{ 'wait-timeout': '0s' }, /wait-timeout: .* too short/],
    [{ 'fail-on': 'severe' }, /fail-on: "severe" is not one of/],
    [{ 'only-new': 'yes' }, /only-new: "yes" is neither true nor false/],
    [{ 'max-findings': '3' }, /max-findings: .* is not a map/],
    [{ 'max-findings': '{hihg: 3}' }, /max-findings.hihg: .*Did you mean "high"/],
    [{ 'max-findings': '{high: -1}' }, /max-findings.high: .* is not a whole number from 0/],
    [{ 'issue-limit': '0' }, /issue-limit: "0" is out of range/],
    [{ 'issue-labels': 'x'.repeat(51) }, /issue-labels: .* 50 characters/],
    [{ annotations: '51' }, /annotations: "51" is out of range/],
    [{ category: 'a\nb' }, /category: .* is no category/],
    [{ matrix: '{' }, /matrix: .* is not JSON/],
    [{ 'output-file': '../x.sarif' }, /output-file: .* leaves the workspace/],
    [{ 'output-file': 'out/' }, /output-file: .* is a folder/],
    [{ upload: 'auto', token: '' }, /token: missing: the upload needs one/],
  ])('%j says what is right', async (inputs, words) => {
    const step = await sent(log([]), { inputs })
    expectConclusion(step, 'failure')
    expect(said(step)).toMatch(words)
    expect(said(step)).toContain('Nothing was done.')
    expect(step.files).toEqual([])
  })

  test('is told together with all others', async () => {
    const inputs = {
      scan: 'x',
      upload: 'x',
      'fail-on': 'x',
      accept: '- x',
      'max-findings': '[',
      'report-file': 'x',
      annotations: 'x',
    }
    const step = await sent(log([]), { inputs })
    expect(said(step)).toContain('7 wrong inputs')
    for (const name of Object.keys(inputs))
      expect(said(step)).toMatch(new RegExp(`(^|\\n| )${name}(\\[0])?: `))
  })
})

test('a token stands in no output, file, log line or summary', async () => {
  const token = 'ghs_S3cretToken0123456789'
  const step = await sent(log([result('r', 'a', { message: { text: `leaked ${token}` } })]), {
    inputs: { token, 'fail-on': 'any' },
  })
  expect(step.masks).toContain(token)
  const { log: shown, summary, outputs } = step
  expect(JSON.stringify({ shown, summary, outputs })).not.toContain(token)
})

describe('globs', () => {
  test.each<[string, string, boolean]>([
    ['a.sarif', 'a.sarif', true],
    ['*.sarif', 'a.sarif', true],
    ['*.sarif', 'b/a.sarif', false],
    ['**/*.sarif', 'a.sarif', true],
    ['**/*.sarif', 'b/c/a.sarif', true],
    ['b/**', 'b/c/a', true],
    ['b/**/a', 'b/a', true],
    ['b/**/a', 'bc/a', false],
    ['**a', 'x/y/a', true],
    ['?.ts', 'a.ts', true],
    ['?.ts', '/.ts', false],
    ['a[1].ts', 'a[1].ts', true],
    ['a.ts', 'aXts', false],
    [`${'*a'.repeat(40)}b`, 'a'.repeat(400), false],
    [`${'**/'.repeat(40)}b`, 'a/'.repeat(400), false],
  ])('%s and %s: %j', (glob, path, expected) => {
    expect(globTest(glob)(path)).toBe(expected)
  })

  test('find files in order, follow no links to folders, and keep out of .git', () => {
    const folder = tempFolder('nexus-glob-')
    for (const path of ['a.sarif', 'b/c.sarif', 'b/d/e.sarif', '.git/f.sarif', 'g.txt']) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), '')
    }
    symlinkSync(folder, join(folder, 'loop'))
    const found = (glob: string): string[] =>
      findFiles(glob, folder).map((path) => path.slice(folder.length + 1))
    expect(found('**/*.sarif')).toEqual(['a.sarif', 'b/c.sarif', 'b/d/e.sarif'])
    expect(found('./*.sarif')).toEqual(['a.sarif'])
    expect(found('b/*/*.sarif')).toEqual(['b/d/e.sarif'])
    expect(found(`${folder}/b/*.sarif`)).toEqual(['b/c.sarif'])
    expect(found('no/*.sarif')).toEqual([])
  })
})

test('with `upload: never` it does not matter what the results belong to', async () => {
  const step = await sent(log([result()]), {
    inputs: { token: '' },
    event: { name: 'workflow_run', payload: {} },
    context: { ref: '', sha: '', repository: '' },
  })
  expectConclusion(step, 'success')
  expect(step.outputs).toMatchObject({ total: '1', 'skipped-reason': 'never' })
})
