import { childEnvironment } from '../../../shared/action/environment.ts'
import { messageOf } from '../../../shared/action/errors.ts'
import { log } from '../../../shared/action/log.ts'
import { runProgram } from '../../../shared/action/program.ts'
import { formatDuration } from '../../../shared/text/duration.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { HookName, Inputs } from '../model.ts'
import type { Moves } from '../protocol/moves.ts'

/** A hook, ready to run; undefined when there is none of this name. It resolves to what went wrong. */
export function hookOf(
  name: HookName,
  { hooks, version }: Pick<Inputs, 'hooks' | 'version'>,
  moves: Moves | undefined,
): ((signal: AbortSignal) => Promise<string | undefined>) | undefined {
  const argv = hooks.argv[name]
  if (argv === undefined) return undefined
  return async (signal) => {
    const env = childEnvironment({
      NEXUS_HOOK: name,
      NEXUS_FROM: moves?.from ?? '',
      NEXUS_TO: moves?.to ?? '',
      NEXUS_VERSION: version,
    })
    try {
      const ended = await runProgram(argv, { timeout: hooks.timeout, signal, env })
      const { code, endedBy, stdout, stderr, timedOut } = ended
      const said = `${stdout}\n${stderr}`.trim()
      if (said !== '') log.group(`Hook ${name}`, said.split('\n'))
      if (code === 0) return undefined
      const how = timedOut
        ? `did not end within ${formatDuration(hooks.timeout)}`
        : signal.aborted
          ? `was ended by this step: ${messageOf(signal.reason)}`
          : `ended with ${endedBy ?? `exit code ${code}`}`
      const last = oneLine((stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '', 200)
      return `the hook ${name} (${oneLine(argv.join(' '), 100)}) ${how}${last === '' ? '' : `: ${last}`}`
    } catch (error) {
      return `the hook ${name} could not be started: ${messageOf(error)}`
    }
  }
}
