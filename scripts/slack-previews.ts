// node scripts/slack-previews.ts — draws every template of slack-notify as actions/slack-notify/images/<template>.png,
// for its README. Needs chromium (apt-get install chromium fonts-lato fonts-dejavu-core fonts-noto-color-emoji).
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Job } from '../actions/slack-notify/message/jobs.ts'
import type { Mention } from '../actions/slack-notify/message/message.ts'
import { slackPayload } from '../actions/slack-notify/message/slack-payload.ts'
import { lookOf } from '../actions/slack-notify/message/status.ts'
import type { Subject } from '../actions/slack-notify/message/subject.ts'
import { messageOf, TEMPLATES, type TemplateName } from '../actions/slack-notify/message/templates.ts'
import { tempFolder } from '../test/support/runner/cleanup.ts'
import { ROOT } from './actions.ts'
import { findProgram } from './find-program.ts'
import { previewPage } from './slack-previews/page.ts'

const WIDTH = 552

const job = (name: string, status: string, ...failedSteps: string[]): Job => ({
  ...{ name, status, failedSteps },
  url: 'https://github.com/octo-org/shop/actions/runs/1/job/2',
})

const BASE: Subject = {
  look: lookOf('success'),
  wasBroken: false,
  ...{ title: '', text: '', reason: '', environment: '', version: '', url: '', changelog: '' },
  fields: [],
  jobs: [],
  durationMs: 192_000,
  run: {
    ...{ repository: 'octo-org/shop', serverUrl: 'https://github.com', workflow: 'release', branch: 'main' },
    ...{
      sha: '4f1e2d3c5b6a79880716253443526170f1e2d3c4',
      commitTitle: 'Take the basket along',
      actor: 'octocat',
    },
    runUrl: 'https://github.com/octo-org/shop/actions/runs/1',
    pull: undefined,
    isTag: false,
    triggeringActor: 'octocat',
    attempt: 1,
  },
  outcome: undefined,
  coverage: undefined,
  story: [],
}

const fields = (all: Record<string, string>) => Object.entries(all).map(([name, value]) => ({ name, value }))

const EXAMPLES: Readonly<Record<TemplateName, Partial<Subject>>> = {
  'ci-summary': {
    look: lookOf('failure'),
    jobs: [
      job('lint', 'success'),
      ...Array.from({ length: 12 }, (_, index) =>
        index === 4
          ? job('test (windows, 24)', 'failure', 'Run tests')
          : job(`test (linux, ${index})`, 'success'),
      ),
      job('publish', 'skipped'),
    ],
  },
  deploy: {
    environment: 'production',
    version: '2.1.0',
    url: 'https://shop.example.com',
    changelog:
      '- **basket**: is taken along ([#42](https://github.com/octo-org/shop/pull/42))\n- **search**: finds plurals ([#40](https://github.com/octo-org/shop/pull/40))',
  },
  rollback: {
    environment: 'production',
    version: '2.0.3',
    reason: 'The error rate rose to 4.2 % within two minutes.',
  },
  release: {
    version: '2.1.0',
    url: 'https://github.com/octo-org/shop/releases/tag/v2.1.0',
    changelog:
      '### Features\n- **basket**: is taken along ([#42](https://github.com/octo-org/shop/pull/42))\n### Fixes\n- prices of `0.00` are shown',
  },
  security: {
    look: lookOf('failure'),
    outcome: 'failure',
    fields: fields({ Critical: '1', High: '3', Medium: '12', New: '2' }),
    url: 'https://github.com/octo-org/shop/security/code-scanning',
    text: 'CVE-2026-1234 in openssl 3.0.1: fixed in 3.0.2',
  },
  coverage: {
    look: lookOf('failure'),
    coverage: {
      value: 78.4,
      metric: 'lines',
      branches: 71.2,
      threshold: 80,
      previous: 81.2,
      maxDrop: undefined,
    },
    url: 'https://codecov.example.com/shop',
  },
  'main-broken': { look: lookOf('failure'), jobs: [job('test', 'failure', 'Run tests')] },
  metrics: {
    title: 'How we deliver',
    fields: fields({
      'Deployments a week': '14',
      'Lead time': '5 h 20 min',
      'Change failure rate': '4 %',
      'Time to restore': '18 min',
    }),
    url: 'https://grafana.example.com/d/dora',
  },
  plain: { title: 'The nightly backup is done', text: '3.2 GB in 41 tables, checked by restoring it.' },
}
const MENTIONS: Partial<Record<TemplateName, Mention[]>> = { 'main-broken': [{ kind: 'here' }] }

const chromium = findProgram('chromium') ?? findProgram('google-chrome')
if (chromium === undefined) throw new Error('chromium is not installed.')
const out = join(ROOT, 'actions', 'slack-notify', 'images')
mkdirSync(out, { recursive: true })
const stage = tempFolder('nexus-previews-')
for (const template of TEMPLATES) {
  const page = join(stage, `${template}.html`)
  const message = messageOf(template, { ...BASE, ...EXAMPLES[template] })
  const html = previewPage(slackPayload(message, MENTIONS[template] ?? []))
  writeFileSync(
    page,
    html.replace(
      '</body>',
      '<script>document.title = document.querySelector(".slack").offsetHeight</script></body>',
    ),
  )
  const dom = browse(chromium, page, '--dump-dom').toString('utf8')
  const height = Number(/<title>(\d+)<\/title>/.exec(dom)?.[1] ?? 400)
  const image = join(out, `${template}.png`)
  browse(chromium, page, `--screenshot=${image}`, `--window-size=${WIDTH},${height}`, '--hide-scrollbars')
  console.log(`${template}.png, ${WIDTH} × ${height}`)
}

function browse(program: string, page: string, ...options: readonly string[]): Buffer {
  const profile = `--user-data-dir=${join(stage, 'profile')}`
  const argv = ['--headless', '--no-sandbox', '--disable-gpu', profile, ...options, `file://${page}`]
  return execFileSync(program, argv, { stdio: ['ignore', 'pipe', 'ignore'] })
}
