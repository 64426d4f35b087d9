import { type InputReader, type Reading, shown } from '../../../shared/action/inputs.ts'
import { parseYaml } from '../../../shared/text/yaml.ts'
import type { Job } from '../message/jobs.ts'

/** A part of a message in Slack's own format. */
export type Block = Readonly<Record<string, unknown>> & { readonly type: string }

/** Elements of a rich text that would call somebody. */
const CALLS: ReadonlySet<unknown> = new Set(['user', 'usergroup', 'broadcast'])

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
export async function readFields(inputs: InputReader): Promise<{ name: string; value: string }[]> {
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

/** `blocks`: only their outline is checked here; texts are cut to Slack's limits when the message is made. */
export async function readBlocks(inputs: InputReader): Promise<Block[] | undefined> {
  const value = await readYaml(inputs, 'blocks')
  if (value === undefined) return undefined
  // As the Block Kit Builder exports them.
  const list = Array.isArray(value) ? value : (value as { blocks?: unknown } | null)?.blocks
  if (!Array.isArray(list)) {
    inputs.add('blocks', 'it is not a list of blocks.')
    return undefined
  }
  for (const [index, block] of list.entries()) {
    const type = (block as { type?: unknown } | null)?.type
    if (typeof type !== 'string')
      inputs.add(`blocks[${index}]`, 'a block is a map with a "type", such as section.')
    else if (callsSomebody(block)) {
      inputs.add(`blocks[${index}]`, 'it calls somebody. Whom Slack calls belongs in "mention".')
    }
  }
  return list as Block[]
}

function callsSomebody(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false
  if (CALLS.has((value as { type?: unknown }).type)) return true
  return Object.values(value).some(callsSomebody)
}

/** `needs`: names of jobs and their results. */
export function parseNeeds(text: string): Reading<readonly Job[]> {
  const problem = 'it is not the JSON of the needs context. Write toJSON(needs) as an expression.'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem }
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { problem }
  const jobs: Job[] = []
  for (const [name, job] of Object.entries(value)) {
    const result = (job as { result?: unknown } | null)?.result
    if (typeof result !== 'string' || result === '') return { problem }
    jobs.push({ name, status: result, url: '', failedSteps: [] })
  }
  return { value: jobs }
}
