/** A kind of value that is neither a list nor an object of its own shape. */
export interface Leaf {
  /** What a message says that was expected. */
  expected: string
  test: (value: unknown) => boolean
  /** Of a number: from where on it makes sense. */
  least?: number
}

const isText = (value: unknown): value is string => typeof value === 'string'
const matching = (expected: string, pattern: RegExp): Leaf => ({
  expected,
  test: (value) => isText(value) && pattern.test(value),
})
const from = (least: number): Leaf => ({ expected: 'a whole number', test: Number.isInteger, least })

/** The letters of shape.ts. */
const LEAVES: Readonly<Record<string, Leaf>> = {
  s: { expected: 'a text', test: isText },
  u: matching('a URI', /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/),
  d: {
    expected: 'a date and time',
    test: (value) =>
      isText(value) &&
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i.test(value) &&
      !Number.isNaN(Date.parse(value)),
  },
  g: matching('a GUID', /^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i),
  y: matching('a language such as en-US', /^[a-zA-Z]{2}(?:-[a-zA-Z]{2})?$/),
  t: matching('a media type', /[^/]+\/.+/),
  q: matching('a version in four parts', /\d+(?:\.\d+){3}/),
  i: { expected: 'a whole number', test: Number.isInteger },
  j: from(-1),
  k: from(0),
  p: from(1),
  n: { expected: 'a number', test: (value) => typeof value === 'number' },
  r: {
    expected: 'a number from -1 to 100',
    test: (value) => typeof value === 'number' && value >= -1 && value <= 100,
  },
  b: { expected: 'true or false', test: (value) => typeof value === 'boolean' },
  o: {
    expected: 'an object',
    test: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  },
}

/** The kind of value that a letter of shape.ts stands for. @throws Error for one that it does not have */
export function isLeaf(letter: string): Leaf {
  const leaf = LEAVES[letter.charAt(0)]
  if (leaf === undefined) throw new Error(`No kind of value is called "${letter}".`)
  return leaf
}
