import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import { LINKS } from './notes-fixtures.ts'

interface Node {
  type: string
  value?: string
  url?: string
  children?: Node[]
}

/** As GitHub's own parser reads it: the nodes of a Markdown text, depth first. */
export function nodesOf(markdown: string): Node[] {
  const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) as Node
  const nodes: Node[] = []
  const visit = (node: Node): void => {
    nodes.push(node)
    node.children?.forEach(visit)
  }
  visit(tree)
  return nodes
}

/** What a reader sees, without any markup. */
export function textOf(markdown: string): string {
  return nodesOf(markdown)
    .flatMap(({ type, value }) => (type === 'text' || type === 'inlineCode' ? [value ?? ''] : []))
    .join('')
}

const HOME = `${LINKS.serverUrl}/${LINKS.repository}/`

/**
 * Whatever is dangerous in Markdown that is made of strangers' text; nothing when all is well.
 *
 * @param home what links have to begin with
 */
export function dangersOf(markdown: string, mayMention: readonly string[] = [], home = HOME): string[] {
  return nodesOf(markdown).flatMap(({ type, value = '', url = '' }) => {
    if (type === 'html') return [`HTML: ${value}`]
    if (type === 'image' || type === 'definition' || type === 'footnoteDefinition') return [type]
    if (type === 'table' || type === 'code' || type === 'blockquote' || type === 'thematicBreak')
      return [type]
    if (type === 'link' && !url.startsWith(home)) return [`link to ${url}`]
    if (type !== 'text') return []
    const mentions = [...value.matchAll(/(?<![\w`])@([a-z\d][\w-]*)/gi)].map((match) => match[1] ?? '')
    const foreign = [...value.matchAll(/[\w.-]+\/[\w.-]+#\d+/g)].map((match) => `reference ${match[0]}`)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are the point
    const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.exec(value)
    return [
      ...mentions.filter((name) => !mayMention.includes(name)).map((name) => `mention of ${name}`),
      ...foreign,
      ...(hidden === null ? [] : [`control character ${hidden[0].charCodeAt(0).toString(16)}`]),
    ]
  })
}
