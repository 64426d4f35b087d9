import { describe, expect, test } from '@jest/globals'
import { InputError } from '../../../shared/action/errors.ts'
import { inputReader } from '../../../shared/action/inputs.ts'

const EXAMPLE = 'Write "name: api".'
const KEYS = ['name', 'timeout', 'retries']

async function read(text: string | undefined) {
  const inputs = inputReader(text === undefined ? {} : { INPUT_CHECKS: text })
  return { inputs, value: await inputs.yaml('checks') }
}

describe('yaml', () => {
  test.each([
    ['a: 1', { a: 1 }],
    ['[1.10, x]', ['1.10', 'x']],
    ['{"a": null}', { a: null }],
    ['  ', undefined],
    ['~', undefined],
    ['# nothing', undefined],
    [undefined, undefined],
  ])('%j is %j', async (text, wanted) => {
    const { inputs, value } = await read(text)
    expect(value).toEqual(wanted)
    expect(inputs.list).toEqual([])
  })

  test.each(['a: [', '"'.repeat(900_000), '['.repeat(1_000_000), 'a: 1\na: 2', 'a\0'])(
    '%.20j is a problem',
    async (text) => {
      const { inputs, value } = await read(text)
      expect(value).toBeUndefined()
      expect(inputs.list).toEqual([
        { input: 'checks', message: expect.stringMatching(/^it is not valid YAML: .*\.$/) },
      ])
    },
  )

  test('a text that the input names, such as that of a file', async () => {
    const inputs = inputReader({ INPUT_CHECKS: 'a: 1' })
    expect(await inputs.yaml('checks', 'b: 2')).toEqual({ b: 2 })
  })
})

describe('map', () => {
  const map = (given: unknown) => {
    const inputs = inputReader({})
    return { value: inputs.map('checks', given, { keys: KEYS, example: EXAMPLE }), problems: inputs.list }
  }

  test('what is known is read, and nothing else is there', () => {
    const { value, problems } = map({ name: 'api' })
    expect(problems).toEqual([])
    expect(value?.['name']).toBe('api')
    for (const name of ['constructor', 'toString', '__proto__', 'timeout'])
      expect(value?.[name]).toBeUndefined()
  })

  test.each([null, 'x', 7, true, [], ['name']])('%j is not a map', (given) => {
    const { value, problems } = map(given)
    expect(value).toBeUndefined()
    expect(problems).toEqual([
      { input: 'checks', message: expect.stringMatching(/ is not a map\. Write "name: api"\.$/) },
    ])
  })

  test('what is not given is no problem', () =>
    expect(map(undefined)).toEqual({ value: undefined, problems: [] }))

  test('each unknown key is a problem, with the nearest word', () => {
    const { value, problems } = map({ timout: 3, name: 'x', 'a\nb': 1 })
    expect(value?.['name']).toBe('x')
    expect(problems).toEqual([
      {
        input: 'checks.timout',
        message: 'there is no such key; known are name, timeout and retries. Did you mean "timeout"?',
      },
      { input: 'checks.a b', message: 'there is no such key; known are name, timeout and retries.' },
    ])
  })

  test('__proto__ out of YAML is a key like any other', async () => {
    const inputs = inputReader({ INPUT_CHECKS: '__proto__: {name: x}' })
    const value = inputs.map('checks', await inputs.yaml('checks'), { keys: KEYS, example: EXAMPLE })
    expect(value?.['name']).toBeUndefined()
    expect(inputs.list.map(({ input }) => input)).toEqual(['checks.__proto__'])
  })

  test('any key is right where none are named', () => {
    const inputs = inputReader({})
    expect(inputs.map('users', { ann: 'U1', bob: 'U2' }, { example: EXAMPLE })).toEqual({
      ann: 'U1',
      bob: 'U2',
    })
    expect(inputs.list).toEqual([])
  })
})

describe('maps', () => {
  test('each item that is one, and where those are that are not', () => {
    const inputs = inputReader({})
    const given = [{ name: 'a' }, 'b', null, { nme: 'c' }]
    expect(inputs.maps('checks', given, { keys: KEYS, example: EXAMPLE })).toEqual([
      { name: 'a' },
      { nme: 'c' },
    ])
    expect(inputs.list.map(({ input }) => input)).toEqual(['checks[1]', 'checks[2]', 'checks[3].nme'])
  })

  test.each(['x', 7, { name: 'a' }, null])('%j is not a list', (given) => {
    const inputs = inputReader({})
    expect(inputs.maps('checks', given, { example: EXAMPLE })).toEqual([])
    expect(inputs.list[0]?.message).toMatch(/ is not a list\. Write "name: api"\.$/)
  })

  test('what is not given is no problem', () => {
    const inputs = inputReader({})
    expect(inputs.maps('checks', undefined, { example: EXAMPLE })).toEqual([])
    expect(inputs.list).toEqual([])
  })
})

test('of very many problems the first are told, and how many more there are', () => {
  const inputs = inputReader({})
  for (let index = 0; index < 5_000; index++) inputs.add(`checks[${index}]`, 'wrong.')
  const attempt = (): void => inputs.finish()
  expect(attempt).toThrow(InputError)
  expect(attempt).toThrow(/^checks\[0\]: wrong\.\n[\s\S]*\nchecks\[49\]: wrong\.\nAnd 4950 more\.$/)
})
