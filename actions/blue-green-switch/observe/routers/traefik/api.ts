import { messageOf } from '../../../../../shared/action/errors.ts'
import { request } from '../../../../../shared/http/request.ts'
import { oneLine } from '../../../../../shared/text/untrusted.ts'
import { isRecord } from '../../../targets/config.ts'
import { TargetError } from '../../../targets/target.ts'
import { sameService } from '../../../targets/traefik/weighted.ts'

/** What Traefik has in force: weights by color, and its complaints about the service. @throws TargetError */
export type InForce = (signal: AbortSignal) => Promise<{ weights: Record<string, number>; errors: string }>

const PATIENCE_MS = 3_000

/** @see https://doc.traefik.io/traefik/operations/api/ */
export function traefikApi(base: URL, service: string, names: Readonly<Record<string, string>>): InForce {
  const root = base.pathname.replace(/\/(?:api\/?)?$/, '')
  const url = new URL(base)
  url.pathname = `${root}/api/http/services/${encodeURIComponent(`${service.replace(/@file$/, '')}@file`)}`
  return async (signal) => {
    // Never by a proxy: whoever may speak to this API speaks to it straight.
    const options = { url, signal, env: {}, timeout: PATIENCE_MS, maxBody: 1_048_576 }
    const answer = await request(options).catch((error: unknown) => {
      throw new TargetError(
        `The API of Traefik at ${base.host}: ${messageOf(error)}. Is "api" right, and the API on?`,
      )
    })
    if (answer.status === 404) {
      throw new TargetError(
        `Traefik knows no service ${service}@file. Either it does not read this folder, or it has refused the file: its log tells.`,
      )
    }
    const value = parse(answer.body)
    const weighted =
      isRecord(value) && isRecord(value['weighted']) ? value['weighted']['services'] : undefined
    if (answer.status !== 200 || !isRecord(value) || !Array.isArray(weighted)) {
      throw new TargetError(
        `Traefik answered HTTP ${answer.status} about ${service}@file, and no weighted service.`,
      )
    }
    const weights = Object.keys(names).map((color) => {
      const part = weighted.find(
        (item) => isRecord(item) && sameService(String(item['name']), names[color] ?? ''),
      )
      // Where there is no such part there is no traffic either.
      return [color, isRecord(part) ? Number(part['weight'] ?? 1) : 0] as const
    })
    const errors = Array.isArray(value['error']) ? oneLine(value['error'].join('; '), 300) : ''
    return { weights: Object.fromEntries(weights), errors }
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
