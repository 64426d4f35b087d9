import { AsyncLocalStorage } from 'node:async_hooks'
import { messageOf } from '../../../shared/action/errors.ts'
import type { Delivered } from '../model.ts'
import { undelivered, type Wire } from './delivery.ts'

/** One sink at work. */
interface Task {
  /** It runs a package that may throw where nobody listens. */
  isForeign: boolean
  fail(thrown: unknown): void
}

/** A sink gets this long after the deadline to come to its own end. */
const GRACE_MS = 250

const owner = new AsyncLocalStorage<Task>()
const running = new Set<Task>()

/**
 * Runs one sink so that whatever becomes of it stays with it: what it throws, now or later in a callback of a package,
 * a rejection that nobody handles, an answer that is none, an end that never comes. Never rejects.
 */
export async function isolate(
  work: () => Promise<Delivered>,
  { deadline, signal }: Wire,
  isForeign = false,
): Promise<Delivered> {
  const release = watch()
  return await new Promise<Delivered>((resolve) => {
    let timer: NodeJS.Timeout | undefined
    const end = (result: Delivered): void => {
      clearTimeout(timer)
      running.delete(task)
      release()
      resolve(result)
    }
    const task: Task = { isForeign, fail: (thrown) => end(defect(thrown)) }
    const left = Math.max(0, Math.ceil(deadline - performance.now())) + GRACE_MS
    timer = setTimeout(() => end(undelivered(signal.aborted ? 'cancelled' : 'timeout', NEVER)), left)
    running.add(task)
    owner.run(task, () => {
      // `then`: what throws at once is a rejection, too.
      Promise.resolve()
        .then(work)
        .then((result) => end(isDelivered(result) ? result : defect('it gave no result')), task.fail)
    })
  })
}

const NEVER = 'It did not come to an end in time. It may have arrived, so it was not sent again.'

function defect(thrown: unknown): Delivered {
  return undelivered(
    'internal_error',
    `${messageOf(thrown).replace(/\.$/, '')}. This is a defect of the action.`,
  )
}

function isDelivered(result: unknown): result is Delivered {
  return result !== null && typeof result === 'object' && 'ok' in result
}

let watchers = 0
let rejectionListeners: NodeJS.UnhandledRejectionListener[] = []

/** While a sink is at work, what is thrown past everybody goes to the sink it came from, and to nobody else. */
function watch(): () => void {
  watchers += 1
  if (watchers === 1) {
    rejectionListeners = process.listeners('unhandledRejection')
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', attributeRejection)
    process.setUncaughtExceptionCaptureCallback(attribute)
  }
  let isOpen = true
  return () => {
    if (!isOpen) return
    isOpen = false
    watchers -= 1
    if (watchers > 0) return
    process.setUncaughtExceptionCaptureCallback(null)
    process.off('unhandledRejection', attributeRejection)
    for (const listener of rejectionListeners) process.on('unhandledRejection', listener)
  }
}

function attributeRejection(reason: unknown): void {
  attribute(reason)
}

/** A package's callback may have lost where it came from: then it is that of a sink with a package. */
function attribute(thrown: unknown): void {
  const task = owner.getStore()
  if (task !== undefined) task.fail(thrown)
  else for (const one of running) if (one.isForeign) one.fail(thrown)
}
