/**
 * node:http as `require` gives it. An ES import reads every export, and one of them (WebSocket) loads undici: 30 ms
 * and 14 MiB more on Node 24, for nothing.
 */
export const http = process.getBuiltinModule('node:http')

/** node:tls, loaded on first use. */
export function tls(): typeof import('node:tls') {
  return process.getBuiltinModule('node:tls')
}

/** node:crypto, loaded on first use. */
export function crypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto')
}

/** node:http2, loaded on first use. */
export function http2(): typeof import('node:http2') {
  return process.getBuiltinModule('node:http2')
}

/** node:zlib, loaded on first use. */
export function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib')
}

/** node:dns, loaded on first use. */
export function dns(): typeof import('node:dns') {
  return process.getBuiltinModule('node:dns')
}
