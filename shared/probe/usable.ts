import type { Target } from './check.ts'
import { COMMON_SETTINGS, SCHEMES } from './schemes.ts'
import type { SettingName } from './settings.ts'

/** Whether a setting means something for a target: a connection has no status, a program no certificate. */
export function isUsable(name: SettingName, { scheme }: Target): boolean {
  return COMMON_SETTINGS.includes(name) || SCHEMES[scheme].settings.includes(name)
}

/** Whether one of several replicas may answer, each with its version; a program answers for itself. */
export function isSpread(target: Target): boolean {
  return target.scheme !== 'exec' && isUsable('expect-version', target)
}
