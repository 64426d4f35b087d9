import { describe, expect, test } from '@jest/globals'
import { readVersionFile } from '../../../shared/version-files/plan.ts'
import { setVersion } from './set-version.ts'

/** A file before and after; `«1.2.3»` is what is replaced, and nothing else may change. */
const KEPT: readonly {
  what: string
  path: string
  text: string
  item?: string
  next?: string
  to?: string
}[] = [
  {
    what: 'package.json with tabs, CRLF, a nested version and a strange order',
    path: 'package.json',
    text: '{\r\n\t"config": { "version": "9.9.9" },\r\n\t"version" : "«1.2.3»",\r\n\t"name": "caf\\u00e9", "x": [1e3,  2]\r\n}',
  },
  {
    what: 'package.json with a byte order mark and no line end',
    path: 'a/package.json',
    text: '\ufeff{"name":"a","version":"«0.0.0»"}',
  },
  {
    what: 'pyproject.toml of a project',
    path: 'pyproject.toml',
    text: '# version = "9"\n[build-system]\nversion = "9.9.9"\n[project]\nname = "a"\nversion="«1.2.3»"  # kept\n\n[tool.x]\nversion = \'7\'\n',
  },
  {
    what: 'pyproject.toml of poetry with literal quotes',
    path: 'pyproject.toml',
    text: "[tool.poetry]\r\nname = 'a'\r\nversion = '«1.2.3»'\r\n",
  },
  {
    what: 'pyproject.toml with both tables',
    path: 'pyproject.toml',
    text: '[project]\nname = "a"\nversion = "«1.2.3»"\n[tool.poetry]\nversion = "«1.2.3»"\n',
  },
  {
    what: 'pyproject.toml takes the form of PEP 440',
    path: 'pyproject.toml',
    text: 'project.name = "a"\nproject.version = "«1.2.3»"',
    next: '1.3.0-rc.2',
    to: '1.3.0rc2',
  },
  {
    what: 'Cargo.toml of a crate, a text that looks like a table',
    path: 'Cargo.toml',
    text: '[package]\nname = "a"\ndescription = """\n[package]\nversion = "9.9.9"\n"""\nversion = "«1.2.3»"\n[dependencies]\nb = { version = "1.2.3" }\n',
  },
  {
    what: 'Cargo.toml with an inline table',
    path: 'Cargo.toml',
    text: 'package = { name = "a", version = "«1.2.3»", edition = "2021" }',
  },
  {
    what: 'Chart.yaml',
    path: 'chart/Chart.yaml',
    text: 'apiVersion: v2\r\nname:   app # name\r\n\r\nversion:   «1.2.3»  # chart\r\nappVersion: "1.10"\r\ndependencies:\r\n  - name: db\r\n    version: 1.2.3\r\n',
  },
  { what: 'Chart.yaml with quotes', path: 'Chart.yaml', text: 'version: "«1.2.3»"\nname: a' },
  {
    what: 'pom.xml with a parent of somebody else',
    path: 'pom.xml',
    text: '<?xml version="1.0"?>\n<project>\n  <parent><groupId>org.spring</groupId><artifactId>boot</artifactId><version>3.5.0</version></parent>\n  <!-- <version>9</version> -->\n  <artifactId>a</artifactId>\n  <version>\n    «1.2.3-SNAPSHOT»\n  </version>\n  <dependencies><dependency><groupId>b</groupId><version>1.2.3</version></dependency></dependencies>\n</project>\n',
  },
  {
    what: 'gradle.properties',
    path: 'gradle.properties',
    text: '# version=9\norg.gradle.jvmargs=-Xmx2g \\\n  version=8\nversion = «1.2.3»\nversionCode=7\n',
  },
  {
    what: 'gradle.properties with a colon and CRLF',
    path: 'gradle.properties',
    text: 'version:«1.2.3»\r\na=b',
  },
  {
    what: 'a csproj',
    path: 'src/App.csproj',
    text: '<Project Sdk="Microsoft.NET.Sdk">\r\n  <PropertyGroup Condition="\'$(A)\' > \'1\'">\r\n    <Version>«1.2»</Version>\r\n    <FileVersion>1.2.3.0</FileVersion>\r\n  </PropertyGroup>\r\n  <ItemGroup><PackageReference Include="X" Version="1.2.3" /></ItemGroup>\r\n</Project>',
  },
  {
    what: 'a csproj with VersionPrefix',
    path: 'App.csproj',
    text: '<Project><PropertyGroup><VersionPrefix>«1.2.3»</VersionPrefix></PropertyGroup></Project>',
  },
  { what: 'VERSION', path: 'VERSION', text: '«1.2.3»\r\n' },
  { what: 'VERSION with a v', path: 'deploy/VERSION', text: 'v«1.2.3»' },
  {
    what: 'a marker, where other versions stand before it',
    path: 'README.md',
    item: 'README.md: marker',
    text: 'needs node>=20.1.0, this is app@«1.2.3» and 10.1.2.3 <!-- x-release-version -->\nleft alone: 1.2.3\r\n',
  },
  {
    what: 'a marker on a line with one version, whatever it is',
    path: 'Makefile',
    item: 'Makefile: marker',
    text: 'VERSION := v«0.9.0-rc.1» # x-release-version\n',
  },
  {
    what: "release-please's marker",
    path: 'a.py',
    item: 'a.py:marker',
    text: '__version__ = "«1.2.3»"  # x-release-please-version\r\n',
  },
]

describe('only the characters of the version change', () => {
  test.each(KEPT)('$what', async ({ path, text, item = path, next = '1.3.0', to = next }) => {
    const before = text.replace(/«(.*?)»/g, '$1')
    const result = await setVersion({ [path]: before }, [item], { next })
    expect(result.problems).toEqual([])
    expect(result.after[path]).toBe(text.replace(/«.*?»/g, to))
    expect(result.owned).toEqual([path])
    // Again: nothing is left to be done.
    const again = await setVersion({ [path]: result.after[path] as string }, [item], { next })
    expect(again.changes).toEqual([])
  })
})

/** A property of Maven. */
const REVISION = ['$', '{revision}'].join('')

const WRONG: readonly {
  what: string
  files: Record<string, string>
  items?: string[]
  next?: string
  says: string
}[] = [
  {
    what: 'no version',
    files: { 'package.json': '{"name":"a"}' },
    says: 'package.json: it has no "version"',
  },
  {
    what: 'a version twice',
    files: { 'package.json': '{"version":"1.2.3","version":"1.2.3"}' },
    says: 'package.json: it has "version" twice',
  },
  {
    what: 'not JSON',
    files: { 'package.json': '{"a":1,\n"version":}' },
    says: 'package.json:2: it is not JSON',
  },
  {
    what: 'a dynamic version',
    files: { 'pyproject.toml': '[project]\nname = "a"\ndynamic = ["readme", "version"]\n' },
    says: 'dynamic = ["version"]',
  },
  {
    what: 'no version of Python',
    files: { 'pyproject.toml': '[project]\nname = "a"\n' },
    says: '[project] version',
  },
  {
    what: 'a pre-release that Python does not know',
    files: { 'pyproject.toml': '[project]\nversion = "1.2.3"\n' },
    next: '1.3.0-nightly.1',
    says: 'Python knows no version 1.3.0-nightly.1',
  },
  {
    what: 'a number alone, which would be a post-release',
    files: { 'pyproject.toml': '[project]\nversion = "1.2.3"\n' },
    next: '1.3.0-1',
    says: 'Python knows no version 1.3.0-1',
  },
  {
    what: 'the version of the workspace, dotted',
    files: { 'a/Cargo.toml': '[package]\nname = "a"\nversion.workspace = true\n' },
    says: 'version.workspace',
  },
  {
    what: 'the version of the workspace, inline',
    files: { 'a/Cargo.toml': '[package]\nname = "a"\nversion = { workspace = true }\n' },
    says: 'version.workspace',
  },
  {
    what: 'a virtual workspace',
    files: { 'Cargo.toml': '[workspace]\nmembers = []\n' },
    says: '[workspace.package]',
  },
  {
    what: 'not TOML',
    files: { 'Cargo.toml': '[package]\nversion = \n' },
    says: 'Cargo.toml:2: it is not TOML',
  },
  {
    what: 'a property of Maven',
    files: { 'pom.xml': `<project><version>${REVISION}</version></project>` },
    says: `its version is computed (${REVISION})`,
  },
  {
    what: 'the version of a foreign parent',
    files: {
      'pom.xml':
        '<project><parent><groupId>g</groupId><artifactId>p</artifactId><version>3.5.0</version></parent><artifactId>a</artifactId></project>',
    },
    says: 'its version is that of its parent',
  },
  {
    what: 'entities of a DOCTYPE',
    files: { 'pom.xml': '<!DOCTYPE project [<!ENTITY v "1">]><project><version>&v;</version></project>' },
    says: 'it has a DOCTYPE',
  },
  { what: 'not XML', files: { 'a.csproj': '<Project><PropertyGroup></Project>' }, says: 'it is not XML' },
  { what: 'no Version', files: { 'a.csproj': '<Project/>' }, says: 'neither <Version> nor <VersionPrefix>' },
  {
    what: 'a computed property of MSBuild',
    files: { 'a.csproj': '<Project><PropertyGroup><Version>$(V).1</Version></PropertyGroup></Project>' },
    says: 'computed ($(V).1)',
  },
  { what: 'no property', files: { 'gradle.properties': 'versionCode=1\n' }, says: 'no property "version"' },
  { what: 'a chart without version', files: { 'Chart.yaml': 'name: a\n' }, says: 'no "version"' },
  {
    what: 'a chart that is a template',
    files: { 'Chart.yaml': 'version: {{ .V }}\n' },
    says: 'Chart.yaml: ',
  },
  {
    what: 'a VERSION with more',
    files: { VERSION: 'version=1.2.3\n' },
    says: 'does not hold a version alone',
  },
  { what: 'an empty VERSION', files: { VERSION: '\n' }, says: 'does not hold a version alone' },
  { what: 'no marker', files: { 'a.md': 'v1.2.3\n' }, items: ['a.md: marker'], says: 'a.md: no line of it' },
  {
    what: 'a marker without a version',
    files: { 'a.md': '\nx-release-version\n' },
    items: ['a.md: marker'],
    says: 'a.md:2: the line has no version',
  },
  {
    what: 'a marker between two other versions',
    files: { 'a.md': '2.0.0 or 3.0.0 x-release-version\n' },
    items: ['a.md: marker'],
    says: '2.0.0, 3.0.0',
  },
  {
    what: 'a marker at a variant',
    files: { Dockerfile: 'FROM app:1.2.3-alpine # x-release-version\n' },
    items: ['Dockerfile: marker'],
    says: '1.2.3-alpine is not 1.2.3',
  },
  { what: 'a missing file', files: {}, items: ['b/VERSION'], says: 'b/VERSION: there is no such file' },
  { what: 'a glob of nothing', files: {}, items: ['*/package.json'], says: 'no file matches' },
]

test.each(WRONG)('wrong: $what', async ({ files, items = Object.keys(files), next = '1.3.0', says }) => {
  const { problems, changes } = await setVersion(files, items, { next })
  expect(problems.join('\n')).toContain(says)
  expect(changes).toEqual([])
})

test('every problem of every file is told at once', async () => {
  const { problems } = await setVersion({ 'package.json': '{}', VERSION: 'x', 'pom.xml': '<a>' }, [
    'package.json',
    'VERSION',
    'pom.xml',
  ])
  expect(problems).toHaveLength(3)
})

test('what is no version file', () => {
  expect(readVersionFile('src/main.rs')).toBeUndefined()
  expect(readVersionFile('src/main.rs: marker')).toEqual({ path: 'src/main.rs', marker: true })
  expect(readVersionFile('./a\\package.json')).toEqual({ path: 'a/package.json', marker: false })
})
