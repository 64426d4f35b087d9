/**
 * The health vocabulary: what the words mean that services answer with. A word is read without case, up to the first
 * colon (`unhealthy: timeout`), without a full stop or exclamation mark behind it (`Ok.` of ClickHouse), and without
 * `HEALTH_` before it (Ceph). A word in none of the lists is unhealthy where a verdict stands for sure, and no verdict
 * where data may stand.
 */
const GOOD = [
  ...[
    'healthy',
    'ok',
    '200 ok',
    'up',
    'pass',
    'passing',
    'success',
    'alive',
    'ready',
    'true',
    'green',
    'serving',
  ],
  ...['available', 'running', 'online', 'active', 'operational', 'connected', 'live', 'pong', 'yes'],
  // ArangoDB, and django-health-check before 3.
  ...['good', 'working'],
]
const TOLERATED = ['degraded', 'warn', 'warning', 'yellow']
const BAD = [
  ...[
    'unhealthy',
    'down',
    'fail',
    'failed',
    'failing',
    'failure',
    'error',
    'err',
    'critical',
    'fatal',
    'dead',
    'bad',
  ],
  ...[
    'false',
    'no',
    'red',
    'broken',
    'out of service',
    'not ok',
    'not ready',
    'not healthy',
    'not serving',
    'unready',
  ],
  ...[
    'unavailable',
    'unreachable',
    'offline',
    'disconnected',
    'inactive',
    'stopped',
    'paused',
    'crashed',
    'outage',
  ],
  ...[
    'timeout',
    'timed out',
    'maintenance',
    'shutting down',
    'terminating',
    'draining',
    'unassigned',
    'restarting',
  ],
  ...['exception', 'refused'],
]
/** Nobody knows, which is no news below a parent that is well (Spring Cloud, Elasticsearch). */
const UNKNOWN = 'unknown'

const MEANING = new Map<string, 'good' | 'tolerated' | 'bad'>([
  ...GOOD.map((word) => [word, 'good'] as const),
  ...TOLERATED.map((word) => [word, 'tolerated'] as const),
  ...BAD.map((word) => [word, 'bad'] as const),
])

export interface Meaning {
  verdict: 'good' | 'tolerated' | 'bad'
  /** The word is in one of the lists. */
  isKnown: boolean
}

/** @param isBelowGood whether what it belongs to calls itself good */
export function meaningOf(value: string | boolean, isBelowGood: boolean): Meaning {
  const word = bare(String(value))
  if (word === UNKNOWN) return { verdict: isBelowGood ? 'tolerated' : 'bad', isKnown: isBelowGood }
  const verdict = MEANING.get(word) ?? MEANING.get(word.replaceAll(/[_-]/g, ' '))
  return { verdict: verdict ?? 'bad', isKnown: verdict !== undefined }
}

/** A text of one or two words, up to the first colon, that is a word of the vocabulary. */
export function meaningOfText(text: string): Meaning | undefined {
  const begin = text.slice(0, 1_000).split(':', 1)[0] ?? ''
  if (begin.length > 100 || begin.trim().split(/\s+/).length > 2) return undefined
  const meaning = meaningOf(begin.replaceAll('"', ''), false)
  return meaning.isKnown ? meaning : undefined
}

function bare(text: string): string {
  return (text.split(':', 1)[0] ?? '')
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[.!]+$/, '')
    .replace(/^health_/, '')
}
