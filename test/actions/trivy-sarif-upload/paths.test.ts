import { describe, expect, test } from '@jest/globals'
import { expectConclusion } from '../../support/runner.ts'
import { log, read, result, said, sent } from './files.ts'

/** A repository in which some names stand more than once. */
const FILES: Record<string, string> = {
  'a.py': 'import os\n',
  'src/a.py': 'import re\n',
  'src/b c.py': 'import sys\n',
  'services/api/src/a.py': 'import json\n',
  'services/api/src/only-api.py': 'import csv\n',
  'services/web/src/only-web.ts': 'export {}\n',
  'infra/main.tf': 'resource "a" "b" {}\n',
  'lib/über.py': 'import io\n',
}

interface Layout {
  uris: string[]
  /** The run beside its tool and results. */
  run?: object
  inputs?: Record<string, string>
  /** Where the report is. */
  report?: string
  /** Where results are, relative to the top of the repository. */
  expected: string[]
}

const bases = (entries: Record<string, object>): object => ({ originalUriBaseIds: entries })
const at = (workingDirectory: object): object => ({
  invocations: [{ executionSuccessful: true, workingDirectory }],
})

const LAYOUTS: [string, Layout][] = [
  ['relative to the top', { uris: ['src/a.py'], expected: ['src/a.py'] }],
  ['with a dot', { uris: ['./src/a.py'], expected: ['src/a.py'] }],
  ['with dots inside', { uris: ['services/../src/a.py'], expected: ['src/a.py'] }],
  ['with backslashes', { uris: ['src\\a.py'], expected: ['src/a.py'] }],
  ['with a blank', { uris: ['src/b c.py'], expected: ['src/b c.py'] }],
  ['with a blank, encoded', { uris: ['src/b%20c.py'], expected: ['src/b c.py'] }],
  ['with an umlaut', { uris: ['lib/über.py'], expected: ['lib/über.py'] }],
  [
    'a file URI of the runner',
    { uris: ['file:///home/runner/work/demo/demo/src/a.py'], expected: ['src/a.py'] },
  ],
  [
    'a path of the runner',
    { uris: ['/home/runner/work/demo/demo/services/api/src/a.py'], expected: ['services/api/src/a.py'] },
  ],
  ['a path of a job in a container', { uris: ['/__w/demo/demo/src/a.py'], expected: ['src/a.py'] }],
  ['a path of a container action', { uris: ['/github/workspace/src/a.py'], expected: ['src/a.py'] }],
  ['a path of Windows', { uris: ['D:\\a\\demo\\demo\\src\\a.py'], expected: ['src/a.py'] }],
  ['a file URI of Windows', { uris: ['file:///D:/a/demo/demo/src/a.py'], expected: ['src/a.py'] }],
  ['a path of macOS', { uris: ['/Users/runner/work/demo/demo/src/a.py'], expected: ['src/a.py'] }],
  ['a path of GitLab', { uris: ['/builds/team/demo/src/a.py'], expected: ['src/a.py'] }],
  [
    'a mount at /src',
    { uris: ['/src/src/a.py', '/src/infra/main.tf'], expected: ['src/a.py', 'infra/main.tf'] },
  ],
  [
    'a mount at /src whose folder has that name, too',
    { uris: ['/src/a.py', '/src/infra/main.tf'], expected: ['a.py', 'infra/main.tf'] },
  ],
  [
    'a mount at /workspace',
    { uris: ['/workspace/services/web/src/only-web.ts'], expected: ['services/web/src/only-web.ts'] },
  ],
  [
    'a mount of a folder of the repository',
    {
      uris: ['/code/src/only-api.py'],
      run: at({ uri: 'services/api' }),
      expected: ['services/api/src/only-api.py'],
    },
  ],
  [
    'files that are gone, on a known runner',
    { uris: ['/home/runner/work/demo/demo/old/gone.py'], expected: ['old/gone.py'] },
  ],
  [
    'a file that is gone beside one that is there',
    { uris: ['/mnt/x/src/a.py', '/mnt/x/src/gone.py'], expected: ['src/a.py', 'src/gone.py'] },
  ],
  [
    'checkout-path',
    { uris: ['src/a.py'], inputs: { 'checkout-path': 'services/api' }, expected: ['services/api/src/a.py'] },
  ],
  [
    'checkout-path with a dot and a slash',
    {
      uris: ['src/a.py'],
      inputs: { 'checkout-path': './services/api/' },
      expected: ['services/api/src/a.py'],
    },
  ],
  [
    'checkout-path, and a file that is not there',
    {
      uris: ['src/gone.py'],
      inputs: { 'checkout-path': 'services/api' },
      expected: ['services/api/src/gone.py'],
    },
  ],
  [
    'checkout-path, and paths that begin at the top all the same',
    {
      uris: ['services/api/src/a.py'],
      inputs: { 'checkout-path': 'services/api' },
      expected: ['services/api/src/a.py'],
    },
  ],
  [
    'paths of a folder of which nothing is said',
    {
      uris: ['src/only-api.py'],
      report: 'services/api/report.sarif',
      expected: ['services/api/src/only-api.py'],
    },
  ],
  [
    'a working directory',
    {
      uris: ['src/only-api.py'],
      run: at({ uri: 'file:///home/runner/work/demo/demo/services/api/' }),
      expected: ['services/api/src/only-api.py'],
    },
  ],
  [
    'a working directory that is relative',
    {
      uris: ['src/only-api.py'],
      run: at({ uri: 'services/api' }),
      expected: ['services/api/src/only-api.py'],
    },
  ],
  [
    'a working directory with a base',
    {
      uris: ['src/only-web.ts'],
      run: { ...at({ uri: 'services/web', uriBaseId: 'R' }), ...bases({ R: { uri: 'file:///x/y/' } }) },
      expected: ['services/web/src/only-web.ts'],
    },
  ],
  [
    'a base',
    {
      uris: ['%R%src/a.py'],
      run: bases({ R: { uri: 'file:///home/runner/work/demo/demo/' } }),
      expected: ['src/a.py'],
    },
  ],
  [
    'a base that is a folder of the repository',
    {
      uris: ['%R%src/a.py'],
      run: bases({ R: { uri: 'file:///__w/demo/demo/services/api/' } }),
      expected: ['services/api/src/a.py'],
    },
  ],
  [
    'a base below a base',
    {
      uris: ['%API%src/a.py'],
      run: bases({ API: { uri: 'services/api/', uriBaseId: 'R' }, R: { uri: 'file:///github/workspace/' } }),
      expected: ['services/api/src/a.py'],
    },
  ],
  [
    'a base below one whose place is open',
    {
      uris: ['%API%src/a.py'],
      run: bases({ API: { uri: 'services/api/', uriBaseId: 'R' }, R: {} }),
      expected: ['services/api/src/a.py'],
    },
  ],
  ['a base that nobody knows', { uris: ['%X%src/a.py'], expected: ['src/a.py'] }],
  [
    'a base in a circle',
    {
      uris: ['%A%src/a.py'],
      run: bases({ A: { uri: '', uriBaseId: 'B' }, B: { uri: '', uriBaseId: 'A' } }),
      expected: ['src/a.py'],
    },
  ],
  [
    'a base elsewhere of files that are not here',
    { uris: ['%R%gone.py'], run: bases({ R: { uri: 'file:///tmp/q/' } }), expected: ['gone.py'] },
  ],
  [
    'a single file as root',
    {
      uris: ['%R%main.tf'],
      run: bases({ R: { uri: 'file:///home/runner/work/demo/demo/infra/' } }),
      expected: ['infra/main.tf'],
    },
  ],
  [
    'a list of artifacts',
    {
      uris: ['#0'],
      run: { artifacts: [{ location: { uri: '/home/runner/work/demo/demo/src/a.py' } }] },
      expected: ['src/a.py'],
    },
  ],
  ['a path that leads out', { uris: ['../../etc/passwd'], expected: ['etc/passwd'] }],
  ['a path of the system', { uris: ['/usr/lib/x.py'], expected: ['usr/lib/x.py'] }],
]

describe('the file that exists', () => {
  test.each(LAYOUTS)('%s', async (_, { uris, run = {}, inputs = {}, report = 'report.sarif', expected }) => {
    const results = uris.map((uri) => {
      const [, base, path = uri] = /^%(\w+)%(.*)$/.exec(uri) ?? []
      const artifactLocation = uri.startsWith('#')
        ? { index: Number(uri.slice(1)) }
        : { uri: path, ...(base === undefined ? {} : { uriBaseId: base }) }
      return result('r', '', {
        locations: [{ physicalLocation: { artifactLocation, region: { startLine: 1 } } }],
      })
    })
    const step = await sent(undefined, {
      files: { ...FILES, [report]: JSON.stringify({ version: '2.1.0', ...log(results, {}, run) }) },
      inputs: { 'sarif-file': report, ...inputs },
    })
    expectConclusion(step, 'success')
    const found = read(step).results.map(({ locations, partialFingerprints }) => {
      const path = decodeURIComponent(locations[0]?.physicalLocation.artifactLocation.uri ?? '')
      // Of a file that is there, GitHub gets the fingerprint.
      expect([path, partialFingerprints !== undefined]).toEqual([path, path in FILES])
      return path
    })
    expect(found).toEqual(expected)
  })

  test('what was taken is said', async () => {
    const step = await sent(log([result('r', '/src/src/a.py'), result('r', '/src/infra/main.tf')]), {
      files: FILES,
    })
    expect(said(step, 'notice')).toContain('Paths of Scanner: "/src" is the top of the repository here.')
  })

  test('results that do not agree move nothing', async () => {
    const step = await sent(log([result('r', '/x/src/a.py'), result('r', '/y/infra/main.tf')]), {
      files: FILES,
    })
    expect(
      read(step).results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation.uri),
    ).toEqual(['x/src/a.py', 'y/infra/main.tf'])
  })
})
