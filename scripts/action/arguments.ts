import { existsSync, readFileSync, statSync } from 'node:fs'
import { didYouMean } from '../../shared/text/nearest.ts'
import { readManifest } from '../../test/support/runner/manifest.ts'

export interface Parsed {
  action: string | { folder: string }
  inputs: Record<string, string>
}

/**
 * Reads `<name or folder> input=value input=@file …`. A value that starts with `@@` starts with one `@`.
 *
 * @param known the names of this repository's actions
 */
export function parseArguments(
  target: string,
  rest: readonly string[],
  known: readonly string[],
): Parsed | { problems: string[] } {
  const isName = known.includes(target)
  if (!isName && !existsSync(target)) {
    return {
      problems: [`There is no action "${target}".${didYouMean(target, known)} Known: ${known.join(', ')}.`],
    }
  }
  const action = isName ? target : { folder: target }
  const names = [...readManifest(action).inputs.keys()]
  const inputs: Record<string, string> = {}
  const problems: string[] = []
  for (const argument of rest) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(argument) ?? []
    if (name === '') problems.push(`"${argument}" is not of the form input=value.`)
    else if (!names.includes(name))
      problems.push(`"${name}" is no input of this action.${didYouMean(name, names)}`)
    else if (!value.startsWith('@')) inputs[name] = value
    else if (value.startsWith('@@')) inputs[name] = value.slice(1)
    else if (statSync(value.slice(1), { throwIfNoEntry: false })?.isFile()) {
      inputs[name] = readFileSync(value.slice(1), 'utf8')
    } else
      problems.push(`${name}: there is no file ${value.slice(1)}. For a value that starts with @, write @@.`)
  }
  return problems.length > 0 ? { problems } : { action, inputs }
}
