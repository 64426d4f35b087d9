// Takes the place of `@actions/core` in the bundle of an action that uses @actions/cache: what ../stand-ins/core.js has,
// with places in files for annotations, and the one function more that the cache calls.
import { EOL } from 'node:os'
import { notice as plainNotice, warning as plainWarning } from '../stand-ins/core.js'

export {
  debug,
  endGroup,
  error,
  info,
  saveState,
  setOutput,
  setSecret,
  startGroup,
} from '../stand-ins/core.js'

export const isDebug = () => process.env.RUNNER_DEBUG === '1'

export const notice = (message, properties = {}) =>
  properties.file === undefined ? plainNotice(message, properties) : annotate('notice', message, properties)
export const warning = (message, properties = {}) =>
  properties.file === undefined ? plainWarning(message, properties) : annotate('warning', message, properties)

/** Message and properties are escaped as in the other stand-in. */
function annotate(command, message, { title, file, startLine }) {
  const properties = Object.entries({ title, file, line: startLine })
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
  process.stdout.write(`::${command} ${properties.join(',')}::${escapeData(message)}${EOL}`)
}

function escapeData(message) {
  return message.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
}

function escapeProperty(value) {
  return escapeData(value).replace(/:/g, '%3A').replace(/,/g, '%2C')
}
