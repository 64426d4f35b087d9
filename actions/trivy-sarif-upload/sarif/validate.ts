import { isLeaf } from './leaves.ts'
import { type Found, type Invalid, invalidOf, isObject, missing, problem, within } from './problem.ts'
import { SHAPES } from './shape.ts'
import { withRightTags } from './tags.ts'
import { unreadable } from './unreadable.ts'

/** What became of a document that is held against SARIF 2.1.0. */
export interface Validation {
  /** Why nothing of it can be used; undefined when there are runs. */
  refused: Invalid | undefined
  /** Runs that were taken out, and results that can only be counted; the first of each run says why. */
  broken: Invalid[]
  /** Parts that nobody reads and that were taken out: `result.fixes` → how often. */
  cut: Map<string, number>
}

type Check = (value: unknown) => Found | undefined

interface Shape {
  name: string
  checks: Map<string, Check>
  required: string[]
}

/** What says that something is wrong, how bad it is and where: a result without it cannot be believed. */
const READ: Readonly<Record<string, readonly string[]>> = {
  result: ['ruleId', 'ruleIndex', 'rule', 'level', 'kind', 'baselineState', 'locations'],
  message: ['text', 'id'],
  location: ['physicalLocation'],
  physicalLocation: ['artifactLocation', 'region'],
  artifactLocation: ['uri', 'index'],
  region: ['startLine'],
  reportingDescriptorReference: ['id', 'index'],
  log: ['version', 'runs'],
}
/** Lists that others point into by number: what is broken in them keeps its place. */
const POINTED = new Set([
  'artifacts',
  'logicalLocations',
  'threadFlowLocations',
  'addresses',
  'webRequests',
  'webResponses',
  'rules',
  'notifications',
  'taxa',
  'extensions',
  'taxonomies',
])
/** In doubt the worst. */
const WORST: Readonly<Record<string, unknown>> = {
  'reportingConfiguration.level': 'error',
  'invocation.executionSuccessful': false,
}

const OUT_OF_RANGE = 'a number that means something'

const shapes = new Map<string, Shape>()
let cuts = new Map<string, number>()

/**
 * Holds a document against SARIF 2.1.0, and makes the rest of it right: what nobody reads and is broken goes, and so do
 * names that the standard does not know (GitHub takes neither into account) and properties that are null, because that is
 * what tools mean by it. A broken run goes; a broken result becomes one that says so and is counted as the worst. Linear
 * in the size of the document; the shapes come compiled from the schema.
 *
 * @param log changed in place
 */
export function validate(log: unknown): Validation {
  cuts = new Map()
  const broken: Invalid[] = []
  const refused = (found: Found): Validation => ({ refused: invalidOf(found), broken, cut: cuts })
  if (!isObject(log)) return refused(problem('an object', log))
  const { runs } = log as { runs?: unknown }
  const found = object(Array.isArray(runs) ? { ...log, runs: [] } : { ...log }, shapeOf('log'))
  if (found !== undefined || !Array.isArray(runs)) return refused(found ?? missing('runs'))
  for (const key of Object.keys(log)) if (!shapeOf('log').checks.has(key)) delete log[key]
  ;(log as { runs: unknown }).runs = runs.filter((run, index) => {
    const wrong = isObject(run) ? checkRun(run, index, broken) : problem('an object', run)
    if (wrong !== undefined) broken.push(invalidOf({ ...wrong, path: `runs[${index}]${wrong.path}` }))
    return wrong === undefined
  })
  return { refused: undefined, broken, cut: cuts }
}

/** Results on their own, so that one that is broken is not the end of the others. */
function checkRun(run: Record<string, unknown>, index: number, broken: Invalid[]): Found | undefined {
  const { results } = run
  if (results !== undefined && results !== null && !Array.isArray(results))
    return within('results', problem('a list', results))
  delete run['results']
  const found = object(run, shapeOf('run'))
  if (results !== undefined) run['results'] = results
  if (found !== undefined || !Array.isArray(results)) return found
  const check = checkOf('@result')
  let first: Found | undefined
  let count = 0
  for (const [at, result] of results.entries()) {
    const wrong = check(result)
    if (wrong === undefined) continue
    first ??= { ...wrong, path: `runs[${index}].results[${at}]${wrong.path}` }
    count += 1
    results[at] = unreadable(result)
  }
  if (first === undefined) return undefined
  const invalid = invalidOf(first)
  broken.push(
    count === 1
      ? invalid
      : {
          ...invalid,
          seen: `${invalid.seen}, and ${count - 1} more broken ${count === 2 ? 'result' : 'results'}`,
        },
  )
  return undefined
}

function checkOf(type: string): Check {
  const rest = type.slice(1)
  switch (type.charAt(0)) {
    case '*':
      return list(rest)
    case '~':
      return distinct(list(rest))
    case '+':
      return filled(list(rest))
    case '%':
      return map(checkOf(rest))
    case '=':
      return word(rest.split('|'))
    case '@':
      return (value) => object(value, shapeOf(rest))
    default: {
      const leaf = isLeaf(type)
      const { least = Number.NEGATIVE_INFINITY } = leaf
      return (value) => {
        if (!leaf.test(value)) return problem(leaf.expected, value)
        return typeof value === 'number' && value < least ? problem(OUT_OF_RANGE, value) : undefined
      }
    }
  }
}

function list(type: string, name = ''): Check {
  const check = checkOf(type)
  return (value) => {
    if (!Array.isArray(value)) return problem('a list', value)
    let found: Found | undefined
    for (let i = 0; i < value.length; i++) {
      const wrong = check(value[i])
      if (wrong === undefined) continue
      // Whoever has this list decides what becomes of it.
      found ??= { ...wrong, path: `[${i}]${wrong.path}` }
      if (POINTED.has(name)) value[i] = neutral(type, i)
      else value.splice(i--, 1)
    }
    if (found === undefined) return undefined
    if (name === '') return found
    count(`${name}[]`)
    return undefined
  }
}

function neutral(type: string, index: number): unknown {
  if (type === '@reportingDescriptor') return { id: `unreadable-${index}` }
  return type === '@toolComponent' ? { name: 'unreadable' } : {}
}

/** Lists that the schema wants without duplicates. */
function distinct(check: Check): Check {
  return (value) => {
    const found = check(value)
    if (found === undefined && Array.isArray(value))
      value.splice(0, value.length, ...new Set(value as unknown[]))
    return found
  }
}

function filled(check: Check): Check {
  return (value) =>
    check(value) ??
    ((value as unknown[]).length === 0 ? problem('a list that is not empty', value) : undefined)
}

function map(check: Check): Check {
  return (value) => {
    if (!isObject(value)) return problem('an object', value)
    for (const [key, each] of Object.entries(value)) {
      const found = check(each)
      if (found === undefined) continue
      delete value[key]
      count('an entry')
    }
    return undefined
  }
}

function word(words: readonly string[]): Check {
  const choice = words.map((each) => `"${each}"`).join(', ')
  return (value) =>
    words.includes(value as string)
      ? undefined
      : problem(words.length === 1 ? choice : `one of ${choice}`, value)
}

function object(value: unknown, shape: Shape): Found | undefined {
  if (!isObject(value)) return problem('an object', value)
  const { checks, required, name } = shape
  for (const key of Object.keys(value)) {
    const check = checks.get(key)
    if (check === undefined) {
      delete value[key]
      count('unknown')
      continue
    }
    const each = value[key]
    if (each === null && !required.includes(key)) {
      // What null says about results is another matter: nothing was looked at.
      if (key !== 'results') delete value[key]
      continue
    }
    if (key === 'properties' && isObject(each) && !withRightTags(each)) count('tags')
    const found = check(each)
    if (found === undefined) continue
    // A number out of its range is what tools write where they have none.
    if (found.path === '' && found.expected === OUT_OF_RANGE) {
      delete value[key]
      continue
    }
    const full = `${name}.${key}`
    if (Object.hasOwn(WORST, full)) value[key] = WORST[full]
    else if (required.includes(key) || READ[name]?.includes(key)) return within(key, found)
    else delete value[key]
    count(full)
  }
  for (const key of required) if (!Object.hasOwn(value, key)) return missing(key)
  return REST[name]?.(value)
}

/** What the schema wants of several properties together. */
const REST: Readonly<Record<string, (value: Record<string, unknown>) => Found | undefined>> = {
  message: (value) => {
    if (value['text'] === undefined && value['id'] === undefined) value['text'] = value['markdown'] ?? ''
    return undefined
  },
  // Without a file a result gets a stand-in, and keeps its line.
  reportingDescriptorReference: (value) => {
    if (value['id'] === undefined && value['guid'] === undefined) value['index'] ??= -1
    return undefined
  },
  externalPropertyFileReference: (value) =>
    value['location'] === undefined && value['guid'] === undefined ? missing('location') : undefined,
  graphTraversal: (value) =>
    (value['runGraphIndex'] === undefined) === (value['resultGraphIndex'] === undefined)
      ? missing('runGraphIndex')
      : undefined,
}

function shapeOf(name: string): Shape {
  const known = shapes.get(name)
  if (known !== undefined) return known
  const shape: Shape = { name, checks: new Map(), required: [] }
  // Before its properties are read: some definitions contain themselves.
  shapes.set(name, shape)
  for (const property of (SHAPES[name] ?? '').split(' ').filter((each) => each !== '')) {
    const at = property.indexOf(':')
    const key = property.slice(0, at).replace('!', '')
    const type = property.slice(at + 1)
    const isRequired = property[at - 1] === '!'
    const isOptionalList = type.startsWith('*') && !isRequired && !READ[name]?.includes(key)
    shape.checks.set(key, isOptionalList ? list(type.slice(1), key) : checkOf(type))
    if (isRequired) shape.required.push(key)
  }
  return shape
}

function count(what: string): void {
  cuts.set(what, (cuts.get(what) ?? 0) + 1)
}
