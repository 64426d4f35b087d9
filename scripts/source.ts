import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join, posix } from 'node:path'
import { type AnyNode, type Node, type Program, parse } from 'acorn'
import { ROOT } from './actions.ts'
import { filesBelow } from './tree.ts'

/** What the rules of the house look at in one TypeScript file. */
export interface Source {
  /** Path in the repository, such as `shared/text/list.ts`. */
  path: string
  lines: number
  /** Every import and re-export, types too. Relative ones are paths in the repository. */
  imports: Import[]
  /** Globals in use: `process`, `process.exit`, `new Date()`, `Date()` (the brackets only when there is no argument). */
  globals: Set<string>
  /** Texts: string literals, template parts, and keys of objects. */
  texts: Set<string>
  /** Nothing but re-exports. */
  isBarrel: boolean
}

export interface Import {
  from: string
  /** Imported names; of a namespace import those that are used, and `*`. */
  names: string[]
  /** Only types are taken from it: nothing is loaded. */
  isType: boolean
}

/** The TypeScript files below folders of the repository. */
export function readSources(...folders: readonly string[]): Source[] {
  return folders.flatMap((folder) =>
    filesBelow(join(ROOT, folder))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => parseSource(`${folder}/${file}`, readFileSync(join(ROOT, folder, file), 'utf8'))),
  )
}

export function parseSource(path: string, text: string): Source {
  // Stripping would take type imports away, and with them half of the directions.
  const visible = text
    .replace(/^import type (?=[{*\w])/gm, 'import ')
    .replace(/^export type (?=(?:\{[^}]*\}|\*) from )/gm, 'export ')
  const program = parseModule(stripTypeScriptTypes(visible))
  const source: Source = {
    path,
    lines: text.trimEnd().split('\n').length,
    imports: [],
    globals: new Set(),
    texts: new Set(),
    isBarrel: program.body.length > 0 && program.body.every(isReExport),
  }
  const loaded = loadedPaths(text, path)
  const declared = declaredNames(program)
  const namespaces = new Map<string, Import>()
  for (const node of walk(program)) {
    collectImport(node, { path, loaded, imports: source.imports, namespaces })
    if (node.type === 'Literal' && typeof node.value === 'string') source.texts.add(node.value)
    if (node.type === 'TemplateElement') source.texts.add(node.value.raw)
    if (node.type === 'Property' && !node.computed) source.texts.add(nameOf(node.key as AnyNode))
  }
  for (const node of walk(program)) {
    const member = node.type === 'MemberExpression' ? memberName(node) : undefined
    if (member !== undefined) namespaces.get(member.object)?.names.push(member.property)
    for (const use of usesOf(node, member)) {
      if (!declared.has(/\w+/.exec(use.replace('new ', ''))?.[0] ?? '')) source.globals.add(use)
    }
  }
  return source
}

export function parseModule(code: string): Program {
  return parse(code, { ecmaVersion: 'latest', sourceType: 'module' })
}

/** Every node of a tree. Names that are no expressions (keys, members, what an import is called elsewhere) are left out. */
export function* walk(node: Node): Generator<AnyNode> {
  yield node as AnyNode
  for (const [key, child] of Object.entries(node)) {
    if (isName(node as AnyNode, key)) continue
    for (const item of Array.isArray(child) ? child : [child]) {
      if (item !== null && typeof item === 'object' && typeof item.type === 'string') yield* walk(item)
    }
  }
}

function isName(node: AnyNode, key: string): boolean {
  if (node.type === 'MemberExpression') return key === 'property' && !node.computed
  if (node.type === 'Property') return key === 'key' && !node.computed && !node.shorthand
  if (node.type === 'MethodDefinition' || node.type === 'PropertyDefinition')
    return key === 'key' && !node.computed
  return key === 'imported' || key === 'exported' || key === 'label'
}

function isReExport(node: AnyNode): boolean {
  return (
    node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && node.source !== null)
  )
}

/** What the file loads when it runs; without what it takes types from. */
function loadedPaths(text: string, path: string): Set<string> {
  const found: Import[] = []
  const file = { path, loaded: new Set<string>(), imports: found, namespaces: new Map<string, Import>() }
  for (const node of walk(parseModule(stripTypeScriptTypes(text)))) collectImport(node, file)
  return new Set(found.map(({ from }) => from))
}

function collectImport(
  node: AnyNode,
  {
    path,
    loaded,
    imports,
    namespaces,
  }: { path: string; loaded: ReadonlySet<string>; imports: Import[]; namespaces: Map<string, Import> },
): void {
  const found: Import = { from: '', names: [], isType: false }
  if (node.type === 'ImportDeclaration') {
    for (const specifier of node.specifiers) {
      if (specifier.type === 'ImportNamespaceSpecifier') namespaces.set(specifier.local.name, found)
      found.names.push(importedName(specifier))
    }
  } else if (node.type === 'ExportNamedDeclaration') {
    found.names.push(...node.specifiers.map(({ local }) => nameOf(local)))
  } else if (node.type === 'ExportAllDeclaration' || node.type === 'ImportExpression') {
    found.names.push('*')
  } else return
  if (node.source?.type !== 'Literal' || typeof node.source.value !== 'string') return
  const from = node.source.value
  found.from = from.startsWith('.') ? posix.join(posix.dirname(path), from) : from
  found.isType = !loaded.has(found.from)
  imports.push(found)
}

function importedName(specifier: AnyNode): string {
  if (specifier.type === 'ImportSpecifier') return nameOf(specifier.imported)
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : '*'
}

function nameOf(node: AnyNode): string {
  if (node.type === 'Identifier') return node.name
  return node.type === 'Literal' ? String(node.value) : ''
}

/** Names that the file itself declares anywhere. A global that shares its name with one of them is not seen. */
function declaredNames(program: Program): Set<string> {
  const names = new Set<string>()
  const declare = (pattern: AnyNode | null | undefined): void => {
    if (!pattern) return
    if (pattern.type === 'Identifier') names.add(pattern.name)
    else if (pattern.type === 'AssignmentPattern') declare(pattern.left)
    else if (pattern.type === 'RestElement') declare(pattern.argument)
    else if (pattern.type === 'ArrayPattern') for (const item of pattern.elements) declare(item)
    else if (pattern.type === 'ObjectPattern') {
      for (const item of pattern.properties) declare(item.type === 'Property' ? item.value : item)
    }
  }
  for (const node of walk(program)) {
    if (node.type === 'VariableDeclarator' || node.type === 'FunctionDeclaration') declare(node.id)
    if (node.type === 'ClassDeclaration') declare(node.id)
    if (node.type === 'CatchClause') declare(node.param)
    if ('params' in node) for (const param of node.params) declare(param)
    if ('local' in node && node.type.startsWith('Import')) declare(node.local)
  }
  return names
}

function memberName(node: AnyNode): { object: string; property: string } | undefined {
  if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier') return undefined
  const property = node.computed && node.property.type !== 'Literal' ? '' : nameOf(node.property as AnyNode)
  return property === '' ? undefined : { object: node.object.name, property }
}

function usesOf(node: AnyNode, member: { object: string; property: string } | undefined): string[] {
  if (node.type === 'Identifier') return [node.name]
  if (member !== undefined) return [`${member.object}.${member.property}`]
  const isCall = node.type === 'CallExpression' || node.type === 'NewExpression'
  if (!isCall || node.callee.type !== 'Identifier' || node.arguments.length > 0) return []
  return [`${node.type === 'NewExpression' ? 'new ' : ''}${node.callee.name}()`]
}
