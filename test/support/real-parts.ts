import { describe, test } from '@jest/globals'
import { findProgram } from '../../scripts/find-program.ts'

export { findProgram as findPart }

/** A test that needs a real program. Without it, the test is skipped and says so, or fails under NEXUS_REQUIRE_ALL=1. */
export function testWith(
  part: string,
  name: string,
  body: (path: string) => void | Promise<void>,
  timeout?: number,
): void {
  const path = findProgram(part)
  if (path !== undefined) test(name, async () => body(path), timeout)
  else missing(part, name)
}

/** A group of tests that need a real program; see {@link testWith}. */
export function describeWith(part: string, name: string, body: (path: string) => void): void {
  const path = findProgram(part)
  if (path !== undefined) describe(name, () => body(path))
  else missing(part, name)
}

function missing(part: string, name: string): void {
  const reason = `${part} is not installed`
  if (process.env['NEXUS_REQUIRE_ALL'] === '1') {
    test(name, () => {
      throw new Error(`${reason}, and NEXUS_REQUIRE_ALL=1 allows no skipped test.`)
    })
    return
  }
  // Jest prints the names of skipped tests only on request, and never a reason.
  process.stderr.write(`skipped: ${name}: ${reason}\n`)
  test.skip(`${name} (${reason})`, () => undefined)
}
