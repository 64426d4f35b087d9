import { type InputReader, type Reading, shown } from '../../../shared/action/inputs.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'
import type { Block } from '../message/block-kit.ts'
import { percentOf } from '../message/coverage.ts'
import type { Job } from '../message/jobs.ts'
import { statusOf } from '../message/status.ts'
import type { Field } from '../message/subject.ts'

/** The YAML of an input; undefined when there is none, or when it is wrong (which is kept). */
export async function readYaml(inputs: InputReader, name: string): Promise<unknown> {
  const text = inputs.text(name)
  if (text === undefined) return undefined
  const parsed = await parseYaml(text)
  if (!parsed.ok) inputs.add(name, `it is not valid YAML: ${parsed.problem}.`)
  else if (parsed.value !== null) return parsed.value
  return undefined
}

/** `fields`: names and single values, in their order. */
export async function readFields(inputs: InputReader): Promise<Field[]> {
  const value = await readYaml(inputs, 'fields')
  if (value === undefined) return []
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    inputs.add('fields', 'it is not a map. Write "name: value" on a line of its own for each.')
    return []
  }
  return Object.entries(value).flatMap(([name, given]) => {
    if (given !== null && typeof given === 'object') {
      inputs.add(`fields.${name}`, `${shown(given)} is not a single value.`)
      return []
    }
    return [{ name, value: given === null ? '' : String(given) }]
  })
}

/** `blocks`: checked against Block Kit's rules; texts are cut to Slack's limits when the message is made. */
export async function readBlocks(inputs: InputReader): Promise<Block[] | undefined> {
  const value = await readYaml(inputs, 'blocks')
  if (value === undefined) return undefined
  // As the Block Kit Builder exports them.
  const list = Array.isArray(value) ? value : (value as { blocks?: unknown } | null)?.blocks
  if (!Array.isArray(list)) {
    inputs.add('blocks', 'it is not a list of blocks.')
    return undefined
  }
  if (list.length === 0) inputs.add('blocks', 'the list is empty.')
  // Loaded on use: few steps bring blocks of their own.
  const { checkBlocks } = await import('../message/block-kit.ts')
  checkBlocks(list, (path, message) => inputs.add(`blocks${path}`, message))
  return list as Block[]
}

/** `needs`: names of jobs and their results, or results alone (`toJSON(needs.*.result)`). */
export function parseNeeds(text: string): Reading<readonly Job[]> {
  const problem = 'it is not the JSON of the needs context. Write toJSON(needs) as an expression.'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem }
  }
  if (value === null || typeof value !== 'object') return { problem }
  const entries = Array.isArray(value) ? value.map((each) => ['', each] as const) : Object.entries(value)
  const jobs: Job[] = []
  for (const [name, job] of entries) {
    const result = typeof job === 'string' ? job : (job as { result?: unknown } | null)?.result
    if (typeof result !== 'string' || result === '') return { problem }
    jobs.push({ name, status: statusOf(result), url: '', failedSteps: [] })
  }
  return { value: jobs }
}

/** A percentage from 0 to 100. */
export function percentage(text: string): Reading<number> {
  const value = percentOf(text)
  return value === undefined
    ? { problem: `${shown(text)} is not a percentage, such as 80 or 84.2.` }
    : { value }
}
