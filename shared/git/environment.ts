import { accessSync, constants } from 'node:fs'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { GitError } from './errors.ts'
import type { Repository } from './model.ts'

const NEVER = process.platform === 'win32' ? 'false.exe' : 'false'

/**
 * What no repository may decide for us. Git takes these as if they were given with `-c`: above every file of the
 * repository, and git's own children get them too. None of the commands that are run here should start a program or
 * write a file by itself; this makes sure that the configuration of a hostile checkout cannot make them.
 *
 * @see https://git-scm.com/docs/git-config
 */
const SETTINGS: readonly (readonly [string, string])[] = [
  ['core.fsmonitor', 'false'],
  ['core.hooksPath', '/dev/null'],
  ['core.pager', 'cat'],
  ['core.askPass', NEVER],
  ['core.sshCommand', NEVER],
  ['core.gitProxy', NEVER],
  ['core.alternateRefsCommand', NEVER],
  ['core.editor', NEVER],
  ['credential.helper', ''],
  ['diff.external', ''],
  ['gpg.program', NEVER],
  ['gpg.x509.program', NEVER],
  ['gpg.ssh.program', NEVER],
  ['gpg.ssh.defaultKeyCommand', NEVER],
  ['log.showSignature', 'false'],
  ['log.follow', 'false'],
  ['log.mailmap', 'false'],
  ['protocol.allow', 'never'],
  ['maintenance.auto', 'false'],
  ['gc.auto', '0'],
]

const FIXED: Readonly<Record<string, string>> = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_OPTIONAL_LOCKS: '0',
  // Into a pipe git would write each commit by itself, which costs more than reading it.
  GIT_FLUSH: '0',
  GIT_PAGER: 'cat',
  GIT_ASKPASS: NEVER,
  GIT_SSH_COMMAND: NEVER,
  // No transport has this name: also a partial clone fetches nothing.
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_PROTOCOL_FROM_USER: '0',
  GIT_NO_LAZY_FETCH: '1',
  // History is what was committed: what GitHub has, not what somebody grafted onto this clone.
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_GRAFT_FILE: '/dev/null',
  LC_ALL: 'C',
  LANGUAGE: '',
}

/** Of the caller's environment only what a program needs to start; no GIT_*, no tokens, no askpass helpers. */
const KEPT = /^(?:path|pathext|systemroot|windir|comspec|temp|tmp|tmpdir|ld_library_path|dyld_library_path)$/i

/** A server that git may talk to. */
export interface Remote {
  /** `https`; `http` for a server without TLS. */
  protocol: string
  /** Carries the credentials: `AUTHORIZATION: basic …`. */
  header?: string
}

/** What a request needs besides: proxies and certificates of the runner. */
const NETWORK = /^(?:https?_proxy|all_proxy|no_proxy|ssl_cert_file|ssl_cert_dir|git_ssl_cainfo)$/i

/** The whole environment of a git process; pure. */
export function gitEnvironment(
  repository: Repository,
  env: NodeJS.ProcessEnv,
  remote?: Remote,
): NodeJS.ProcessEnv {
  // GITHUB_WORKSPACE often belongs to somebody else in a container; it is what we were asked to read, and only it.
  const settings = [
    ...SETTINGS,
    ['safe.directory', repository.directory] as const,
    ...(remote === undefined ? [] : remoteSettings(remote)),
  ]
  const kept = (name: string): boolean => KEPT.test(name) || (remote !== undefined && NETWORK.test(name))
  return {
    ...Object.fromEntries(Object.entries(env).filter(([name]) => kept(name))),
    ...FIXED,
    ...(remote === undefined ? {} : { GIT_ALLOW_PROTOCOL: remote.protocol }),
    // Git must find the repository right here, or not at all: never one that happens to lie above it.
    GIT_CEILING_DIRECTORIES: dirname(repository.directory),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([name, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, name],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  }
}

function remoteSettings({ protocol, header }: Remote): [string, string][] {
  return [
    [`protocol.${protocol}.allow`, 'always'],
    // The credentials are for this server alone.
    ['http.followRedirects', 'false'],
    ['fetch.recurseSubmodules', 'false'],
    ...(header === undefined ? [] : [['http.extraHeader', header] as [string, string]]),
  ]
}

/**
 * The absolute path of git. Relative folders of the PATH are passed over, and on Windows so is the current folder:
 * a `git.exe` in a checkout is not the git that was meant.
 *
 * @throws GitError no-git
 */
export function findGit(env: NodeJS.ProcessEnv): string {
  const path = env['PATH'] ?? env['Path'] ?? ''
  const name = process.platform === 'win32' ? 'git.exe' : 'git'
  for (const folder of path.split(delimiter)) {
    if (!isAbsolute(folder)) continue
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // Not here.
    }
  }
  throw new GitError(
    'no-git',
    'No git',
    'There is no git program on the PATH of this machine. Install git, or read through the API.',
  )
}
