/** Whether a header, query parameter or the like of this name usually carries a credential. */
export function isSecretName(name: string): boolean {
  return /^(proxy-)?authorization$|^auth$|^sig$|cookie|token|secret|api-?_?key|password|passwd|credential|signature/i.test(
    name,
  )
}

/**
 * Whether a request header of this name says how to answer, where a request came from or what it belongs to, and never
 * who is asking.
 */
export function isHarmlessHeader(name: string): boolean {
  return HARMLESS.test(name.trim())
}

const HARMLESS = new RegExp(
  `^(?:${[
    'accept(?:-[a-z]+)*',
    'access-control-request-(?:headers|method)',
    'api-version',
    'baggage',
    'cache-control',
    'connection',
    'content-[a-z-]+',
    'date',
    'dnt',
    'expect',
    'forwarded',
    'from',
    'host',
    'idempotency-key',
    'if-(?:match|modified-since|none-match|range|unmodified-since)',
    'keep-alive',
    'max-forwards',
    'origin',
    'pragma',
    'prefer',
    'priority',
    'range',
    'referer',
    'save-data',
    'sec-(?:ch|fetch)-[a-z-]+',
    'te',
    'trace(?:parent|state)',
    'trailer',
    'transfer-encoding',
    'upgrade(?:-insecure-requests)?',
    'user-agent',
    'via',
    'warning',
    'x-(?:amzn-trace|client|cloud-trace|correlation|request|trace|transaction)-(?:id|context)',
    'x-b3-[a-z]+',
    'x-(?:api|client|github-api)-version',
    'x-(?:client|forwarded)-(?:by|for|host|ip|port|prefix|proto|scheme|server|uri)',
    'x-(?:env|environment|real-ip|original-(?:host|uri|url)|requested-with|http-method-override|request-start)',
  ].join('|')})$`,
  'i',
)
