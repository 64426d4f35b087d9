import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'

interface Subset {
  source: string
  operations: Record<string, { body: unknown; answers: Record<string, unknown> }>
  definitions: Record<string, unknown>
}

const subset = JSON.parse(readFileSync(join(import.meta.dirname, 'openapi-subset.json'), 'utf8')) as Subset
const ajv = new Ajv({ strict: false, allErrors: true })
ajv.addSchema({ $id: 'github', definitions: subset.definitions })
const compiled = new Map<string, ValidateFunction>()

/** Where the description comes from, with its version. */
export const source = subset.source

export function isDescribed(operation: string): boolean {
  return operation in subset.operations
}

/** What is wrong with the body of a request, by GitHub's own description; nothing when it is right. */
export function wrongBody(operation: string, body: unknown): string[] {
  return check(`${operation} body`, subset.operations[operation]?.body ?? true, body)
}

/** What is wrong with an answer. Errors that the description leaves out have the form of the others. */
export function wrongAnswer(operation: string, status: number, data: unknown): string[] {
  const described = subset.operations[operation]?.answers[String(status)]
  if (described === undefined && status < 400) return [`${operation} has no answer ${status}`]
  if (status === 204) return data === undefined ? [] : [`${operation} has no body for 204`]
  return check(`${operation} ${status}`, described ?? { $ref: '#/definitions/basic-error' }, data)
}

function check(name: string, schema: unknown, value: unknown): string[] {
  let validate = compiled.get(name)
  if (validate === undefined) {
    const text = JSON.stringify(schema).replaceAll('"#/definitions/', '"github#/definitions/')
    validate = ajv.compile(JSON.parse(text) as object | boolean)
    compiled.set(name, validate)
  }
  if (validate(value)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, message }) => `${name}: ${instancePath || '/'} ${message}`,
  )
}
