import type { Paint } from './terminal.ts'

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }

/** Markdown of a job summary as text for a terminal: aligned tables, no escapes, no tags. */
export function terminalMarkdown(markdown: string, paint: Pick<Paint, 'bold' | 'dim'>): string {
  const result: string[] = []
  let fence = ''
  let table: string[] = []
  const endTable = (): void => {
    if (table.length > 0) result.push(...alignTable(table, paint))
    table = []
  }
  for (const line of markdown
    .replace(/\n{3,}/g, '\n\n')
    .trim()
    .split('\n')) {
    const opens = /^(`{3,})/.exec(line)?.[1] ?? ''
    if (fence !== '') {
      if (opens.startsWith(fence)) fence = ''
      else result.push(`  ${line}`)
    } else if (line.startsWith('|')) {
      table.push(line)
    } else if (opens !== '') {
      endTable()
      fence = opens
    } else {
      endTable()
      result.push(textLine(line, paint))
    }
  }
  endTable()
  return result
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

function textLine(line: string, paint: Pick<Paint, 'bold' | 'dim'>): string {
  const heading = /^#{1,6} +(.*)$/.exec(line)?.[1]
  if (heading !== undefined) return paint.bold(inline(heading))
  const folded = /<summary>(.*?)<\/summary>/.exec(line)?.[1]
  if (folded !== undefined) return `▾ ${inline(folded)}`
  const alert = /^> \[!(\w+)\]$/.exec(line)?.[1]
  if (alert !== undefined) return paint.bold(`│ ${alert}`)
  if (line.startsWith('> ')) return `│ ${inline(line.slice(2))}`
  return inline(line.replace(/^- /, '• '))
}

/** Emphasis, code marks, tags, backslashes and character references go; what they stand for stays. */
function inline(text: string): string {
  return text
    .replace(/<\/?[a-z][^>]*>/gi, '')
    .replace(/\*\*(.+?)\*\*/g, '$1')
    .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, '$1 ($2)')
    .replace(/(?<!\\)(`+) ?(.*?) ?\1/g, '$2')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .replaceAll('\u200b', '')
}

function alignTable(lines: readonly string[], paint: Pick<Paint, 'bold' | 'dim'>): string[] {
  const rows = lines.map((line) => line.replace(/^\|\s?|\s?\|\s*$/g, '').split(/(?<!\\)\|/))
  const right = (rows[1] ?? []).map((cell) => /^\s*-+:\s*$/.test(cell))
  const cells = rows.filter((_, index) => index !== 1).map((row) => row.map((cell) => inline(cell.trim())))
  const widths = right.map((_, column) => Math.max(...cells.map((row) => width(row[column] ?? ''))))
  return cells.map((row, index) => {
    const padded = row.map((cell, column) => {
      const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)))
      return right[column] ? space + cell : cell + space
    })
    const line = padded.join('  ').trimEnd()
    return index === 0 ? paint.dim(line) : line
  })
}

/** Columns on the screen: the signs of verdicts take two. */
function width(text: string): number {
  return [...text].reduce((sum, char) => sum + (/\p{Emoji_Presentation}/u.test(char) ? 2 : 1), 0)
}
