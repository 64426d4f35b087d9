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
}

const [source] = process.argv.slice(2)
if (source === undefined) throw new Error('Give the path of sarif-schema-2.1.0.json.')
const schema = JSON.parse(readFileSync(source, 'utf8')) as Schema & { definitions: Record<string, Schema> }

const shapes = [['log', schema] as const, ...Object.entries(schema.definitions)]
  .filter(([name]) => name !== 'propertyBag')
  .map(([name, shape]) => `  ${name}:\n    '${propertiesOf(shape)}',`)

const text = `/**
 * SARIF 2.1.0 as its JSON schema has it, one line per definition: \`name:type\`, \`name!:type\` when it is required. Types are
 * s(tring), i(nteger), n(umber), b(oolean), o(bject of any kind), \`=a|b\` one of these words, \`@x\` as defined under x, and
 * before a type \`*\` for a list of it and \`%\` for a map to it. Made by scripts/sarif-shape.ts from the schema.
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
  if (type === 'array') return `*${property.items === undefined ? 'o' : typeOf(property.items)}`
  if (type === 'object' && typeof property.additionalProperties === 'object')
    return `%${typeOf(property.additionalProperties)}`
  if (type === undefined) throw new Error(`A type is missing: ${JSON.stringify(property)}`)
  return type.charAt(0)
}
