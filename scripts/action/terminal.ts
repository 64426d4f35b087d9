import { styleText } from 'node:util'
import type { Annotation } from '../../test/support/runner/step-log.ts'

type Style = Parameters<typeof styleText>[0]

/** Colours when the terminal shows them (NO_COLOR and FORCE_COLOR count), otherwise plain text. */
const styled =
  (style: Style) =>
  (text: string): string =>
    styleText(style, text, { stream: process.stdout })

export const paint = {
  bold: styled('bold'),
  dim: styled('dim'),
  red: styled('red'),
  green: styled('green'),
  yellow: styled('yellow'),
  cyan: styled('cyan'),
}

export type Paint = typeof paint

const SIGNS = { error: paint.red('✖'), warning: paint.yellow('▲'), notice: paint.cyan('●') }

/** Prints log lines as they come: annotations with sign and title, groups indented. */
export function logPrinter(
  write: (line: string) => void = console.log,
  indent = '',
): (line: string, annotation?: Annotation) => void {
  let within = ''
  return (line, annotation) => {
    if (annotation !== undefined) {
      const title = annotation.title === '' ? '' : `${paint.bold(annotation.title)}: `
      const where = annotation.file === undefined ? '' : ` (${annotation.file}:${annotation.line ?? 1})`
      const text = `${SIGNS[annotation.level]} ${title}${annotation.message}${where}`
      write(indent + text.replaceAll('\n', `\n${indent}  `))
    } else if (line.startsWith('##[group]')) {
      write(`${indent}▸ ${paint.bold(line.slice('##[group]'.length))}`)
      within = '  '
    } else if (line === '##[endgroup]') {
      within = ''
    } else {
      write(indent + within + (line.startsWith('##[debug]') ? paint.dim(line) : line))
    }
  }
}
