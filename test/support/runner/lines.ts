import { StringDecoder } from 'node:string_decoder'

/** Cuts a byte stream into lines as StreamReader.ReadLine of .NET does: LF, CR and CRLF end a line. */
export function lineSplitter(onLine: (line: string) => void): { write(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const cut = (text: string): string => {
    // A CR at the end may be half of a CRLF.
    const whole = text.split(/\r\n|\n|\r(?!$)/)
    const last = whole.pop() ?? ''
    for (const line of whole) onLine(line)
    return last
  }
  return {
    write: (chunk) => {
      rest = cut(rest + decoder.write(chunk))
    },
    end: () => {
      rest = (rest + decoder.end()).replace(/\r$/, '\n')
      rest = cut(rest)
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
