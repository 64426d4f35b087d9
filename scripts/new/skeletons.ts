// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code

/** What `npm run new` writes: path → text, and what is left to do by hand, in order. */
export interface Skeleton {
  files: Record<string, string>
  next: string[]
}

export type Kind = 'action' | 'scheme' | 'sink' | 'target'

export const KINDS: readonly Kind[] = ['action', 'scheme', 'sink', 'target']

/** The skeleton of something new, in the shape that the rules of the house ask for; pure. */
export function skeletonOf(kind: Kind, name: string): Skeleton {
  return { action, scheme, sink, target }[kind](name)
}

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`
const title = (name: string): string => name.replaceAll('-', ' ')
const constant = (name: string): string => name.replaceAll('-', '_').toUpperCase()
const pascal = (name: string): string =>
  name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())

function action(name: string): Skeleton {
  const folder = `actions/${name}`
  return {
    files: {
      [`${folder}/action.yml`]: lines(
        `name: Nexus ${title(name)}`,
        'description: What it does, in one sentence.',
        'author: Nexus Actions contributors',
        'branding:',
        '  icon: box',
        '  color: green',
        '',
        'inputs:',
        '  timeout:',
        '    description: The whole step.',
        '    default: 1m',
        '  dry-run:',
        '    description: Prints the plan and does nothing.',
        '    default: "false"',
        '',
        'outputs:',
        '  done:',
        '    description: Whether it was done.',
        '  result:',
        '    description: JSON document with what was found, at most 16 KiB.',
        '  result-file:',
        '    description: Path of the whole result document.',
        '',
        'runs:',
        '  using: node24',
        `  main: ../../dist/${name}/index.js`,
      ),
      [`${folder}/README.md`]: lines(
        `# ${name}`,
        '',
        'What it does, in one sentence.',
        '',
        '```yaml',
        `- uses: org/nexus-actions/${name}@v1`,
        '```',
        '',
        '## Inputs',
        '',
        '<!-- inputs:start -->',
        '<!-- inputs:end -->',
        '',
        '## Outputs',
        '',
        '<!-- outputs:start -->',
        '<!-- outputs:end -->',
      ),
      [`${folder}/model.ts`]: lines(
        'export interface Inputs {',
        '  /** ms */',
        '  timeout: number',
        '  dryRun: boolean',
        '}',
        '',
        '/** What is true now. */',
        'export interface Observation {',
        '  /** ms since 1970 */',
        '  at: number',
        '}',
        '',
        '/** What is to be done, and why. */',
        'export interface Plan {',
        '  reason: string',
        '}',
      ),
      [`${folder}/inputs.ts`]: lines(
        "import { inputReader, rules } from '../../shared/action/inputs.ts'",
        "import type { Inputs } from './model.ts'",
        '',
        '/** @throws InputError with every problem of every input; nothing was done then */',
        'export async function readInputs(env: NodeJS.ProcessEnv = process.env): Promise<Inputs> {',
        '  const inputs = inputReader(env)',
        '  const read: Inputs = {',
        "    timeout: inputs.read('timeout', (text) => rules.duration(text, { min: 1_000 }), 60_000),",
        "    dryRun: inputs.read('dry-run', rules.boolean, false),",
        '  }',
        '  inputs.finish()',
        '  return read',
        '}',
      ),
      [`${folder}/observe.ts`]: lines(
        "import type { Step } from '../../shared/action/step.ts'",
        "import type { Inputs, Observation } from './model.ts'",
        '',
        '/** Looks at what is there; writes nothing. */',
        'export async function observe(_inputs: Inputs, { clock }: Step): Promise<Observation> {',
        '  return { at: clock.date() }',
        '}',
      ),
      [`${folder}/plan.ts`]: lines(
        "import type { Inputs, Observation, Plan } from './model.ts'",
        '',
        '/** The decision; pure. */',
        'export function decide(_inputs: Inputs, { at }: Observation): Plan {',
        '  return { reason: `looked at ${new Date(at).toISOString()}` }',
        '}',
      ),
      [`${folder}/report.ts`]: lines(
        "import { log } from '../../shared/action/log.ts'",
        "import { setOutputs, setResult } from '../../shared/action/outputs.ts'",
        "import { type Outcome, passed } from '../../shared/action/run.ts'",
        "import type { Step } from '../../shared/action/step.ts'",
        "import { tellStory } from '../../shared/action/story.ts'",
        "import type { Inputs, Plan } from './model.ts'",
        '',
        '/** Sets the outputs and says how the step ends. */',
        'export function report({ reason }: Plan, { dryRun }: Inputs, { context }: Step): Outcome {',
        '  setOutputs({ done: !dryRun })',
        `  setResult('${name}', { dryRun, reason }, context.temp)`,
        `  tellStory(context, { action: '${name}', outcome: dryRun ? 'planned' : 'done', text: reason })`,
        '  log.info(reason)',
        '  return passed',
        '}',
      ),
      [`${folder}/main.ts`]: lines(
        "import { run } from '../../shared/action/run.ts'",
        "import { setDeadline } from '../../shared/action/watchdog.ts'",
        "import { readInputs } from './inputs.ts'",
        "import { observe } from './observe.ts'",
        "import { decide } from './plan.ts'",
        "import { report } from './report.ts'",
        '',
        "run('main', async (step) => {",
        '  const inputs = await readInputs()',
        '  setDeadline(inputs.timeout)',
        '  const plan = decide(inputs, await observe(inputs, step))',
        '  return report(plan, inputs, step)',
        '})',
      ),
      [`test/actions/${name}/bundle.test.ts`]: lines(
        "import { expect, test } from '@jest/globals'",
        "import { expectConclusion, runAction } from '../../support/runner.ts'",
        '',
        "test('does what it says', async () => {",
        `  const step = await runAction({ action: '${name}' })`,
        "  expectConclusion(step, 'success')",
        "  expect(step.outputs['done']).toBe('true')",
        '})',
      ),
    },
    next: [
      `npm run docs && npm run build -- ${name} && npm test -- test/actions/${name}`,
      'Add the least that it has to be given to LEAST in test/house/manifests.test.ts, if anything.',
      `Add a recipe to actions/${name}/README.md, a workflow to examples/, a row to README.md.`,
    ],
  }
}

function scheme(name: string): Skeleton {
  return {
    files: {
      [`shared/probe/schemes/${name}.ts`]: lines(
        "import { connectTcp } from '../../http/connect.ts'",
        "import type { Check, Observation } from '../check.ts'",
        "import type { Attempt } from '../probe.ts'",
        "import { asProbeFailure } from './failure.ts'",
        '',
        `/** What a good answer of ${name} proves, and where the protocol is written down. */`,
        'export async function probe({ target }: Check, { timeout, signal }: Attempt): Promise<Observation> {',
        `  if (target.scheme === 'exec') throw new TypeError('not a ${name} target')`,
        '  const started = performance.now()',
        '  try {',
        '    const { socket, address, timings } = await connectTcp({',
        '      host: target.url.hostname,',
        '      port: Number(target.url.port),',
        '      deadline: started + timeout,',
        '      signal,',
        '    })',
        '    socket.destroy()',
        '    return { address, timings: { ...timings, total: performance.now() - started } }',
        '  } catch (error) {',
        '    throw asProbeFailure(error)',
        '  }',
        '}',
      ),
    },
    next: [
      `Add a row "${name}" to SCHEMES in shared/probe/schemes.ts: form, settings, load.`,
      `Say what its URL may hold in shared/probe/service-rules.ts, as ${constant(name)}.`,
      'Add it to the contract suite of schemes in test/shared/probe and to the list of forms in actions/health-check/action.yml.',
      'Test it against a real server: test/support/services, .ci/run, a recipe in actions/health-check/README.md.',
    ],
  }
}

function sink(name: string): Skeleton {
  const model = pascal(name)
  return {
    files: {
      [`actions/slack-notify/message/${name}-payload.ts`]: lines(
        "import type { Message } from './message.ts'",
        '',
        `/** The body that ${title(name)} takes, within its limits, with its own escaping; pure. Say where the limits are written down. */`,
        `export function ${camel(name)}Payload({ headline }: Message): unknown {`,
        '  return { text: headline }',
        '}',
      ),
      [`actions/slack-notify/apply/${name}.ts`]: lines(
        "import type { Message } from '../message/message.ts'",
        `import { ${camel(name)}Payload } from '../message/${name}-payload.ts'`,
        "import type { Delivered } from '../model.ts'",
        "import { delivered, undelivered, type Wire } from './delivery.ts'",
        "import { excerpt, post } from './post.ts'",
        '',
        `/** Sends the message to ${title(name)}; a refusal comes with its own word and a remedy. */`,
        `export async function sendTo${model}(url: URL, message: Message, wire: Wire): Promise<Delivered> {`,
        `  const answer = await post({ url, body: JSON.stringify(${camel(name)}Payload(message)) }, wire)`,
        "  if ('ok' in answer) return answer",
        '  const isGood = answer.status >= 200 && answer.status < 300',
        '  return isGood',
        '    ? delivered(answer.status)',
        '    : undelivered(`http_${answer.status}`, excerpt(answer), answer.status)',
        '}',
      ),
    },
    next: [
      'Read its input in actions/slack-notify/inputs.ts, mask it first, and add it to Inputs in model.ts and to action.yml.',
      'Add a kind of delivery to model.ts, plan it in plan.ts, send it in apply.ts.',
      'Let it pass the contract suite of sinks, and compile its payload against the vendor’s own types or schema.',
    ],
  }
}

function target(name: string): Skeleton {
  const model = pascal(name)
  return {
    files: {
      [`actions/blue-green-switch/targets/${name}.ts`]: lines(
        "import type { Problems } from '../../../shared/action/inputs.ts'",
        "import { configReader } from './config.ts'",
        '',
        "const NAME = { pattern: /^[\\w.-]{1,128}$/, what: 'a name' }",
        '',
        `/** What \`target-config\` says of ${title(name)}. */`,
        `export interface ${model}Settings {`,
        '  servers: Readonly<Record<string, string>>',
        '}',
        '',
        '/** @returns undefined after problems */',
        `export function read${model}(config: unknown, problems: Problems): ${model}Settings | undefined {`,
        '  const before = problems.list.length',
        "  const reader = configReader(config, ['servers'], problems)",
        "  const servers = reader.colors('servers', NAME)",
        '  return problems.list.length > before ? undefined : { servers }',
        '}',
      ),
      [`actions/blue-green-switch/observe/routers/${name}.ts`]: lines(
        `import { read${model} } from '../../targets/${name}.ts'`,
        "import type { Connect } from '../../targets/target.ts'",
        '',
        '/** What is atomic here, what a write is compared with, and which answers of it are no proof. */',
        'export const connect: Connect = (config, _options, problems) => {',
        `  const settings = read${model}(config, problems)`,
        '  if (settings === undefined) return undefined',
        '  return {',
        '    colors: Object.keys(settings.servers),',
        '    weighted: true,',
        `    describe: () => '${name}',`,
        "    lock: '',",
        '    read: () => Promise.reject(new Error(`not written yet`)),',
        '    plan: () => [],',
        '    write: () => Promise.reject(new Error(`not written yet`)),',
        '    restore: () => Promise.reject(new Error(`not written yet`)),',
        '  }',
        '}',
      ),
    },
    next: [
      'Add its name to targets/names.ts, its settings to targets/read.ts and a row to observe/routers/open.ts.',
      'Give it a lock (shared/files/lock.ts), and let it pass the contract suite of targets on the real thing: test/support/routers, .ci/run.',
      'Say in actions/blue-green-switch/README.md what it can and cannot promise, with a recipe.',
    ],
  }
}

const camel = (name: string): string => {
  const text = pascal(name)
  return `${text[0]?.toLowerCase()}${text.slice(1)}`
}
