import { posixSuites } from './scripts/posix-suites.ts'

// Left out as whole suites, and said: a test that needs POSIX cannot tell anything on Windows.
const leftOut = process.platform === 'win32' ? posixSuites(import.meta.dirname) : []
if (leftOut.length > 0)
  process.stderr.write(`skipped: ${leftOut.length} suites that need POSIX:\n  ${leftOut.join('\n  ')}\n`)

export default {
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/seed.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', ...leftOut.map((path) => `${path.replaceAll('/', '[/\\\\]')}$`)],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.cjs' },
  // Most suites wait for a process or a server: one for each core, though the checks may run beside them.
  maxWorkers: '100%',
  // Only what a test fails to close is an error; a hanging test must not hang the run.
  testTimeout: 30_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['actions/**/*.ts', 'shared/**/*.ts'],
}
