// node test/actions/trivy-sarif-upload/trivy/make.ts — writes the SARIF beside this file with the Trivy (0.72) on PATH:
// a scan of files, and, as the database of vulnerabilities is not to be had everywhere, reports in Trivy's own JSON that
// `trivy convert` turns into SARIF. Let Biome format them afterwards.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'nexus-trivy-'))

/** What looks like a secret here is none, but would be taken for one in this file, too. */
const KEY = ['AKIA', 'Q3EGRIS7XNOTREAL'].join('')

const vulnerability = (
  [id, severity, score]: readonly [string, string, number],
  [name, installed, fixed, path]: readonly [string, string, string, string?],
  title: string,
) => ({
  VulnerabilityID: id,
  PkgName: name,
  InstalledVersion: installed,
  FixedVersion: fixed,
  Status: fixed === '' ? 'affected' : 'fixed',
  ...(path === undefined ? {} : { PkgPath: path }),
  SeveritySource: 'nvd',
  PrimaryURL: `https://avd.aquasec.com/nvd/${id.toLowerCase()}`,
  Title: title,
  Description: `${title}.`,
  Severity: severity,
  CVSS: { nvd: { V3Vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', V3Score: score } },
})

const IMAGE = {
  SchemaVersion: 2,
  ArtifactName: 'registry.example/team/api:1.4.2',
  ArtifactType: 'container_image',
  Metadata: {
    OS: { Family: 'debian', Name: '12.5' },
    ImageID: `sha256:${'1f'.repeat(32)}`,
    RepoTags: ['registry.example/team/api:1.4.2'],
    RepoDigests: [`registry.example/team/api@sha256:${'2e'.repeat(32)}`],
  },
  Results: [
    {
      Target: 'registry.example/team/api:1.4.2 (debian 12.5)',
      Class: 'os-pkgs',
      Type: 'debian',
      Vulnerabilities: [
        // The distribution's word and the score are of different bands.
        vulnerability(
          ['CVE-2023-45853', 'CRITICAL', 9.8],
          ['zlib1g', '1:1.2.13.dfsg-1', ''],
          'zlib: integer overflow',
        ),
        vulnerability(
          ['CVE-2024-0727', 'LOW', 7.5],
          ['libssl3', '3.0.11-1~deb12u2', '3.0.13-1~deb12u1'],
          'openssl: denial of service via null dereference',
        ),
        vulnerability(
          ['CVE-2024-0727', 'MEDIUM', 7.5],
          ['openssl', '3.0.11-1~deb12u2', '3.0.13-1~deb12u1'],
          'openssl: denial of service via null dereference',
        ),
      ],
    },
    {
      Target: 'Node.js',
      Class: 'lang-pkgs',
      Type: 'node-pkg',
      Vulnerabilities: [
        vulnerability(
          ['CVE-2021-23337', 'HIGH', 7.2],
          ['lodash', '4.17.15', '4.17.21', 'app/node_modules/lodash/package.json'],
          'nodejs-lodash: command injection via template',
        ),
      ],
    },
  ],
}

const FILES = {
  SchemaVersion: 2,
  ArtifactName: '.',
  ArtifactType: 'filesystem',
  Results: [
    {
      Target: 'web/package-lock.json',
      Class: 'lang-pkgs',
      Type: 'npm',
      Packages: [
        {
          ID: 'lodash@4.17.15',
          Name: 'lodash',
          Version: '4.17.15',
          Locations: [{ StartLine: 14, EndLine: 19 }],
        },
      ],
      Vulnerabilities: [
        vulnerability(
          ['CVE-2021-23337', 'HIGH', 7.2],
          ['lodash', '4.17.15', '4.17.21'],
          'nodejs-lodash: command injection via template',
        ),
      ],
    },
  ],
}

const keep = (name: string, sarif: string): void =>
  writeFileSync(
    join(import.meta.dirname, `${name}.sarif`),
    // Where it was made is nobody's business; on a runner it would be this.
    `${JSON.stringify(JSON.parse(sarif.replaceAll(/file:\/\/[^"]*?\/(?=app\/"|"|$)/g, 'file:///home/runner/work/app/app/')), null, 2)}\n`,
  )

const trivy = (...args: string[]): void => {
  execFileSync('trivy', args, {
    cwd: folder,
    stdio: 'inherit',
    env: { ...process.env, TRIVY_CACHE_DIR: join(folder, 'cache') },
  })
}

try {
  mkdirSync(join(folder, 'app', 'docker'), { recursive: true })
  writeFileSync(
    join(folder, 'app', 'docker', 'Dockerfile'),
    'FROM alpine:latest\nUSER root\nRUN apk add curl\n',
  )
  writeFileSync(join(folder, 'app', 'settings.ini'), `[aws]\naws_access_key_id = ${KEY}\n`)
  trivy('fs', '--format', 'sarif', '--output', 'fs.sarif', '--scanners', 'secret,misconfig', '--', 'app')
  keep('files', readFileSync(join(folder, 'fs.sarif'), 'utf8'))
  mkdirSync(join(folder, 'clean'))
  trivy('fs', '--format', 'sarif', '--output', 'clean.sarif', '--scanners', 'secret', '--', 'clean')
  keep('clean', readFileSync(join(folder, 'clean.sarif'), 'utf8'))
  for (const [name, report] of Object.entries({ image: IMAGE, 'lock-file': FILES })) {
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(report))
    trivy('convert', '--format', 'sarif', '--output', `${name}.sarif`, `${name}.json`)
    keep(name, readFileSync(join(folder, `${name}.sarif`), 'utf8'))
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
