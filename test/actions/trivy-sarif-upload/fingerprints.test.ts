import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { lineHashes } from '../../../actions/trivy-sarif-upload/sarif/line-hash.ts'
import { tempFolder } from '../../support/runner/cleanup.ts'
import '../../support/seed.ts'
import { read, sent } from './files.ts'

/**
 * Inputs and results that github/codeql-action publishes for its algorithm.
 *
 * @see https://github.com/github/codeql-action/blob/main/src/fingerprints.test.ts
 */
const HELLO = [
  'e9496ae3ebfced30:1',
  'fb7c023a8b9ccb3f:1',
  'ce8ba1a563dcdaca:1',
  'e20e36e16fcb0cc8:1',
  'b3edc88f2938467e:1',
  'c8e28b0b4002a3a0:1',
  'c129715d7a2bc9a3:1',
]
const PUBLISHED: [string, string, string[]][] = [
  ['an empty file', '', ['c129715d7a2bc9a3:1']],
  [
    'blanks and tabs',
    ' a\nb\n  \t\tc\n d',
    ['271789c17abda88f:1', '54703d4cd895b18:1', '180aee12dab6264:1', 'a23a3dc5e078b07b:1'],
  ],
  [
    'no line end at the end',
    ' hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End',
    [
      ...['8b7cf3e952e7aeb2:1', 'b1ae1287ec4718d9:1', 'bff680108adb0fcc:1', 'c6805c5e1288b612:1'],
      ...['b86d3392aea1be30:1', 'e6ceba753e1a442:1'],
    ],
  ],
  ['line feeds', ' hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n', HELLO],
  ['carriage returns', ' hello; \t\nworld!!!\r\r\r  \t\tGreetings\r End\r', HELLO],
  ['both', ' hello; \t\r\nworld!!!\r\n\r\n\r\n  \t\tGreetings\r\n End\r\n', HELLO],
  ['all kinds', ' hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n', HELLO],
  [
    'the same line again and again',
    'Lorem ipsum dolor sit amet.\n'.repeat(10),
    [
      ...[1, 2, 3, 4, 5, 6].map((count) => `a7f2ff13bc495cf2:${count}`),
      ...[
        'a7f2ff1481e87703:1',
        'a9cf91f7bbf1862b:1',
        '55ec222b86bcae53:1',
        'cc97dc7b1d7d8f7b:1',
        HELLO[6] ?? '',
      ],
    ],
  ],
]

describe('primaryLocationLineHash', () => {
  test.each(PUBLISHED)('of %s is the published one', (_, text, hashes) => {
    expect(lineHashes(text).slice(1)).toEqual(hashes)
  })

  test('is what the definition says, for any text', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      ' ',
      '\t',
      '\n',
      '\r',
      '\r\n',
      'é',
      '\u{1f600}',
      '\uffff',
      'x'.repeat(60),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
        const text = pieces.join('')
        expect(lineHashes(text).slice(1)).toEqual(byDefinition(text))
      }),
    )
  })

  test('comes into the upload for each line of a file, and nowhere else', async () => {
    const text = `\ufeff${PUBLISHED[1]?.[1]}`
    const [, plain, , , ...others] = PUBLISHED
    const workspace = tempFolder('nexus-sarif-')
    writeFileSync(join(workspace, 'a b.txt'), plain?.[1] ?? '')
    writeFileSync(join(workspace, 'bom.txt'), text)
    writeFileSync(join(workspace, 'long.txt'), others.at(-1)?.[1] ?? '')
    const at = (uri: string, startLine?: number) => ({
      ...{ ruleId: 'r', message: { text: 'm' } },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri },
            ...(startLine === undefined ? {} : { region: { startLine } }),
          },
        },
      ],
    })
    const results = [
      ...[at('a%20b.txt', 1), at('a b.txt', 4), at('a b.txt', 4), at('long.txt', 3), at('bom.txt', 2)],
      // No line, no such line, no such file, a folder, and one that has a hash of the tool.
      ...[at('a b.txt'), at('a b.txt', 99), at('gone.txt', 1), at('.', 1)],
      { ...at('a b.txt', 1), partialFingerprints: { primaryLocationLineHash: 'own:1' } },
    ]
    const step = await sent({ runs: [{ tool: { driver: { name: 'T' } }, results }] }, { workspace })
    expect(step.hashes()).toEqual([
      ...[
        '271789c17abda88f:1',
        'a23a3dc5e078b07b:1',
        'a23a3dc5e078b07b:1',
        'a7f2ff13bc495cf2:3',
        '54703d4cd895b18:1',
      ],
      ...[undefined, undefined, undefined, undefined, 'own:1'],
    ])
  })

  test('of a finding in an image survives another tag and another version of the package', async () => {
    const image = (tag: string, installed: string) => ({
      runs: [
        {
          tool: { driver: { name: 'Trivy', rules: [{ id: 'CVE-2026-1' }] } },
          originalUriBaseIds: { ROOTPATH: { uri: 'file:///' } },
          properties: { imageName: `registry.example:5000/team/app:${tag}` },
          results: ['libssl3', 'libcrypto3'].map((name) => ({
            ruleId: 'CVE-2026-1',
            ruleIndex: 0,
            message: {
              text: `Package: ${name}\nInstalled Version: ${installed}\nVulnerability CVE-2026-1\nSeverity: HIGH\n`,
            },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'team/app', uriBaseId: 'ROOTPATH' },
                  region: { startLine: 1 },
                },
              },
            ],
          })),
        },
      ],
    })
    const [first, second] = [
      (await sent(image('1.0', '3.0.1'))).hashes(),
      (await sent(image('2.0', '3.0.2'))).hashes(),
    ]
    expect(first).toEqual([
      expect.stringMatching(/^[0-9a-f]{16}:1$/),
      expect.stringMatching(/^[0-9a-f]{16}:1$/),
    ])
    expect(new Set(first).size).toBe(2)
    expect(second).toEqual(first)
  })

  test('of a source that is a link out of the workspace, or no file, is not made', async () => {
    const { symlinkSync } = await import('node:fs')
    const workspace = tempFolder('nexus-sarif-')
    const outside = tempFolder('nexus-outside-')
    writeFileSync(join(outside, 'secret.txt'), 'x\n')
    symlinkSync(join(outside, 'secret.txt'), join(workspace, 'link.txt'))
    symlinkSync(outside, join(workspace, 'folder'))
    const results = ['link.txt', 'folder/secret.txt'].map((uri) => ({
      ...{ ruleId: 'r', message: { text: 'm' } },
      locations: [{ physicalLocation: { artifactLocation: { uri }, region: { startLine: 1 } } }],
    }))
    const step = await sent({ runs: [{ tool: { driver: { name: 'T' } }, results }] }, { workspace })
    expect(read(step).results).toHaveLength(2)
    expect(step.hashes()).toEqual([undefined, undefined])
  })
})

/** The definition, as slow as it is plain: 100 characters from the start of each line, modulo 2 to the power of 64. */
function byDefinition(text: string): string[] {
  const chars: number[] = []
  const starts: number[] = []
  let isStart = true
  const normal = text.replace(/\r[\n]?/g, (end) => (end === '\r\n' ? '\n' : '\n'))
  for (const unit of [...Array.from({ length: normal.length }, (_, i) => normal.charCodeAt(i)), 65_535]) {
    if (unit === 32 || unit === 9) continue
    if (isStart) starts.push(chars.length)
    isStart = unit === 10
    chars.push(unit)
  }
  const seen = new Map<string, number>()
  return starts.map((start) => {
    let hash = 0n
    for (let i = 0; i < 100; i++) hash = BigInt.asUintN(64, hash * 37n + BigInt(chars[start + i] ?? 0))
    const hex = hash.toString(16)
    seen.set(hex, (seen.get(hex) ?? 0) + 1)
    return `${hex}:${seen.get(hex)}`
  })
}
