import { type InputReader, type Reading, rules } from '../../../shared/action/inputs.ts'
import type { RouterInput } from '../model.ts'
import { LATER_TARGETS, TARGET_NAMES, type TargetName } from '../targets/names.ts'
import { readColors } from '../targets/read.ts'
import { readYaml } from './values.ts'

export interface ReadRouter extends RouterInput {
  colors: readonly string[]
}

/** Which router, checked as far as that goes without asking it. */
export async function readRouter(inputs: InputReader, via: readonly string[]): Promise<ReadRouter> {
  const none = { name: 'haproxy' as const, config: undefined, via, colors: [] }
  const name = inputs.read<TargetName | undefined>('target', readTargetName, undefined)
  const config = await readYaml(inputs, 'target-config')
  for (const input of ['target', 'target-config']) {
    if (inputs.text(input) === undefined)
      inputs.add(input, 'it is missing: say which router is to be switched.')
  }
  if (name === undefined || config === undefined) return none
  const colors = readColors(name, config, { via }, inputs)
  return colors === undefined ? none : { name, config, via, colors }
}

function readTargetName(text: string): Reading<TargetName> {
  return LATER_TARGETS.includes(text)
    ? { problem: `"${text}" comes with a later release. There are ${TARGET_NAMES.join(', ')}.` }
    : rules.choice(text, TARGET_NAMES)
}
