import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

interface Example {
  action?: string
  workflow_run?: { conclusion?: unknown; status?: unknown }
}

const path = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json')
const events = JSON.parse(readFileSync(path, 'utf8')) as { name: string; examples: Example[] }[]
const found = events.find(({ name }) => name === 'workflow_run')?.examples ?? []

/** GitHub's own payloads of `workflow_run`. */
export const examples = {
  all: found.map((example, index): [string, Example] => [`${index} ${example.action}`, example]),
  completed: found.find(({ action }) => action === 'completed') ?? {},
}
