import { parseYaml } from '../../../shared/text/yaml.ts'
import { HOSTILE_YAML } from '../../support/hostile-yaml.ts'

// A process of its own, so that a parser that does not come back can be stopped: yaml-limits.test.ts.
for (const { name, text } of HOSTILE_YAML) {
  const parsed = await parseYaml(text)
  process.stdout.write(`${JSON.stringify({ name, problem: parsed.ok ? null : parsed.problem })}\n`)
}
