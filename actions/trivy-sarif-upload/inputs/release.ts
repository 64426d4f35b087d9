import { shown } from '../../../shared/action/inputs.ts'
import type { Tool } from '../../../shared/tool/verified.ts'
import type { ScanSettings } from '../trivy/model.ts'

/** The Trivy of this release of the action. */
export const PINNED_VERSION = '0.72.0'

/** Releases that were not Trivy's: GHSA-69fq-xp46-6x23, March 2026. */
const COMPROMISED: readonly string[] = ['0.69.4', '0.69.5', '0.69.6']

interface Release {
  file: string
  /** SHA-256 of the archive, from trivy_0.72.0_checksums.txt of the release. */
  archive: string
  /** SHA-256 of the program inside, where it is known: what PATH may hold. */
  program?: string
}

/** By `process.platform` and `process.arch`. Windows on ARM runs the program for x64. */
const RELEASES: Readonly<Record<string, Release>> = {
  'linux-x64': {
    file: 'Linux-64bit.tar.gz',
    archive: 'bbb64b9695866ce4a7a8f5c9592002c5961cab378577fa3f8a040df362b9b2ea',
    program: '0e69edd134a3c338baa1a6806920773615d682b18cbc6a0cba2a3b658ef9b63e',
  },
  'linux-arm64': {
    file: 'Linux-ARM64.tar.gz',
    archive: '2ca2c023109c2db6b2b77366b6717291452d4531167377d95c79547f0c8e3467',
    program: '829aca12d32bc3cee0b01cbb76197e9377790c6b78eb67a703d8033bcf7b3c3d',
  },
  'darwin-x64': {
    file: 'macOS-64bit.tar.gz',
    archive: 'ee5e60df8a98e5b89fd74a6d86f9e5c7e9a266a35002cb1e43291698b3bfee08',
  },
  'darwin-arm64': {
    file: 'macOS-ARM64.tar.gz',
    archive: '88f208680dc05da2b459e19b4f5aa2b4dc7c2117892ba4aab2ae63baba330016',
  },
  'win32-x64': {
    file: 'windows-64bit.zip',
    archive: 'ed3cf122060f61818fe1f735fd97557954e16e10bc8b058af9852271cf2e91b3',
    program: '5c233d1514d6fd91f7a4f834beb92070f8a9793c71801f7f2149a7b30f90b821',
  },
}

/** What is wrong with an input `trivy-version`, a sentence; pure. */
export function versionProblem(version: string): string | undefined {
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    return `${shown(version)} is no version such as ${PINNED_VERSION}; there is no "latest" here, because what it is can change.`
  }
  if (!COMPROMISED.includes(version)) return undefined
  return `${version} was published by attackers (GHSA-69fq-xp46-6x23). Take ${PINNED_VERSION}.`
}

/** Which Trivy to run on this machine, and how to know it; pure. */
export function trivyTool(
  settings: Pick<ScanSettings, 'trivyVersion' | 'trivySha256'>,
  machine: { platform: string; arch: string },
): Tool {
  const version = settings.trivyVersion ?? PINNED_VERSION
  const arch = machine.platform === 'win32' ? 'x64' : machine.arch
  const release = RELEASES[`${machine.platform}-${arch}`]
  const own = settings.trivySha256?.toLowerCase()
  const known = (sha256: string | undefined): string[] => [own ?? sha256 ?? []].flat()
  const archiveOf = ({ file: name, archive }: Release): Tool['archive'] => {
    const file = `trivy_${version}_${name}`
    return {
      url: `https://github.com/aquasecurity/trivy/releases/download/v${version}/${file}`,
      file,
      sha256: known(archive),
      member: machine.platform === 'win32' ? 'trivy.exe' : 'trivy',
    }
  }
  return {
    name: 'trivy',
    version,
    programs: known(version === PINNED_VERSION ? release?.program : undefined),
    archive: release === undefined ? undefined : archiveOf(release),
    remedy:
      'A runner that cannot reach github.com takes the trivy on PATH when "trivy-sha256" is the checksum of that program.',
  }
}
