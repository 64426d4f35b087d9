// Jest transform: Node's own type stripping, so that sources run in tests exactly as `node file.ts` runs them.
const { createHash } = require('node:crypto')
const { stripTypeScriptTypes } = require('node:module')

module.exports = {
  process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }),
  getCacheKey: (source, file) =>
    createHash('sha256').update(`${process.version}\0${file}\0${source}`).digest('hex'),
}
