import { type Coverage, coverageVerdict, percentOf } from '../message/coverage.ts'
import { fieldKey } from '../message/fields.ts'
import { lookOf, statusOf } from '../message/status.ts'
import type { Outcome } from '../message/subject.ts'
import type { Inputs, Observation } from '../model.ts'

/**
 * What came of a rollback or a scan itself, of which the status of a job says little: a job whose switch was put back
 * fails, and so does one that never came to scan. Undefined where nobody said.
 */
export function outcomeOf(inputs: Inputs, { story }: Observation): Outcome | undefined {
  const { template } = inputs
  if (template === 'rollback') {
    const given = field(inputs, 'rolled-back') ?? story.rolledBack
    if (given === undefined) return undefined
    return /^(?:true|yes)$/i.test(given.trim()) ? 'success' : 'none'
  }
  if (template !== 'security') return undefined
  const gate = (field(inputs, 'gate') ?? story.gate)?.trim().toLowerCase()
  if (gate === undefined) return fromStatus(inputs.status)
  if (gate === '') return 'none'
  return fromStatus(gate)
}

/** A status that was given is about the scan. */
function fromStatus(status: string): Outcome | undefined {
  const { class: found } = lookOf(statusOf(status))
  return found === 'success' || found === 'failure' ? found : undefined
}

/** Figures of files and inputs, and of `fields` where those say nothing. */
export function coverageOf(inputs: Inputs, { coverage }: Observation): Coverage {
  const figure = (name: string): number | undefined => {
    const given = field(inputs, name)
    return given === undefined ? undefined : percentOf(given)
  }
  return {
    value: inputs.coverage.files.length > 0 ? coverage?.value : figure('coverage'),
    metric: coverage?.metric ?? '',
    branches: coverage?.branches,
    threshold: coverage?.threshold ?? figure('threshold'),
    previous: coverage?.previous ?? figure('previous'),
    maxDrop: coverage?.maxDrop ?? figure('max-drop'),
  }
}

/** Whether coverage misses what was wanted; undefined when nothing was. */
export function isMissed(coverage: Coverage): boolean | undefined {
  const verdict = coverageVerdict(coverage)
  return verdict === undefined ? undefined : verdict === 'missed'
}

function field({ fields }: Pick<Inputs, 'fields'>, name: string): string | undefined {
  return fields.find((each) => fieldKey(each.name) === name)?.value
}
