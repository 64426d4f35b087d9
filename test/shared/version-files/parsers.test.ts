import { execFileSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import '../../support/seed.ts'
import { testWith } from '../../support/real-parts.ts'
import { difference, setVersion } from './set-version.ts'

const version = fc
  .tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.constantFrom('', '-rc.1', '-beta.12'))
  .map(([major, minor, patch, rest]) => `${major}.${minor}.${patch}${rest}`)
const lineEnd = fc.constantFrom('\n', '\r\n')
const bom = fc.constantFrom('', '\ufeff')

/** What stands between two tokens of JSON. */
const blank = fc.constantFrom('', ' ', '\n', '\r\n\t', '  ')
const jsonDocument = fc
  .tuple(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 6 }), version, blank, bom)
  .map(([others, own, space, mark]) => {
    const { version: _, ...rest } = others
    const members = [...Object.entries(rest), ['version', own] as const].map(
      ([key, value]) => `${space}${JSON.stringify(key)}${space}:${space}${JSON.stringify(value)}`,
    )
    return { own, text: `${mark}{${members.join(`${space},`)}${space}}${space}` }
  })

/** Lines that a scanner without an eye for strings and comments would trip over. */
const tomlLine = fc.constantFrom(
  '# [project] version = "9.9.9"',
  'a.b.c = 1',
  'text = """\n[project]\nversion = "9.9.9" \\" """',
  "raw = '''\nversion = '9.9.9' \\''''",
  'quoted = "version = \\"9.9.9\\""',
  '"odd key" = [ { version = "9.9.9" }, [1, 2.5e3], # ]\n "}" ,]',
  'when = 1979-05-27 07:32:00Z',
  'inline = { version = "9.9.9", x = { y = [] } }',
  "empty = ''",
)
const tomlDocument = fc
  .tuple(
    fc.uniqueArray(tomlLine, { maxLength: 9 }),
    fc.uniqueArray(tomlLine, { maxLength: 9 }),
    version,
    fc.constantFrom('version = "V"', "version='V'", '"version"  =  "V"  # 9.9.9', "'version' = 'V'"),
    lineEnd,
  )
  .map(([before, after, own, line, end]) => ({
    own,
    text: [
      '[other]',
      ...before,
      '[project]',
      'name = "a"',
      line.replace('V', own),
      '[[x]]',
      ...after,
      '[[x]]',
      '',
    ]
      .join('\n')
      .replaceAll('\n', end),
  }))

const xmlDocument = fc
  .tuple(
    version,
    fc.array(
      fc.constantFrom(
        '<!-- <version>9.9.9</version> -->',
        '<parent><groupId>g</groupId><artifactId>p</artifactId><version>9.9.9</version></parent>',
        '<build a="x > y" b=\'"\'><version/><plugins><version>9.9.9</version></plugins></build>',
        '<note><![CDATA[<version>9.9.9</version>]]></note>',
        '<?target <version>9.9.9</version>?>',
        '<properties><a>&amp;</a></properties>',
      ),
      { maxLength: 5 },
    ),
    lineEnd,
    fc.constantFrom('', ' ', '\n  '),
  )
  .map(([own, parts, end, space]) => ({
    own,
    text: `<?xml version="1.0"?>\n<project>\n${[...parts, `<version>${space}${own}${space}</version>`, ...parts].join('\n')}\n</project>\n`.replaceAll(
      '\n',
      end,
    ),
  }))

/** All that differs lies where the version stood: its part becomes a part of the next one. */
async function changed(path: string, text: string, own: string, next: string): Promise<string> {
  const { after, problems } = await setVersion({ [path]: text }, [path], { next, known: [own] })
  expect(problems).toEqual([])
  const result = after[path] as string
  const [was, is] = difference(text, result)
  expect(own).toContain(was)
  expect(next).toContain(is)
  return result
}

test('JSON.parse sees the next version, and all else as it was', async () => {
  await fc.assert(
    fc.asyncProperty(jsonDocument, version, async ({ text, own }, next) => {
      const result = await changed('package.json', text, own, next)
      const read = (json: string): unknown => JSON.parse(json.replace(/^\ufeff/, ''))
      expect(read(result)).toEqual({ ...(read(text) as object), version: next })
    }),
  )
})

/** [path, document before, document after], held against a parser of Python. */
type Case = [before: string, after: string, next: string]

async function cases(path: string, documents: fc.Arbitrary<{ own: string; text: string }>): Promise<Case[]> {
  const found: Case[] = []
  await fc.assert(
    fc.asyncProperty(documents, version, async ({ text, own }, given) => {
      const next = path.endsWith('.toml') ? given.replace(/-.*/, '') : given
      if (text.includes(`${own}${own}`)) return
      found.push([text, await changed(path, text, own, next), next])
    }),
    { numRuns: 200 },
  )
  return found
}

function python(path: string, program: string, input: readonly Case[]): void {
  execFileSync(path, ['-c', program], { input: JSON.stringify(input), stdio: ['pipe', 'inherit', 'inherit'] })
}

testWith('python3', "Python's tomllib sees the next version, and all else as it was", async (path) => {
  const program = `
import json, sys, tomllib
for before, after, version in json.load(sys.stdin):
    a, b = tomllib.loads(before), tomllib.loads(after)
    assert b["project"]["version"] == version, after
    a["project"]["version"] = version
    assert a == b, after
`
  python(path, program, await cases('pyproject.toml', tomlDocument))
})

testWith('python3', "Python's XML parser sees the next version, and all else as it was", async (path) => {
  const program = `
import json, sys, xml.etree.ElementTree as T
def flat(node): return [node.tag, (node.text or "").strip(), node.attrib, [flat(n) for n in node]]
for before, after, version in json.load(sys.stdin):
    a, b = T.fromstring(before), T.fromstring(after)
    assert b.find("version").text.strip() == version, after
    a.find("version").text = version
    assert flat(a) == flat(b), after
`
  python(path, program, await cases('pom.xml', xmlDocument))
})
