// Takes the place of `@actions/core` while ncc bundles (see ../tsconfig.json); sources and tests use the real one.
//
// The real module is the tidy front of six files that load, before the first line of an action runs, the OIDC client
// (with undici), @actions/exec and @actions/io (with assert and child_process), the promise API of fs (with
// readline), and crypto for a random delimiter: two thirds of the start of a whole action. The suite uses ten of its
// functions, and these are they, byte for byte on stdout; test/house/stand-ins.test.ts holds them against the real
// ones. An import that is missing here fails the build.
import { appendFileSync, existsSync } from 'node:fs'
import { EOL } from 'node:os'

export const info = (message) => {
  process.stdout.write(message + EOL)
}
export const debug = (message) => issue('debug', {}, message)
export const notice = (message, properties = {}) => issue('notice', properties, message)
export const warning = (message, properties = {}) => issue('warning', properties, message)
export const error = (message, properties = {}) => issue('error', properties, message)
export const startGroup = (name) => issue('group', {}, name)
export const endGroup = () => issue('endgroup', {}, '')
export const setSecret = (secret) => issue('add-mask', {}, secret)
export const setOutput = (name, value) => append('OUTPUT', name, value)
export const saveState = (name, value) => append('STATE', name, value)

/** @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
function issue(command, { title }, message) {
  const properties = title ? ` title=${escapeProperty(title)}` : ''
  process.stdout.write(`::${command}${properties}::${escapeData(text(message))}${EOL}`)
}

/** `name<<delimiter`, the value, the delimiter. The value cannot end it early: it does not hold the delimiter. */
function append(file, name, value) {
  const path = process.env[`GITHUB_${file}`]
  if (!path) throw new Error(`Unable to find environment variable for file command ${file}`)
  if (!existsSync(path)) throw new Error(`Missing file at path: ${path}`)
  const content = text(value)
  let delimiter = 'ghadelimiter'
  for (let count = 0; content.includes(delimiter); count++) delimiter = `ghadelimiter_${count}`
  appendFileSync(path, `${name}<<${delimiter}${EOL}${content}${EOL}${delimiter}${EOL}`)
}

function text(value) {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function escapeData(message) {
  return message.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A')
}

function escapeProperty(value) {
  return escapeData(value).replace(/:/g, '%3A').replace(/,/g, '%2C')
}
