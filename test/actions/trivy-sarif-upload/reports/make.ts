// node test/actions/trivy-sarif-upload/reports/make.ts — writes the reports beside this file by running the tools
// themselves (bandit 1.9, safety 2.3, pip-audit 2.10 and npm, all on PATH). Advisories come from stand-ins on loopback
// and from a small local database, so that the reports do not change from day to day. Let Biome format them afterwards.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = mkdtempSync(join(tmpdir(), 'nexus-reports-'))

const SOURCE = `import pickle
import subprocess

import yaml


def load(path):
    with open(path, 'rb') as file:
        return pickle.load(file)


def run(command):
    return subprocess.call(command, shell=True)


def settings(text):
    assert text
    return yaml.load(text)


password = 'hunter2-in-the-source'
`

const OSV: Record<string, object[]> = {
  jinja2: [
    {
      id: 'GHSA-462w-v97r-4m45',
      summary: 'Jinja2 sandbox escape via string formatting',
      details: 'In Pallets Jinja before 2.10.1, `str.format_map` allows a sandbox escape.',
      aliases: ['CVE-2019-10906', 'PYSEC-2019-217'],
      modified: '2024-09-24T20:00:00Z',
      published: '2019-04-10T14:30:24Z',
      affected: [
        {
          package: { ecosystem: 'PyPI', name: 'jinja2' },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.10.1' }] }],
          versions: ['2.10'],
        },
      ],
    },
  ],
  urllib3: [
    {
      id: 'PYSEC-2019-132',
      details: 'In the urllib3 library through 1.24.1 for Python, CRLF injection is possible.',
      aliases: ['CVE-2019-11236', 'GHSA-r64q-w8jr-g9qp'],
      modified: '2023-11-08T04:00:51Z',
      published: '2019-04-15T15:29:00Z',
      affected: [
        {
          package: { ecosystem: 'PyPI', name: 'urllib3' },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.24.3' }] }],
          versions: ['1.24.1'],
        },
      ],
    },
  ],
}

const NPM_ADVISORIES = {
  lodash: [
    {
      id: 1106913,
      url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
      title: 'Command Injection in lodash',
      severity: 'high',
      vulnerable_versions: '<4.17.21',
      cwe: ['CWE-77', 'CWE-94'],
      cvss: { score: 7.2, vectorString: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H' },
    },
    {
      id: 1094500,
      url: 'https://github.com/advisories/GHSA-29mw-wpgm-hmr9',
      title: 'Regular Expression Denial of Service (ReDoS) in lodash',
      severity: 'moderate',
      vulnerable_versions: '<4.17.21',
      cwe: ['CWE-400', 'CWE-1333'],
      cvss: { score: 5.3, vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L' },
    },
  ],
  minimist: [
    {
      id: 1097678,
      url: 'https://github.com/advisories/GHSA-xvch-5gv4-984h',
      title: 'Prototype Pollution in minimist',
      severity: 'critical',
      vulnerable_versions: '<0.2.4',
      cwe: ['CWE-1321'],
      cvss: { score: 9.8, vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' },
    },
  ],
}
/** Name → version → dependencies, as the registry tells them. */
const NPM_PACKAGES: Record<string, Record<string, Record<string, string>>> = {
  lodash: { '4.17.15': {}, '4.17.21': {} },
  minimist: { '0.0.8': {}, '0.2.4': {}, '1.2.8': {} },
  mkdirp: { '0.5.1': { minimist: '0.0.8' }, '0.5.6': { minimist: '^1.2.6' } },
}

const SAFETY = {
  jinja2: ['<2.10.1'],
  requests: ['<=2.19.1'],
}
const SAFETY_FULL = {
  $meta: {
    base_domain: 'https://data.safetycli.com',
    packages: {},
    cve: {
      'CVE-2018-18074': {
        cvssv3: {
          base_score: 9.8,
          impact_score: 5.9,
          base_severity: 'CRITICAL',
          vector_string: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
        },
      },
    },
  },
  jinja2: [
    {
      advisory: 'The sandbox of Jinja2 can be escaped with str.format_map.',
      cve: 'CVE-2019-10906',
      id: 'pyup.io-37076',
      specs: ['<2.10.1'],
      v: '<2.10.1',
      fixed_versions: ['2.10.1'],
      more_info_path: '/v/37076/f17',
    },
  ],
  requests: [
    {
      advisory: 'Requests sends the Authorization header to an http URI after a redirect from https.',
      cve: 'CVE-2018-18074',
      id: 'pyup.io-36546',
      specs: ['<=2.19.1'],
      v: '<=2.19.1',
      fixed_versions: ['2.20.0'],
      more_info_path: '/v/36546/f17',
    },
  ],
}

async function answer(request: IncomingMessage): Promise<object | undefined> {
  if (request.url === '/osv') {
    const { package: asked } = (await json(request)) as { package: { name: string } }
    return { vulns: OSV[asked.name] ?? [] }
  }
  if (request.url === '/-/npm/v1/security/advisories/bulk') return NPM_ADVISORIES
  const name = request.url?.slice(1) ?? ''
  const versions = NPM_PACKAGES[name]
  if (versions === undefined) return undefined
  return {
    name,
    'dist-tags': { latest: Object.keys(versions).at(-1) },
    versions: Object.fromEntries(
      Object.entries(versions).map(([version, dependencies]) => [version, { name, version, dependencies }]),
    ),
  }
}

const server = createServer((request, response) => {
  answer(request).then((body) => {
    response.statusCode = body === undefined ? 404 : 200
    response.end(JSON.stringify(body ?? {}))
  })
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

/** What a tool prints; findings make each of them end with an exit code of its own. */
async function printed(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(program, args, { cwd: folder, env: { ...process.env, CI: '1' } }).catch(
    (error: { stdout: string; stderr: string }) => {
      if (error.stdout === '') throw error
      return error
    },
  )
  return stdout
}

/** What a report says of the machine that made it is nobody's business. */
const withoutMachine = (key: string, value: unknown): unknown => (/^os_/.test(key) ? undefined : value)

const keep = (name: string, text: string): void =>
  writeFileSync(
    join(import.meta.dirname, `${name}.json`),
    `${JSON.stringify(JSON.parse(text, withoutMachine), null, 2)}\n`,
  )

try {
  mkdirSync(join(folder, 'app'))
  mkdirSync(join(folder, 'database'))
  writeFileSync(join(folder, 'app', 'handler.py'), SOURCE)
  writeFileSync(join(folder, 'requirements.txt'), 'jinja2==2.10\nrequests==2.19.0\nurllib3==1.24.1\n')
  writeFileSync(join(folder, 'database', 'insecure.json'), JSON.stringify(SAFETY))
  writeFileSync(join(folder, 'database', 'insecure_full.json'), JSON.stringify(SAFETY_FULL))
  const manifest = {
    name: 'audited',
    version: '1.0.0',
    dependencies: { lodash: '4.17.15', mkdirp: '0.5.1' },
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))

  keep('bandit', await printed('bandit', '--quiet', '-r', 'app', '-f', 'json'))
  keep(
    'safety',
    await printed(
      'safety',
      '--disable-telemetry',
      'check',
      '-r',
      'requirements.txt',
      '--db',
      'database',
      '--json',
    ),
  )
  keep(
    'pip-audit',
    await printed(
      'pip-audit',
      ...['-r', 'requirements.txt', '--no-deps', '--disable-pip', '-s', 'osv', '--osv-url', `${url}/osv`],
      ...['--cache-dir', join(folder, 'cache'), '-f', 'json'],
    ),
  )
  await printed('npm', 'install', '--package-lock-only', '--no-audit', '--no-fund')
  keep('npm-audit', await printed('npm', 'audit', '--json', `--registry=${url}`))
} finally {
  server.close()
  rmSync(folder, { recursive: true, force: true })
}
