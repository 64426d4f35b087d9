import fc from 'fast-check'
import type { Mention } from '../../../actions/slack-notify/message/message.ts'
import { lookOf } from '../../../actions/slack-notify/message/status.ts'
import type { Subject } from '../../../actions/slack-notify/message/subject.ts'
import { TEMPLATES } from '../../../actions/slack-notify/message/templates.ts'
import { hostileText } from '../../support/hostile-text.ts'

export const hostile = hostileText(25)
const job = fc.record({
  name: hostile,
  status: fc.oneof(fc.constantFrom('success', 'failure', 'cancelled', 'skipped', 'in_progress'), hostile),
  url: fc.constantFrom('', 'https://github.com/o/r/actions/runs/1/job/2'),
  failedSteps: fc.array(hostile, { maxLength: 4 }),
})
export const subject: fc.Arbitrary<Subject> = fc.record({
  look: fc.oneof(fc.constantFrom('success', 'failure', 'started'), hostile).map(lookOf),
  outcome: fc.constantFrom(undefined, 'success' as const, 'failure' as const, 'none' as const),
  wasBroken: fc.boolean(),
  ...{
    title: hostile,
    text: hostile,
    reason: hostile,
    environment: hostile,
    version: hostile,
    changelog: hostile,
  },
  url: fc.constantFrom('', 'https://example.com/a'),
  fields: fc.array(fc.record({ name: hostile, value: hostile }), { maxLength: 14 }),
  jobs: fc.array(job, { maxLength: 8 }),
  durationMs: fc.constantFrom(undefined, 61_000),
  coverage: fc.constantFrom(undefined, {
    value: 84.256,
    metric: 'lines',
    branches: 50,
    threshold: 90,
    previous: 85,
    maxDrop: 0.5,
  }),
  story: fc.array(hostile, { maxLength: 5 }),
  run: fc.record({
    repository: fc.constantFrom('', 'octo/repo'),
    serverUrl: fc.constant('https://github.com'),
    workflow: hostile,
    runUrl: fc.constantFrom('', 'https://github.com/octo/repo/actions/runs/1'),
    branch: hostile,
    sha: fc.constantFrom('', '4f1e2d3c5b6a79880716253443526170f1e2d3c4'),
    commitTitle: hostile,
    actor: hostile,
    isTag: fc.boolean(),
    triggeringActor: hostile,
    attempt: fc.constantFrom(1, 3),
    pull: fc.option(
      fc.record({ number: fc.nat(), title: hostile, url: fc.constant('https://github.com/o/r/pull/1') }),
      {
        nil: undefined,
      },
    ),
  }),
})
/** Who is called, from the input. */
export const mentions: fc.Arbitrary<Mention[]> = fc.array(
  fc.oneof(
    fc.constant<Mention>({ kind: 'here' }),
    fc.constant<Mention>({ kind: 'user', id: 'U0123456' }),
    hostile.map((name): Mention => ({ kind: 'name', name })),
    fc.constant<Mention>({ kind: 'email', address: 'octocat@example.com' }),
  ),
  { maxLength: 30 },
)
export const template = fc.constantFrom(...TEMPLATES)

/** A message about nothing in particular, for tests that change a part of it. */
export const PLAIN: Subject = {
  look: lookOf('success'),
  outcome: undefined,
  wasBroken: false,
  title: '',
  text: '',
  reason: '',
  environment: '',
  version: '',
  url: '',
  fields: [],
  changelog: '',
  jobs: [],
  durationMs: undefined,
  coverage: undefined,
  story: [],
  run: {
    repository: 'octo/repo',
    serverUrl: 'https://github.com',
    workflow: 'ci',
    runUrl: 'https://github.com/octo/repo/actions/runs/1',
    branch: 'main',
    isTag: false,
    sha: '',
    commitTitle: '',
    actor: '',
    triggeringActor: '',
    attempt: 1,
    pull: undefined,
  },
}
