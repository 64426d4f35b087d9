// Takes the place of `@actions/core` in the bundle of an action that uses @actions/cache: ../stand-ins/core.js and the
// one function more that the cache calls.
export * from '../stand-ins/core.js'

export const isDebug = () => process.env.RUNNER_DEBUG === '1'
