import { type Problems, rules, shown } from '../../../shared/action/inputs.ts'
import { type Argv, configReader, isRecord } from './config.ts'

/** What `target-config` says of the user's own programs. */
export interface CommandSettings {
  read: Argv
  write: Argv
  colors: readonly string[]
  /** ms for one write; undefined: as long as the step leaves. */
  writeTimeout: number | undefined
  /** false: while a change takes effect the front door may answer with errors. */
  atomic: boolean
}

/** @returns undefined after problems */
export function readCommand(config: unknown, problems: Problems): CommandSettings | undefined {
  const before = problems.list.length
  const keys = ['read', 'write', 'colors', 'colours', 'write-timeout', 'atomic']
  const reader = configReader(config, keys, problems)
  const [read, write] = ['read', 'write'].map((key) => reader.argv(key))
  const given = isRecord(config) ? config : {}
  const spelling = given['colours'] == null ? 'colors' : 'colours'
  if (given['colors'] != null && spelling === 'colours')
    reader.add('colours', 'it is the same as "colors". Give one of them.')
  const colors = reader.argv(spelling) ?? ['blue', 'green']
  const writeTimeout = reader.value('write-timeout', (text) => rules.duration(text, { min: 1_000 }))
  const atomic = reader.value('atomic', rules.boolean) ?? true
  for (const [key, argv] of Object.entries({ read, write })) {
    if (argv === undefined && isRecord(config) && config[key] == null) {
      reader.add(
        key,
        `it is missing. Give the program that ${key}s the weights, such as [./weights.sh, ${key}].`,
      )
    }
  }
  const [one = '', other = one] = colors
  if (colors.length !== 2 || one === other) {
    reader.add(spelling, `${shown(colors)} is not a list of two colors, such as [blue, green].`)
  }
  const odd = colors.find((color) => !/^[A-Za-z][A-Za-z0-9_-]{0,31}$/.test(color))
  if (odd !== undefined)
    reader.add(spelling, `${shown(odd)} is not the name of a color: letters, digits, - and _.`)
  if (read === undefined || write === undefined || problems.list.length > before) return undefined
  return { read, write, colors, writeTimeout, atomic }
}
