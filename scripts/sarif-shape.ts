// node scripts/sarif-shape.ts <sarif-schema-2.1.0.json> — writes actions/trivy-sarif-upload/sarif/shape.ts from the
// JSON schema that OASIS publishes with SARIF 2.1.0: names, types, words and what is required, nothing else of it.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Schema {
  type?: string | string[]
  enum?: string[]
  $ref?: string
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: boolean | Schema
  required?: string[]
  format?: string
  pattern?: string
  minimum?: number
  maximum?: number
  minItems?: number
  uniqueItems?: boolean
}

const [source] = process.argv.slice(2)
if (source === undefined) throw new Error('Give the path of sarif-schema-2.1.0.json.')
const schema = JSON.parse(readFileSync(source, 'utf8')) as Schema & { definitions: Record<string, Schema> }

const shapes = [['log', schema] as const, ...Object.entries(schema.definitions)]
  .filter(([name]) => name !== 'propertyBag')
  .map(([name, shape]) => `  ${name}:\n    '${propertiesOf(shape)}',`)

const text = `/**
 * SARIF 2.1.0 as its JSON schema has it, one line per definition: \`name:type\`, \`name!:type\` when it is required. Types are
 * s(tring), u(ri), d(ate and time), g(uid), y (a language), t (a media type), q (a version in four parts), i(nteger),
 * j, k and p (integers from -1, 0 and 1), n(umber), r(ank), b(oolean), o(bject of any kind), \`=a|b\` one of these words,
 * \`@x\` as defined under x, and before a type \`*\` for a list of it, \`+\` for one that is not empty, \`~\` for one without
 * duplicates, and \`%\` for a map to it. Made by scripts/sarif-shape.ts from the schema.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json
 */
export const SHAPES: Readonly<Record<string, string>> = {
${shapes.join('\n')}
}
`
writeFileSync(join(import.meta.dirname, '..', 'actions', 'trivy-sarif-upload', 'sarif', 'shape.ts'), text)

function propertiesOf({ properties = {}, required = [] }: Schema): string {
  return Object.entries(properties)
    .filter(([, property]) => !Array.isArray(property))
    .map(([name, property]) => `${name}${required.includes(name) ? '!' : ''}:${typeOf(property)}`)
    .join(' ')
}

function typeOf(property: Schema): string {
  if (property.$ref !== undefined) {
    const name = property.$ref.split('/').at(-1) ?? ''
    return name === 'propertyBag' ? 'o' : `@${name}`
  }
  if (property.enum !== undefined) return `=${property.enum.join('|')}`
  const type = [property.type].flat().find((each) => each !== 'null')
  if (type === 'array') {
    const item = property.items === undefined ? 'o' : typeOf(property.items)
    const kind =
      property.minItems === 1 ? '+' : property.uniqueItems === true && !/^[@*+~%]/.test(item) ? '~' : '*'
    return kind + item
  }
  if (type === 'object' && typeof property.additionalProperties === 'object')
    return `%${typeOf(property.additionalProperties)}`
  if (type === undefined) throw new Error(`A type is missing: ${JSON.stringify(property)}`)
  if (type === 'string') return textOf(property)
  if (type === 'integer') return { '-1': 'j', '0': 'k', '1': 'p' }[String(property.minimum)] ?? 'i'
  return property.maximum === 100 ? 'r' : type.charAt(0)
}

function textOf({ format, pattern = '' }: Schema): string {
  if (format === 'uri') return 'u'
  if (format === 'date-time') return 'd'
  if (pattern.startsWith('^[0-9a-fA-F]{8}')) return 'g'
  if (pattern.startsWith('^[a-zA-Z]{2}')) return 'y'
  if (pattern.startsWith('[^/]+')) return 't'
  return pattern.startsWith('[0-9]+') ? 'q' : 's'
}
