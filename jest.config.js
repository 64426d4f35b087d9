export default {
  testEnvironment: 'node',
  setupFiles: ['<rootDir>/test/support/seed.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.cjs' },
  // Only what a test fails to close is an error; a hanging test must not hang the run.
  testTimeout: 30_000,
  coverageProvider: 'v8',
  collectCoverageFrom: ['actions/**/*.ts', 'shared/**/*.ts'],
}
