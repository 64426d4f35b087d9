/** An answer that GitHub's API does not give, or gives when it is in trouble. */
export interface BrokenAnswer {
  name: string
  status: number
  headers?: Readonly<Record<string, string>>
  body: string | Buffer
  /** The connection is cut in the middle of the body. */
  cut?: true
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }
const HTML_TYPE = { 'content-type': 'text/html; charset=utf-8' }
const PAGE =
  '<!DOCTYPE html>\n<html><head><title>Unicorn! &middot; GitHub</title></head><body><h1>No server is currently available</h1></body></html>'

const json = (name: string, value: unknown, status = 200): BrokenAnswer => ({
  name,
  status,
  headers: JSON_TYPE,
  body: typeof value === 'string' ? value : JSON.stringify(value),
})
const page = (name: string, status: number, body = PAGE, headers = HTML_TYPE): BrokenAnswer => ({
  name,
  status,
  headers,
  body,
})

/** What a proxy, a portal, a server in trouble or an attacker may answer to any call, REST or GraphQL. */
export const BROKEN_ANSWERS: readonly BrokenAnswer[] = [
  json('null', 'null'),
  json('true', 'true'),
  json('a number', '7'),
  json('a text', '"ok"'),
  json('an empty text', '""'),
  json('nothing', ''),
  json('blanks', ' \n '),
  json('an empty list', '[]'),
  json('an empty object', '{}'),
  json('lists in lists', '[[[]]]'),
  json('a list of null', '[null]'),
  json('a list of texts', '["a", "b"]'),
  json('empty data', '{"data":{}}'),
  json('null as data', '{"data":null}'),
  json('a list as data', '{"data":[]}'),
  json('a text as data', '{"data":"x"}'),
  json('null as the repository', '{"data":{"repository":null}}'),
  json('an empty repository', '{"data":{"repository":{}}}'),
  json('a text as the repository', '{"data":{"repository":"x"}}'),
  json('null as errors', '{"errors":null}'),
  json('an object as errors', '{"errors":{}}'),
  json('a text as errors', '{"errors":"x"}'),
  json('null among errors', '{"errors":[null]}'),
  json('errors without words', '{"errors":[{}]}'),
  json('null in errors', '{"errors":[{"type":null,"path":null,"message":null,"extensions":null}]}'),
  json('numbers in errors', '{"errors":[{"type":1,"path":2,"message":3}]}'),
  json('too much for one query', {
    data: { repository: null },
    errors: [{ type: 'RESOURCE_LIMITS_EXCEEDED', message: 'Resource limits for this query exceeded.' }],
  }),
  json('too many nodes for one query', {
    errors: [
      {
        type: 'MAX_NODE_LIMIT_EXCEEDED',
        message:
          'This query requests up to 1,000,100 possible nodes which exceeds the maximum limit of 500,000.',
      },
    ],
  }),
  json('cut JSON', '{"data": {"repository": {"id": "R_'),
  json('two documents', '{}{}'),
  json('NULs', '\0'.repeat(1_000)),
  json('deep lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  json('keys of every object', '{"__proto__":{"a":1},"constructor":null,"length":-1}'),
  json('wrong types everywhere', {
    ref: 1,
    object: null,
    sha: {},
    commit: 'x',
    parents: {},
    default_branch: [],
    private: 'no',
    data: 1,
  }),
  json('an error without words', '{}', 500),
  json('null with 500', 'null', 500),
  json('null with 404', 'null', 404),
  json('a list with 422', '[]', 422),
  json('odd errors with 422', '{"message":null,"errors":[null,1,"x",{"field":7}]}', 422),
  page('a page with 200', 200),
  page('a page with 200 that says it is JSON', 200, PAGE, JSON_TYPE),
  page('a page with 403', 403, '<html><body>Blocked by policy</body></html>'),
  page('a page with 404', 404),
  page('a page with 502', 502),
  page('a page with 503', 503, '<html>503 Service Temporarily Unavailable</html>'),
  page('a login page', 200, '<!doctype html><html><form action="/login"></form></html>'),
  { name: 'a page without a type', status: 200, body: PAGE },
  { name: 'text with 502', status: 502, headers: { 'content-type': 'text/plain' }, body: 'Bad Gateway' },
  {
    name: 'bytes',
    status: 200,
    headers: { 'content-type': 'application/octet-stream' },
    body: Buffer.from([0xff, 0xfe, 0]),
  },
  { name: 'a type that is none', status: 200, headers: { 'content-type': ';;;' }, body: '{}' },
  { name: '204', status: 204, body: '' },
  { name: '304', status: 304, body: '' },
  { name: 'a redirect to nowhere', status: 302, headers: { location: 'http://127.0.0.1:1/x' }, body: '' },
  { name: 'a status nobody knows', status: 599, headers: JSON_TYPE, body: '{}' },
  {
    name: 'a body that is cut',
    status: 200,
    headers: JSON_TYPE,
    body: '{"default_branch": "main", ',
    cut: true,
  },
]
