import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { REPOSITORY, ROOT } from '../../../scripts/actions.ts'
import { releaseTree } from '../../../scripts/tree.ts'
import { describeWith } from '../../support/real-parts.ts'
import {
  GOOGLE_PATH,
  MATTERMOST_PATH,
  startGoogleChat,
  startMattermost,
  startTeams,
  startTrigger,
  TEAMS_PATH,
  TRIGGER_PATH,
} from '../../support/slack/channels.ts'
import { startGitHub } from '../../support/slack/github.ts'
import { readable } from '../../support/slack/limits.ts'
import { DISCORD_PATH, ROUTING_KEY, startDiscord, startPagerDuty } from '../../support/slack/services.ts'
import { BOT_TOKEN } from '../../support/slack/slack.ts'
import { examples } from '../../support/slack/workflow-run.ts'
import { runWorkflow } from '../../workflows/act.ts'
import { slack, stage } from './stage.ts'

const README = readFileSync(join(ROOT, 'actions', 'slack-notify', 'README.md'), 'utf8')
/** Heading → its YAML, as written; act is given variables here, and no secrets. */
const RECIPES = new Map(
  [...README.matchAll(/^### (.+)\n\n(?:(?!^#)[\s\S])*?^```yaml\n([\s\S]*?)^```/gm)].map(
    ([, name = '', yaml = '']) => [name, yaml.replaceAll('secrets.', 'vars.')],
  ),
)

const recipe = (name: string): string => {
  const found = RECIPES.get(name)
  if (found === undefined) throw new Error(`The README has no recipe "${name}".`)
  return found
}
const indent = (text: string, by: number): string => text.replace(/^(?=.)/gm, ' '.repeat(by))
const job = (id: string, steps: string, before = ''): string =>
  `  ${id}:\n    runs-on: ubuntu-latest\n    steps:\n${indent(before + steps, 6)}`

/** What stands before a recipe in a job: a switch that is put back, and a scan. */
const SWITCH = `- id: switch
  run: |
    echo "rolled-back=true" >> "$GITHUB_OUTPUT"
    echo "live=blue" >> "$GITHUB_OUTPUT"
    echo "reason=the error rate rose" >> "$GITHUB_OUTPUT"
    exit 1
`
const SCAN = `name: scan
description: as trivy-sarif-upload answers
outputs:
  gate: { description: gate, value: "\${{ steps.s.outputs.gate }}" }
  critical: { description: n, value: "\${{ steps.s.outputs.critical }}" }
runs:
  using: composite
  steps:
    - id: s
      shell: bash
      run: |
        echo "gate=failed" >> "$GITHUB_OUTPUT"
        echo "critical=1" >> "$GITHUB_OUTPUT"
`

/** The steps of these recipes, each in a job of its own. */
const STEPS: readonly (readonly [job: string, recipe: string])[] = [
  ['deployment', 'A deployment'],
  ['rollback', 'A rollback, and why'],
  ['scan', 'The nightly security scan'],
  ['lifecycle', 'Started → finished in one message'],
  ['broken', 'Only when main breaks or recovers'],
  ['thread', 'A thread'],
  ['discord', 'Discord'],
  ['pagerduty', 'PagerDuty that resolves itself'],
  ['teams', 'Microsoft Teams'],
  ['chats', 'Google Chat, Mattermost, and your own receiver'],
  ['builder', 'A workflow of Slack’s Workflow Builder'],
  ['mail', 'E-mail'],
  ['blocks', 'Own blocks'],
]

test('every recipe of the README is run here', () => {
  const others = [
    'One notifier for all workflows',
    'One message for the whole run',
    'Coverage, on the pull request too',
  ]
  expect([...RECIPES.keys()].map((name) => name.replace("'", '’')).sort()).toEqual(
    [...STEPS.map(([, name]) => name), ...others].sort(),
  )
})

describeWith('act', 'the recipes of the README, as written', (act) => {
  const tree = (): Map<string, Buffer> => {
    const files = releaseTree('1.0.0')
    // The scan itself is another action's test.
    for (const path of [...files.keys()]) if (path.startsWith('trivy-sarif-upload/')) files.delete(path)
    return files.set('trivy-sarif-upload/action.yml', Buffer.from(SCAN))
  }
  const servers = async () => {
    const [hook, discord, teams, google, mattermost, trigger, pagerduty] = await Promise.all([
      slack(),
      stage(startDiscord()),
      stage(startTeams()),
      stage(startGoogleChat()),
      stage(startMattermost()),
      stage(startTrigger()),
      stage(startPagerDuty()),
    ])
    return { hook, discord, teams, google, mattermost, trigger, pagerduty }
  }

  test('steps', async () => {
    const to = await servers()
    const github = await stage(
      startGitHub({ token: 'x' }, () => ({ status: 200, body: { workflow_runs: [], jobs: [] } })),
    )
    const jobs = STEPS.map(([id, name]) => {
      const steps = recipe(name.replace('Slack’s', "Slack's"))
      expect(steps).toMatch(/^- uses: org\/nexus-actions\//)
      return job(id, steps, id === 'rollback' ? SWITCH : '')
    })
    const run = await runWorkflow({
      act,
      files: new Map([['.github/workflows/recipes.yml', `name: Recipes\non: push\njobs:\n${jobs.join('')}`]]),
      actions: { [`${REPOSITORY}@v1`]: tree() },
      event: 'push',
      payload: { ref: 'refs/heads/main' },
      variables: {
        SLACK_WEBHOOK: to.hook.webhookUrl,
        SLACK_BOT_TOKEN: BOT_TOKEN,
        SLACK_WORKFLOW_URL: to.trigger.url + TRIGGER_PATH,
        DISCORD_WEBHOOK: to.discord.url + DISCORD_PATH,
        TEAMS_WEBHOOK: to.teams.url + TEAMS_PATH,
        GOOGLE_CHAT_WEBHOOK: to.google.url + GOOGLE_PATH,
        MATTERMOST_WEBHOOK: to.mattermost.url + MATTERMOST_PATH,
        PAGERDUTY_KEY: ROUTING_KEY,
        SMTP_PASSWORD: 'planted-smtp-password',
        WEBHOOK_SIGNING_SECRET: 'whsec_cGxhbnRlZC1wbGFudGVkLXBsYW50ZWQtc2VjcmV0',
      },
      env: {
        SLACK_API_URL: to.hook.apiUrl,
        PAGERDUTY_EVENTS_URL: `${to.pagerduty.url}/v2/enqueue`,
        GITHUB_API_URL: github.url,
      },
    })
    // What the switch of the rollback said; no step of ours is red.
    expect(run.errors.filter((error) => !/exit code|exitcode/i.test(error))).toEqual([])
    const red = Object.entries(run.steps)
      .filter(([, result]) => result === 'failure')
      .map(([name]) => name)
    expect(red).toHaveLength(1)
    const texts = to.hook.messages.map(({ payload }) => readable(payload).split('\n')[0])
    for (const headline of [
      /^✅ Deployed .* to production$/,
      /^✅ Rolled production back to blue$/,
      /^❌ Security scan of .* found what must not stay$/,
      /^✅ Deployed main to production$/,
      /^✅ Released /,
      /^✅ Smoke tests passed$/,
    ]) {
      expect(texts).toContainEqual(expect.stringMatching(headline))
    }
    expect(to.hook.messages.some(({ payload }) => JSON.stringify(payload.blocks).includes('*Done.*'))).toBe(
      true,
    )
    for (const server of [to.discord, to.teams, to.google, to.mattermost, to.trigger, to.pagerduty]) {
      expect(server.received).toHaveLength(1)
    }
    expect(run.output).not.toContain('planted-smtp-password')
  }, 120_000)

  test('one notifier for all workflows', async () => {
    const hook = await slack()
    const payload = structuredClone(examples.completed) as { workflow_run: object }
    Object.assign(payload.workflow_run, {
      conclusion: 'failure',
      status: 'completed',
      path: '.github/workflows/ci.yml',
      head_branch: 'feature/x',
    })
    const run = await runWorkflow({
      act,
      files: new Map([['.github/workflows/notify.yml', recipe('One notifier for all workflows')]]),
      actions: { [`${REPOSITORY}@v1`]: tree() },
      event: 'workflow_run',
      payload,
      variables: { SLACK_WEBHOOK: hook.webhookUrl },
    })
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(hook.messages).toHaveLength(1)
    expect(readable(hook.messages[0]?.payload)).toMatch(/❌ .* failed on .*feature\/x/)
  }, 60_000)

  test('one message for the whole run', async () => {
    const hook = await slack()
    const before = ['build', 'test', 'deploy']
      .map((id) => job(id, `- run: exit ${id === 'test' ? 1 : 0}\n`))
      .join('')
    const yaml = recipe('One message for the whole run').replace(
      'jobs:\n',
      () => `name: Build\non: push\njobs:\n${before}`,
    )
    await runWorkflow({
      act,
      files: new Map([['.github/workflows/build.yml', yaml]]),
      actions: { [`${REPOSITORY}@v1`]: tree() },
      event: 'push',
      variables: { SLACK_WEBHOOK: hook.webhookUrl },
    })
    expect(hook.messages).toHaveLength(1)
    const text = readable(hook.messages[0]?.payload)
    expect(text).toContain('❌ Build failed')
    expect(text).toContain('❌ test')
  }, 60_000)

  test('coverage', async () => {
    const yaml = `name: Build\non: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n${indent(recipe('Coverage, on the pull request too'), 4)}`
    const lcov = `SF:a\n${Array.from({ length: 100 }, (_, index) => `DA:${index + 1},${index < 79 ? 1 : 0}\n`).join('')}end_of_record\n`
    const run = await runWorkflow({
      act,
      files: new Map([
        ['.github/workflows/build.yml', yaml],
        ['coverage/lcov.info', lcov],
      ]),
      actions: { [`${REPOSITORY}@v1`]: tree() },
      event: 'push',
    })
    expect(run).toMatchObject({ code: 0, errors: [] })
    expect(run.output).toContain('Status failure (the coverage)')
  }, 60_000)
})
