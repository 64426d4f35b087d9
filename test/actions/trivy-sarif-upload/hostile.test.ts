import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { FileRefused, readRegularFile } from '../../../shared/files/regular.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import { expectConclusion } from '../../support/runner.ts'
import { log, read, result, said, sent } from './files.ts'

const GOOD = JSON.stringify({ version: '2.1.0', ...log([result('größe')]) })

describe('a report', () => {
  test.each<[string, Buffer | string]>([
    ['in UTF-8', GOOD],
    ['with a byte order mark', `\ufeff${GOOD}`],
    ['in UTF-16 with a byte order mark', Buffer.from(`\ufeff${GOOD}`, 'utf16le')],
    ['in UTF-16 without one', Buffer.from(GOOD, 'utf16le')],
    ['in big-endian UTF-16', Buffer.from(`\ufeff${GOOD}`, 'utf16le').swap16()],
    ['with blanks around it', `\r\n\t ${GOOD}\n\n`],
  ])('%s is read', async (_, bytes) => {
    const step = await sent(bytes)
    expectConclusion(step, 'success')
    expect(read(step).results[0]?.ruleId).toBe('größe')
  })

  test.each<[string, Buffer | string, RegExp]>([
    ['nothing', '', /"report.sarif" is empty/],
    ['blanks only', ' \n ', /"report.sarif" is empty/],
    ['cut off', GOOD.slice(0, 60), /it ends in the middle/],
    ['cut off in a later line', `{\n "a": [\n  1,`, /it ends in the middle, in line 3, column 5/],
    ['a comma too many', '{"a": 1,\n }', /not valid JSON: .* in line 2, column 2/],
    ['a page', '<html>login</html>', /is HTML or XML: an error page took the place of the report/],
    ['gzip', Buffer.from('1f8b0800', 'hex'), /is gzip: unpack it/],
    ['a report twice over', `${GOOD}${GOOD}`, /not valid JSON: [^(]* in line 1, column \d+\.$/],
    [
      '200,000 levels deep',
      `{"runs":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
      /nested more than 400 levels/,
    ],
    ['200,000 levels deep, never closed', '{"a":'.repeat(200_000), /nested more than 400 levels/],
    ['zeros', Buffer.alloc(64), /not valid JSON/],
    [
      'no SARIF',
      '{"bandit": true}',
      /at version: expected .*; it is required|at version: expected something/,
    ],
    ['null', 'null', /at the document: expected an object, found null/],
    ['a list', '[]', /at the document: expected an object, found an empty list/],
    [
      'an older version',
      '{"version":"2.0.0","runs":[]}',
      /at version: expected "2.1.0", found "2.0.0".*tell the tool/,
    ],
  ])('that is %s is an error that says so', async (_, bytes, words) => {
    const step = await sent(bytes)
    expectConclusion(step, 'failure')
    expect(said(step)).toMatch(words)
    expect(step.outputs).toMatchObject({
      uploaded: 'false',
      total: expect.any(String),
      gate: expect.any(String),
    })
  })

  test.each<[string, unknown, string]>([
    ['runs[0].tool', { version: '2.1.0', runs: [{}] }, 'expected something: it is required, found nothing'],
    [
      'runs[1].results',
      { version: '2.1.0', runs: [log([]).runs[0], { tool: { driver: { name: 'a' } }, results: {} }] },
      'expected a list, found an object',
    ],
    [
      'runs[0].results[1].message',
      { version: '2.1.0', ...log([result(), { ruleId: 'a' }]) },
      'it is required',
    ],
    [
      'runs[0].results[0].level',
      { version: '2.1.0', ...log([result('a', 'b', { level: 'fatal' })]) },
      'expected one of "none", "note", "warning", "error", found "fatal"',
    ],
    [
      'runs[0].results[0].message.text',
      { version: '2.1.0', ...log([{ message: { text: 3 } }]) },
      'expected a text, found 3',
    ],
    [
      'runs[0].results[0].locations[0].physicalLocation.region.startLine',
      {
        version: '2.1.0',
        ...log([result('a', 'b', { locations: [{ physicalLocation: { region: { startLine: '1' } } }] })]),
      },
      'expected a whole number, found "1"',
    ],
  ])('that is not valid at %s is an error that names the place', async (path, report, words) => {
    const step = await sent(JSON.stringify(report))
    expectConclusion(step, 'failure')
    expect(said(step)).toContain(`at ${path}: ${words.startsWith('expected') ? words : ''}`.trimEnd())
    expect(said(step)).toContain(words)
  })

  test.each<[string, object, string]>([
    ['a rule without an id', log([result()], { rules: [{ name: 'a' }] }), 'rules[]'],
    [
      'a rule whose text is a number',
      log([result()], { rules: [{ id: 'r', help: 3 }] }),
      'reportingDescriptor.help',
    ],
    ['a base', log([result()], {}, { originalUriBaseIds: { '%A B%': { uri: 1 } } }), 'an entry'],
    ['fixes', log([result('a', 'b', { fixes: [{}] })]), 'fixes[]'],
    ['stacks', log([result('a', 'b', { stacks: 'x' })]), 'result.stacks'],
    [
      'where it comes from',
      log([result()], {}, { versionControlProvenance: [{ revisionId: 'x' }] }),
      'versionControlProvenance[]',
    ],
    [
      'when it ran',
      log([result()], {}, { invocations: [{ executionSuccessful: true, endTimeUtc: 5 }] }),
      'invocation.endTimeUtc',
    ],
    ['tags', log([result()], { rules: [{ id: 'r', properties: { tags: 'security' } }] }), 'tags'],
    ['a column', log([result('a', 'b', { relatedLocations: ['x'] })]), 'relatedLocations[]'],
  ])('with a broken part that nobody reads is sent without it: %s', async (_, report, named) => {
    const step = await sent(report, { inputs: { 'fail-on': 'any' } })
    expect(step.outputs).toMatchObject({ total: '1', gate: 'failed', critical: '0' })
    expect(read(step).results).toHaveLength(1)
    expect(said(step, 'notice')).toContain('was cut out or put right')
    expect(said(step, 'notice')).toContain(named)
  })

  test('with broken results beside good ones: those count as critical, and the others are sent', async () => {
    const broken = [{ ruleId: 'bad' }, result('worse', 'x', { level: 'fatal' }), 7]
    const step = await sent(log([result('good'), ...(broken as object[])]), {
      inputs: { 'fail-on': 'critical' },
    })
    expectConclusion(step, 'failure')
    expect(step.outputs).toMatchObject({ critical: '3', total: '4', gate: 'failed' })
    expect(read(step).results.map(({ ruleId }) => ruleId)).toEqual(['good'])
    expect(said(step)).toContain('"report.sarif" is not valid SARIF 2.1.0 at runs[0].results[1].message')
    expect(said(step)).toContain('and 2 more broken results')
  })

  test('that says in doubt counts as the worst', async () => {
    const rules = ['99', '-5', 'a lot', true].map((score, index) => ({
      id: `r${index}`,
      properties: { 'security-severity': score },
    }))
    const step = await sent(
      log(
        [0, 1, 2, 3].map((index) => result(`r${index}`)),
        { rules },
      ),
    )
    expect(step.outputs).toMatchObject({ critical: '4' })
  })

  test('with names that mean something to JavaScript is carried along', async () => {
    const report = `{"version":"2.1.0","__proto__":{"polluted":true},"runs":[{"tool":{"driver":{"name":"S","rules":[{"id":"__proto__","properties":{"constructor":{"prototype":1}}}]}},"results":[{"ruleId":"__proto__","message":{"text":"m","__proto__":{"text":"no"}},"partialFingerprints":{"__proto__":"x"},"properties":{"__proto__":{"a":1},"hasOwnProperty":"no"}},{"ruleId":"constructor","message":{"id":"toString"}}],"originalUriBaseIds":{"__proto__":{"uri":"file:///"}}}]}`
    const step = await sent(report, { inputs: { 'fail-on': 'any' } })
    expect(step.outputs).toMatchObject({ total: '2', gate: 'failed' })
    expect(read(step).results.map(({ ruleId, message }) => [ruleId, message.text])).toEqual([
      ['__proto__', 'm'],
      ['constructor', 'No message.'],
    ])
  })

  test('with unknown properties and nulls of Go is taken', async () => {
    const nulls = {
      relatedLocations: null,
      codeFlows: null,
      partialFingerprints: null,
      properties: null,
      unknown: { a: null },
    }
    const step = await sent(
      log([result('a', 'b', nulls)], { rules: null, version: null }, { artifacts: null, invocations: null }),
    )
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ total: '1' })
  })

  test('whose texts are workflow commands, Markdown and control characters stays text', async () => {
    const evil =
      '::error::pwned\n##[error]pwned\n::set-output name=gate::passed\u001b[2J <img src=x> | @octo [a](javascript:x)'
    const step = await sent(
      log([result(evil, `a${evil}`, { message: { text: evil } })], {
        name: evil,
        rules: [{ id: evil, shortDescription: { text: evil }, helpUri: 'javascript:alert(1)' }],
      }),
      { inputs: { 'fail-on': 'any' } },
    )
    expect(step.outputs['gate']).toBe('failed')
    expect(step.commands.filter(({ name, data }) => name === 'error' && data === 'pwned')).toEqual([])
    expect(step.commands.map(({ name }) => name)).not.toContain('set-output')
    const page = micromark(step.summary, {
      ...{ allowDangerousHtml: true, allowDangerousProtocol: true },
      ...{ extensions: [gfm()], htmlExtensions: [gfmHtml()] },
    })
    expect(page).not.toMatch(/<img|href="javascript:/)
    expect(page).toContain('&lt;img')
    expect(step.summary).not.toContain('\u001b')
  })
})

describe('a file', () => {
  test.each(['report.sarif', 'folder/report.sarif'])('that a link leads to is refused: %s', async (name) => {
    const workspace = tempFolder('nexus-sarif-')
    const outside = tempFolder('nexus-outside-')
    writeFileSync(join(outside, 'report.sarif'), GOOD)
    if (name.includes('/')) symlinkSync(outside, join(workspace, 'folder'))
    else symlinkSync(join(outside, 'report.sarif'), join(workspace, name))
    const step = await sent(undefined, { workspace, inputs: { 'sarif-file': name } })
    expectConclusion(step, 'failure')
    expect(said(step)).toMatch(/Report refused: .* symbolic link/)
  })

  test('that is a FIFO or a device is refused at once', async () => {
    const workspace = tempFolder('nexus-sarif-')
    execFileSync('mkfifo', [join(workspace, 'report.sarif')])
    const step = await sent(undefined, { workspace, deadlineMs: 20_000 })
    expectConclusion(step, 'failure')
    expect(said(step)).toContain('it is not a regular file')
  })

  test.each(['/etc/passwd', '/dev/zero', '../secret.txt', 'r/../../secret.txt'])(
    'that is neither in the workspace nor in RUNNER_TEMP is not read: %s',
    async (name) => {
      const workspace = join(tempFolder('nexus-sarif-'), 'work')
      mkdirSync(workspace)
      writeFileSync(join(workspace, '..', 'secret.txt'), 'hunter2 is the password')
      const step = await sent(undefined, { workspace, inputs: { 'sarif-file': name }, deadlineMs: 20_000 })
      expectConclusion(step, 'failure')
      expect(said(step)).toContain('is neither in the workspace nor in RUNNER_TEMP, and is not read')
      expect(step.log).not.toMatch(/hunter|root:/)
    },
  )

  test.each<[string, Partial<Parameters<typeof readRegularFile>[3] & object>]>([
    ['grows', { fstatSync: growing((size, look) => size + look) }],
    ['shrinks', { readSync: () => 0 }],
    [
      'is written again with the same length',
      {
        fstatSync: growing(
          (size) => size,
          (time, look) => time + look,
        ),
      },
    ],
  ])('that %s while it is read is refused', (_, calls) => {
    const path = join(tempFolder('nexus-sarif-'), 'a.json')
    writeFileSync(path, GOOD)
    const { fstatSync, readSync } = process.getBuiltinModule('node:fs')
    const read_ = (): Buffer => readRegularFile(path, 1_000_000, undefined, { fstatSync, readSync, ...calls })
    expect(read_).toThrow(FileRefused)
    expect(read_).toThrow('it changed while it was read')
    expect(readRegularFile(path, 1_000_000).toString()).toBe(GOOD)
    expect(() => readRegularFile(path, 10)).toThrow('too big')
  })

  test('that is swapped for a link again and again is never read through it', () => {
    const { renameSync, rmSync } = process.getBuiltinModule('node:fs')
    const folder = tempFolder('nexus-sarif-')
    const outside = join(tempFolder('nexus-outside-'), 'secret')
    writeFileSync(outside, 'secret')
    const path = join(folder, 'a.json')
    for (let round = 0; round < 200; round++) {
      const fresh = join(folder, 'fresh')
      if (round % 2 === 0) symlinkSync(outside, fresh)
      else writeFileSync(fresh, 'mine')
      renameSync(fresh, path)
      if (round % 2 === 0) expect(() => readRegularFile(path, 100, folder)).toThrow(/link/)
      else expect(readRegularFile(path, 100, folder).toString()).toBe('mine')
    }
    rmSync(path)
    expect(() => readRegularFile(path, 100, folder)).toThrow('there is no such file')
  })
})

describe('a report that is not there', () => {
  test.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a file', { 'sarif-file': 'no.sarif' }, /"no.sarif" is not there/],
    ['a glob', { 'sarif-file': 'out/*.sarif' }, /"out\/\*.sarif" matches no file/],
    ['a folder', { 'sarif-file': 'empty' }, /"empty" is a folder without \*.sarif files/],
    ['a native report', { 'sarif-file': '', 'report-file': 'bandit=no.json' }, /"no.json" is not there/],
    ['no run', { 'sarif-file': 'runs.sarif' }, /"runs.sarif" has no runs/],
    [
      'null results',
      { 'sarif-file': 'null.sarif' },
      /has no results in runs\[0]: null says that nothing was looked at/,
    ],
    ['no results', { 'sarif-file': 'none.sarif' }, /has no results in runs\[0]/],
    ['a tool that failed', { 'sarif-file': 'failed.sarif' }, /runs\[0]: it says that the tool failed/],
    [
      'a tool that failed after it had said what is fine',
      { 'sarif-file': 'passes.sarif' },
      /runs\[0]: it says that the tool failed/,
    ],
  ])('%s: an error, a warning or nothing, and never a clean report', async (_, inputs, words) => {
    const tool = { driver: { name: 'S' } }
    const file = (...runs: object[]): string => JSON.stringify({ version: '2.1.0', runs })
    const files = {
      'empty/readme.txt': '',
      'runs.sarif': file(),
      'null.sarif': file({ tool, results: null }),
      'none.sarif': file({ tool }),
      'failed.sarif': file({ tool, results: [], invocations: [{ executionSuccessful: false }] }),
      'passes.sarif': file({
        tool,
        results: [result('r', 'src/a.ts', { kind: 'pass' })],
        invocations: [{ executionSuccessful: false }],
      }),
    }
    const red = await sent(undefined, { files, inputs: { ...inputs, 'fail-on': 'any' } })
    expectConclusion(red, 'failure')
    expect(said(red)).toMatch(words)
    expect(red.outputs['gate']).not.toBe('passed')
    for (const [ifMissing, level] of [
      ['warn', 'warning'],
      ['ignore', undefined],
    ] as const) {
      const step = await sent(undefined, {
        files,
        inputs: { ...inputs, 'if-missing': ifMissing, 'fail-on': 'any' },
      })
      expectConclusion(step, 'success')
      expect(step.outputs).toMatchObject({ gate: 'off', uploaded: 'false', total: '0', 'sarif-file': '' })
      expect(step.annotations.some((each) => each.level === 'warning')).toBe(level === 'warning')
      expect(step.log).toMatch(words)
      expect(step.summary).toContain('### ⚠️ No report')
    }
  })

  test('beside one that is: the other one counts and is sent', async () => {
    const step = await sent(log([result()]), {
      inputs: { 'sarif-file': 'report.sarif\nno.sarif', 'if-missing': 'warn' },
    })
    expect(step.outputs).toMatchObject({ total: '1' })
    expect(step.files).toHaveLength(1)
  })

  test('is another thing than a clean one', async () => {
    const step = await sent(log([]), { inputs: { 'fail-on': 'any' } })
    expectConclusion(step, 'success')
    expect(step.outputs).toMatchObject({ gate: 'passed', total: '0' })
    expect(read(step).results).toEqual([])
  })
})

describe('output-file', () => {
  test.each(['/etc/nexus.sarif', 'link/sent.sarif'])('is not written to %s', async (name) => {
    const workspace = tempFolder('nexus-sarif-')
    const outside = tempFolder('nexus-outside-')
    symlinkSync(outside, join(workspace, 'link'))
    const step = await sent(log([result()]), { workspace, inputs: { 'output-file': name, 'fail-on': 'any' } })
    expectConclusion(step, 'failure')
    expect(said(step)).toMatch(/output-file was not written|Gate failed/)
    expect(step.summary + step.log).toMatch(/neither in the workspace|leads out of the workspace/)
    expect(step.outputs).toMatchObject({ gate: 'failed', 'sarif-file': '' })
  })

  test('takes the place of a link and leaves alone what it led to', async () => {
    const workspace = tempFolder('nexus-sarif-')
    const outside = join(tempFolder('nexus-outside-'), 'mine')
    writeFileSync(outside, 'mine')
    mkdirSync(join(workspace, 'out'))
    symlinkSync(outside, join(workspace, 'out', 'sent.sarif'))
    const step = await sent(log([result()]), { workspace })
    expectConclusion(step, 'success')
    expect(readFileSync(outside, 'utf8')).toBe('mine')
    expect(read(step).results).toHaveLength(1)
  })
})

function growing(
  size: (size: number, look: number) => number,
  time: (time: number, look: number) => number = (ms) => ms,
): (fd: number) => { isFile(): boolean; size: number; mtimeMs: number } {
  const { fstatSync } = process.getBuiltinModule('node:fs')
  let look = 0
  return (fd) => {
    const stats = fstatSync(fd)
    const seen = { isFile: () => true, size: size(stats.size, look), mtimeMs: time(stats.mtimeMs, look) }
    look++
    return seen
  }
}
