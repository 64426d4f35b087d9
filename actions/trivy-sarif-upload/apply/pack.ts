import { LIMITS, type Part } from '../sarif/limits.ts'

/** gzipped SARIF, and how much of the only run is in it. */
export interface Packed {
  gzip: Buffer
  /** Before gzip. */
  bytes: number
}

/** Text handed to the compressor at once. */
const CHUNK = 65_536
/** The end of the document, and what gzip puts behind it. */
const RESERVE = 1_024

/** A log with these runs, gzipped; undefined as soon as it is clear that it is bigger than `limit` bytes. */
export async function pack(
  parts: readonly Part[],
  limit: number = LIMITS.bytes,
): Promise<Packed | undefined> {
  const sink = compressor()
  for (const text of chunked(documentOf(parts))) {
    await sink.write(text)
    if (sink.size() > limit) return sink.drop()
  }
  const packed = await sink.end()
  return packed.gzip.length > limit ? undefined : packed
}

/**
 * A log with this run, and as many of its results from the first on as fit into `limit` bytes; one pass. Undefined when
 * the run does not even fit without results.
 */
export async function packWhatFits(
  part: Part,
  limit: number = LIMITS.bytes,
): Promise<(Packed & { kept: number }) | undefined> {
  const sink = compressor()
  const { head, tail } = frame(part)
  await sink.write(head)
  await sink.flush()
  if (sink.size() + RESERVE > limit) return sink.drop()
  let kept = 0
  let open: string[] = []
  let length = 0
  const results = part.run.results ?? []
  // What is not compressed yet counts as it is: gzip adds next to nothing to it.
  const fits = (text: string): boolean => sink.size() + RESERVE + length + Buffer.byteLength(text) < limit
  for (const index of part.results) {
    const text = `${kept === 0 ? '' : ','}${JSON.stringify(results[index])}`
    if (length >= CHUNK || !fits(text)) {
      await sink.write(open.join(''))
      await sink.flush()
      open = []
      length = 0
      if (!fits(text)) break
    }
    open.push(text)
    length += Buffer.byteLength(text)
    kept++
  }
  await sink.write(open.join('') + tail)
  return { ...(await sink.end()), kept }
}

function* documentOf(parts: readonly Part[]): Generator<string> {
  yield LOG
  for (const [at, part] of parts.entries()) {
    const { head, tail } = runFrame(part)
    yield at === 0 ? head : `,${head}`
    const results = part.run.results ?? []
    for (const [place, index] of part.results.entries()) {
      if (place > 0) yield ','
      yield JSON.stringify(results[index])
    }
    yield tail
  }
  yield LOG_END
}

const LOG =
  '{"$schema":"https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json","version":"2.1.0","runs":['
const LOG_END = ']}\n'

function frame(part: Part): { head: string; tail: string } {
  const { head, tail } = runFrame(part)
  return { head: LOG + head, tail: tail + LOG_END }
}

/** Everything of a run but its results. */
function runFrame({ run, id }: Part): { head: string; tail: string } {
  const { results: _, ...rest } = run
  if (id !== undefined) rest.automationDetails = { ...rest.automationDetails, id }
  return { head: `${JSON.stringify(rest).slice(0, -1)},"results":[`, tail: ']}' }
}

/** Puts small texts together. */
function* chunked(texts: Iterable<string>): Generator<string> {
  let open: string[] = []
  let length = 0
  for (const text of texts) {
    open.push(text)
    length += text.length
    if (length < CHUNK) continue
    yield open.join('')
    open = []
    length = 0
  }
  if (open.length > 0) yield open.join('')
}

function compressor() {
  const { constants, createGzip } = process.getBuiltinModule('node:zlib')
  const stream = createGzip({ level: 6, chunkSize: CHUNK })
  const chunks: Buffer[] = []
  let size = 0
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    size += chunk.length
  })
  const ended = new Promise<void>((resolve, reject) => stream.once('end', resolve).once('error', reject))
  return {
    /** Bytes that have come out. */
    size: () => size,
    write: (text: string) =>
      new Promise<void>((resolve, reject) => {
        const data = Buffer.from(text)
        bytes += data.length
        stream.write(data, (error) => (error ? reject(error) : resolve()))
      }),
    flush: () => new Promise<void>((resolve) => stream.flush(constants.Z_SYNC_FLUSH, () => resolve())),
    drop: (): undefined => {
      ended.catch(() => undefined)
      stream.destroy()
    },
    end: async (): Promise<Packed> => {
      stream.end()
      await ended
      return { gzip: Buffer.concat(chunks), bytes }
    },
  }
}
