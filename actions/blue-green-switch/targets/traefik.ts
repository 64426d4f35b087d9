import type { Problems } from '../../../shared/action/inputs.ts'
import { configReader } from './config.ts'
import { PLAIN_PATH } from './paths.ts'
import type { ConnectOptions } from './target.ts'

const FILE = {
  pattern: /^[^\0\n]+\.ya?ml$/,
  what: 'the path of a YAML file of the file provider (.yml or .yaml; TOML is not understood)',
}
const NAME = {
  pattern: /^[\w.@-]{1,128}$/,
  what: 'the name of a service: letters, digits, ".", "_", "@" and "-"',
}

/** What `target-config` says of Traefik. */
export interface TraefikSettings {
  file: string
  /** The weighted service. */
  service: string
  /** What each color's service is called. */
  names: Readonly<Record<string, string>>
  api: URL | undefined
}

/** @returns undefined after problems */
export function readTraefik(
  config: unknown,
  options: Pick<ConnectOptions, 'via'>,
  problems: Problems,
): TraefikSettings | undefined {
  const before = problems.list.length
  const reader = configReader(config, ['file', 'service', 'services', 'api'], problems)
  const file = reader.text('file', FILE)
  const service = reader.text('service', NAME)
  const names = reader.colors('services', NAME)
  const api = reader.url('api', 'http://127.0.0.1:8080')
  if (options.via.length > 0 && file !== '' && !PLAIN_PATH.test(file)) {
    reader.add('file', 'with `via` it may hold no blanks or quotes.')
  }
  if (problems.list.length > before) return undefined
  return { file, service, names, api }
}
