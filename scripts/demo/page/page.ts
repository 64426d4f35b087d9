import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatDuration } from '../../../shared/text/duration.ts'
import { maskText } from '../../../test/support/runner/masks.ts'
import type { Annotation } from '../../../test/support/runner/step-log.ts'
import { ROOT } from '../../actions.ts'
import type { DemoStep, Wagon } from '../train.ts'
import { escapeHtml } from './html.ts'
import { summaryHtml } from './markdown.ts'
import { type Traffic, trafficFigure } from './traffic.ts'

/** A wagon and what came of it. */
export interface Arrived {
  wagon: Wagon
  steps: readonly DemoStep[]
  claims: Readonly<Record<string, boolean>>
  traffic: readonly Traffic[]
  asIntended: boolean
  durationMs: number
}

/** The whole journey as one HTML document that needs no other file and no network. */
export function pageOf(arrived: readonly Arrived[]): string {
  const script = asset('theme.js')
  const policy = [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    'img-src https: data:',
    `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  ].join('; ')
  const good = arrived.filter(({ asIntended }) => asIntended).length
  const total = formatDuration(arrived.reduce((sum, { durationMs }) => sum + durationMs, 0))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The release train – Nexus Actions</title>
<style>${githubCss()}${asset('page.css')}</style>
</head>
<body>
<header class="head">
  <p class="brand">Nexus Actions</p>
  <button id="theme" type="button">Theme: auto</button>
  <h1>The release train</h1>
  <p class="lead">${good} of ${arrived.length} wagons did what was intended, in ${total}. Every step below really ran:
  the bundled action, as the GitHub runner runs it, against a real service on this machine.</p>
  <nav class="train" aria-label="Wagons">
    <span class="engine" aria-hidden="true">${LOCOMOTIVE}</span>
    ${arrived.map(wagonLink).join('\n    ')}
  </nav>
</header>
<main>
${arrived.map(wagonSection).join('\n')}
</main>
<footer class="foot">Made by <code>npm run demo</code>. Summaries are rendered as GitHub renders them.</footer>
<script>${script}</script>
</body>
</html>
`
}

const LOCOMOTIVE = `<svg viewBox="0 0 64 40" width="96" height="60"><path d="M4 32V10h18v10h16V12h6v8h8l8 12z"/><path class="window" d="M8 13h10v7H8z"/><path d="M38 8h6v4h-6z"/><circle cx="14" cy="33" r="5"/><circle cx="32" cy="33" r="5"/><circle cx="48" cy="33" r="5"/></svg>`

function wagonLink({ wagon, steps, asIntended, durationMs }: Arrived, index: number): string {
  const isRed = steps.some(({ result }) => result.conclusion !== 'success')
  const state = asIntended ? (isRed ? 'stopped' : 'passed') : 'derailed'
  const words = { passed: 'green', stopped: 'red, as intended', derailed: 'not as intended' }[state]
  return `<a class="wagon ${state}" href="#wagon-${index + 1}">
      <span class="number">${index + 1}</span><span class="name">${escapeHtml(wagon.title)}</span>
      <span class="state">${words} · ${formatDuration(durationMs)}</span></a>`
}

function wagonSection({ wagon, steps, claims, traffic }: Arrived, index: number): string {
  const list = Object.entries(claims).map(
    ([claim, holds]) => `<li class="${holds ? 'holds' : 'fails'}">${escapeHtml(claim)}</li>`,
  )
  return `<section class="stop" id="wagon-${index + 1}">
<h2><span class="number">${index + 1}</span> ${escapeHtml(wagon.title)}</h2>
<p class="story">${escapeHtml(wagon.story)}</p>
${steps.map(stepArticle).join('\n')}
${traffic.map(trafficFigure).join('\n')}
<ul class="claims">${list.join('')}</ul>
</section>`
}

function stepArticle({ uses, expected, result }: DemoStep): string {
  const masked = (text: string): string => maskText(text, result.masks)
  const colour = result.conclusion === 'success' ? 'green' : 'red'
  const intended = result.conclusion === expected ? 'as intended' : `not as intended (${expected})`
  const outputs = Object.entries(result.outputs).map(
    ([name, value]) =>
      `<tr><th scope="row"><code>${escapeHtml(name)}</code></th><td>${outputCell(masked(value))}</td></tr>`,
  )
  const exit = result.signal ?? `exit code ${result.exitCode}`
  return `<div class="step">
<div class="sheet"><h3>The step</h3><pre class="yaml"><code>${escapeHtml(uses)}</code></pre></div>
<p class="verdict ${colour}"><strong>${result.conclusion}</strong> ${intended} · ${formatDuration(result.durationMs)} · ${exit}</p>
${result.annotations.map(annotationBox).join('\n')}
<div class="sheet summary"><h3>Job summary</h3>
<article class="markdown-body">${summaryHtml(masked(result.summary))}</article></div>
<details class="sheet"><summary>Outputs <span>${outputs.length}</span></summary><table class="outputs">${outputs.join('')}</table></details>
<details class="sheet"><summary>Log <span>${result.log.split('\n').length} lines</span></summary><pre class="log">${escapeHtml(result.log)}</pre></details>
</div>`
}

function outputCell(value: string): string {
  if (value === '') return '<em>empty</em>'
  return value.startsWith('{') && value.length > 200
    ? `<details><summary>JSON, ${value.length} characters</summary><pre>${escapeHtml(indented(value))}</pre></details>`
    : `<pre>${escapeHtml(value)}</pre>`
}

function indented(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}

function annotationBox({ level, title, message, file, line }: Annotation): string {
  const where = file === undefined ? '' : ` <code>${escapeHtml(`${file}:${line ?? 1}`)}</code>`
  return `<div class="annotation ${level}"><strong>${escapeHtml(title || level)}</strong>${where}<p>${escapeHtml(message)}</p></div>`
}

function asset(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8')
}

/** The colours of each theme go to the root, where the toggle can choose between them and the whole page has them. */
function githubCss(): string {
  const css = readFileSync(join(ROOT, 'node_modules/github-markdown-css/github-markdown.css'), 'utf8')
  const colours: Record<string, string> = {}
  const rest = css.replace(
    /@media \(prefers-color-scheme: (dark|light)\) \{\s*\.markdown-body, \[data-theme="\1"\] \{([^}]*)\}\s*\}/g,
    (_, theme: string, block: string) => {
      colours[theme] = block
      return ''
    },
  )
  const { light, dark } = colours
  if (light === undefined || dark === undefined)
    throw new Error('github-markdown-css is built differently now.')
  return `:root{${light}}
:root[data-theme=dark]{${dark}}
@media (prefers-color-scheme: dark){:root:not([data-theme=light]){${dark}}}
${rest}`
}
