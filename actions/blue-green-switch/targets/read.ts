import type { Problems } from '../../../shared/action/inputs.ts'
import { readCaddy } from './caddy.ts'
import { readCommand } from './command.ts'
import { readHaproxy } from './haproxy.ts'
import type { TargetName } from './names.ts'
import { readNginx } from './nginx.ts'
import type { ConnectOptions } from './target.ts'
import { readTraefik } from './traefik.ts'

type Colors = (
  config: unknown,
  options: Pick<ConnectOptions, 'via'>,
  problems: Problems,
) => readonly string[] | undefined

const keys = (map: Readonly<Record<string, string>> | undefined): readonly string[] | undefined =>
  map === undefined ? undefined : Object.keys(map)

const COLORS: Readonly<Record<TargetName, Colors>> = {
  haproxy: (...given) => keys(readHaproxy(...given)?.servers),
  nginx: (...given) => keys(readNginx(...given)?.servers),
  caddy: (...given) => keys(readCaddy(...given)?.upstreams),
  traefik: (...given) => keys(readTraefik(...given)?.names),
  command: (config, _, problems) => readCommand(config, problems)?.colors,
}

/** The colors that a `target-config` names, when nothing is wrong with it; pure. @returns undefined after problems */
export function readColors(
  name: TargetName,
  config: unknown,
  options: Pick<ConnectOptions, 'via'>,
  problems: Problems,
): readonly string[] | undefined {
  return COLORS[name](config, options, problems)
}
