import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { LoadReport, Slice } from '../load.ts'

const [url = '', ...numbers] = process.argv.slice(2)
const [kept = 8, fresh = 8, pauseMs = 5, seconds = 120] = numbers.map(Number)

const report: LoadReport = {
  ...{ requests: 0, failed: 0, resent: 0, failures: [], bySide: {}, first: {}, last: {}, slices: [] },
}
let over = false
setTimeout(end, seconds * 1_000)
// Whoever started this ends it by closing its standard input, or by ending.
process.stdin.on('end', end).resume()
const ticker = setInterval(() => console.log(report.requests), 50)

const clients = [
  ...Array.from({ length: kept }, () => new Agent({ keepAlive: true, maxSockets: 1 })),
  ...Array.from({ length: fresh }, () => false as const),
].map((agent) => user(agent))

function end(): void {
  if (over) return
  over = true
  clearInterval(ticker)
  Promise.all(clients).then(() => {
    console.log(JSON.stringify(report))
    process.exit()
  })
}

async function user(agent: Agent | false): Promise<void> {
  while (!over) {
    await visit(agent)
    await delay(pauseMs)
  }
}

async function visit(agent: Agent | false): Promise<void> {
  const answer = await ask(agent).catch((error: Error) => error)
  const slice = sliceNow()
  report.requests++
  if (!(answer instanceof Error) && answer.status === 200) {
    const now = Date.now()
    report.first[answer.side] ??= now
    report.last[answer.side] = now
    for (const counts of [report.bySide, slice.bySide]) counts[answer.side] = (counts[answer.side] ?? 0) + 1
    return
  }
  report.failed++
  slice.failed++
  if (report.failures.length === 20) return
  const kind = agent === false ? 'new connection' : 'kept connection'
  report.failures.push(
    `${kind}: ${answer instanceof Error ? answer.message : `${answer.status} of ${answer.side}`}`,
  )
}

function sliceNow(): Slice {
  const at = Math.floor(Date.now() / 100) * 100
  const last = report.slices.at(-1)
  if (last?.at === at) return last
  const slice: Slice = { at, failed: 0, bySide: {} }
  report.slices.push(slice)
  return slice
}

/** One request, sent again when a kept connection was closed before any of the answer came, as browsers do. */
async function ask(agent: Agent | false): Promise<{ status: number; side: string }> {
  for (;;) {
    try {
      return await once(agent)
    } catch (error) {
      if (!(error as { stale?: boolean }).stale) throw error
      report.resent++
    }
  }
}

function once(agent: Agent | false): Promise<{ status: number; side: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent, timeout: 10_000 }, (response: IncomingMessage) => {
      response.resume()
      response.on('error', reject)
      response.on('end', () => {
        const side = response.headers['x-color']
        resolve({ status: response.statusCode ?? 0, side: typeof side === 'string' ? side : 'nobody' })
      })
      response.on('close', () => {
        if (!response.complete) reject(new Error('the answer was cut'))
      })
    })
    asked.on('timeout', () => asked.destroy(new Error('no answer within 10 s')))
    asked.on('error', (error) => {
      const stale = asked.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET'
      reject(Object.assign(error, { stale }))
    })
    asked.end()
  })
}
