import { stringify } from 'yaml'
import { type Manifest, REPOSITORY } from './actions.ts'

/** Every README has a place for these; the others are up to it. */
const REQUIRED = ['inputs', 'outputs']

/** What can be generated into a README, by the name in `<!-- name:start -->` and `<!-- name:end -->`. */
const SECTIONS: Record<string, (manifest: Manifest, action: string) => string> = {
  inputs: ({ inputs = {} }) =>
    table(
      ['input', 'default', 'meaning'],
      Object.entries(inputs).map(([name, { description, default: value, required }]) => [
        code(name),
        required === true ? '**required**' : code(value ?? ''),
        description,
      ]),
    ),
  outputs: ({ outputs = {} }) =>
    table(
      ['output', 'meaning'],
      Object.entries(outputs).map(([name, { description }]) => [code(name), description]),
    ),
  usage: ({ inputs = {} }, action) =>
    [
      '```yaml',
      `- uses: ${REPOSITORY}/${action}@v1`,
      '  with:',
      ...Object.entries(inputs).flatMap(([name, { description, default: value = '' }]) => [
        ...wrapped(oneLine(description), 90).map((line) => `    # ${line}`),
        // Quotes keep `false` and `60` the strings that they are for the runner.
        `    ${name}: ${value === '' ? "''" : stringify(value, { singleQuote: true }).trimEnd()}`,
      ]),
      '```',
    ].join('\n'),
}

/**
 * The README with its generated sections in step with action.yml; pure.
 *
 * @throws when a required section has no place in the README
 */
export function withTables(readme: string, manifest: Manifest, action: string): string {
  let text = readme
  for (const [name, render] of Object.entries(SECTIONS)) {
    const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`]
    const [from, to] = [text.indexOf(start), text.indexOf(end)]
    if (from < 0 && to < 0 && !REQUIRED.includes(name)) continue
    if (from < 0 || to < from)
      throw new Error(`actions/${action}/README.md needs the lines ${start} and ${end}.`)
    text = `${text.slice(0, from + start.length)}\n${render(manifest, action)}\n${text.slice(to)}`
  }
  return text
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const cells = rows.map((row) => row.map((cell) => oneLine(cell).replaceAll('|', '\\|')))
  return [line(head), line(head.map(() => '---')), ...cells.map(line)].join('\n')
}

const code = (text: string): string => (text === '' ? '' : `\`${text}\``)

const oneLine = (text: string): string => text.trim().replace(/\s+/g, ' ')

function wrapped(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last === '') lines[lines.length - 1] = word
    else if (last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
