import { COMMANDS, type Command, parseCommand } from './commands.ts'
import { maskText } from './masks.ts'

export interface Annotation {
  level: 'error' | 'warning' | 'notice'
  /** Empty when the command had none. */
  title: string
  message: string
  file?: string
  line?: number
}

/** The log of one step, as the runner makes it from the lines that a process prints. */
export interface StepLog {
  /** One line of stdout or stderr. */
  read(line: string): void
  /** An issue that the runner itself raises. */
  issue(level: Annotation['level'], message: string, properties?: Readonly<Record<string, string>>): void
  /** An error of the runner that also turns the step red. */
  fail(message: string): void
  readonly annotations: readonly Annotation[]
  /** Every command that was recognised, whatever came of it. */
  readonly commands: readonly Command[]
  readonly failed: boolean
  /** What a person sees, masked. */
  text(): string
}

/** The runner's own limits. */
const MAX_ISSUES_PER_LEVEL = 10
const MAX_MESSAGE = 4_096

/**
 * @param masks of the job; `add-mask` adds to them
 * @param onLine gets every masked line when it is written, and the annotation that it shows
 * @see https://github.com/actions/runner/blob/main/src/Runner.Worker/ActionCommandManager.cs
 */
export function stepLog(
  masks: Set<string>,
  debug: boolean,
  onLine: (line: string, annotation?: Annotation) => void,
): StepLog {
  const annotations: Annotation[] = []
  const commands: Command[] = []
  const lines: string[] = []
  const registered = new Set(COMMANDS)
  let resumeToken: string | undefined
  let failed = false

  const write = (text: string, annotation?: Annotation): void => {
    const line = maskText(text, masks)
    lines.push(line)
    onLine(line, annotation)
  }

  const issue: StepLog['issue'] = (level, text, properties = {}) => {
    const message = maskText(text, masks).slice(0, MAX_MESSAGE)
    const line = Number(properties['line'])
    const annotation: Annotation = {
      level,
      title: maskText(properties['title'] ?? '', masks),
      message,
      ...(properties['file'] === undefined ? {} : { file: properties['file'] }),
      ...(Number.isInteger(line) ? { line } : {}),
    }
    if (annotations.filter((each) => each.level === level).length < MAX_ISSUES_PER_LEVEL) {
      annotations.push(annotation)
    }
    if (message !== '') write(`##[${level}]${message}`, annotation)
  }

  const fail = (message: string): void => {
    failed = true
    issue('error', message)
  }

  const mask = (secret: string): void => {
    if (secret.trim() === '') {
      issue('warning', "Can't add secret mask for empty string in ##[add-mask] command.")
      return
    }
    masks.add(secret)
    for (const part of secret.split(/[\r\n]/)) if (part.trim() !== '') masks.add(part.trim())
  }

  const stop = (token: string): void => {
    const wanted = token.toLowerCase()
    if (wanted === '' || wanted === 'pause-logging' || registered.has(wanted)) {
      fail('You cannot use a endToken that is an empty string, or another workflow command.')
      return
    }
    resumeToken = wanted
    registered.add(wanted)
    if (token.length > 6) masks.add(token)
  }

  const obey = (name: string, { properties, data }: Command): void => {
    if (name === 'stop-commands') stop(data)
    else if (name === 'add-mask') mask(data)
    else if (name === 'error' || name === 'warning' || name === 'notice') issue(name, data, properties)
    else if (name === 'debug') {
      if (debug) write(`##[debug]${data}`)
    } else if (name === 'group') write(`##[group]${data}`)
    else if (name === 'endgroup') write('##[endgroup]')
    else if (name !== 'echo') {
      // The runner refuses set-env and add-path, and has deprecated the other two; matchers are not modelled here.
      fail(`Unable to process command '${name}' successfully. It is disabled or deprecated: use the files.`)
    }
  }

  const read = (line: string): void => {
    const command = parseCommand(line, registered)
    const name = command?.name.toLowerCase() ?? ''
    if (command === undefined || (resumeToken !== undefined && name !== resumeToken)) {
      write(line)
    } else if (name === resumeToken) {
      registered.delete(name)
      resumeToken = undefined
      write(line)
    } else {
      commands.push(command)
      obey(name, command)
    }
  }

  return {
    read,
    issue,
    fail,
    annotations,
    commands,
    get failed() {
      return failed
    },
    text: () => lines.join('\n'),
  }
}
