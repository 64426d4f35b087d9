import type { Figure, Plan } from '../model.ts'
import { kindOf, showValue } from './values.ts'

const SIGN: Record<Figure['trend'], string> = {
  better: ' (better)',
  worse: ' (worse)',
  same: '',
  unknown: '',
}

/** YAML that the `fields` of slack-notify take: at most ten, as JSON strings, which YAML reads. */
export function fieldsOf({ whole }: Plan): string {
  return whole.figures
    .filter(({ value }) => value !== undefined)
    .slice(0, 10)
    .map(
      ({ name, value, trend }) =>
        `${JSON.stringify(kindOf(name).title)}: ${JSON.stringify(`${showValue(name, value)}${SIGN[trend]}`)}`,
    )
    .join('\n')
}
