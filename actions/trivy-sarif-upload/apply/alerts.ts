import { messageOf } from '../../../shared/action/errors.ts'
import type { GitHub } from '../../../shared/github/client.ts'
import {
  type Alert,
  dismissAlert,
  listAlerts,
  MAX_DISMISSED_COMMENT,
  reopenAlert,
} from '../../../shared/github/code-scanning.ts'
import { isFailure } from '../../../shared/github/errors.ts'
import { cut, oneLine } from '../../../shared/text/untrusted.ts'
import { nameOf, unsplit } from '../code-scanning/parts.ts'
import type { Applied, Target } from '../model.ts'
import type { Finding } from '../sarif/model.ts'

export type AlertOutcome = Pick<Applied, 'dismissed' | 'reopened' | 'warnings'>

/** How a comment of ours begins; alerts that were dismissed with another one are not ours to open again. */
const OURS = 'trivy-sarif-upload:'

/** What one alert is about. Acceptance goes by rule and path, so all findings of one place share their fate. */
interface Place {
  comment: string
  accepted: boolean
}

/**
 * Brings alerts in line with what is accepted: on the default branch, after the upload was processed. Alerts of accepted
 * findings are dismissed with a comment of ours; those that we dismissed and whose finding counts again are opened.
 * Alerts that a person dismissed stay dismissed. A second run changes nothing. Never throws.
 */
export async function syncAlerts(
  github: GitHub,
  findings: readonly Finding[],
  target: Target,
  signal: AbortSignal,
): Promise<AlertOutcome> {
  const dismissed: number[] = []
  const reopened: number[] = []
  const warnings: string[] = []
  if (!target.onDefaultBranch || findings.length === 0) return { dismissed, reopened, warnings }
  const places = placesOf(findings)
  const change = async (alert: Alert, what: 'dismissed' | 'opened again', write: () => Promise<void>) => {
    try {
      await write()
      ;(what === 'dismissed' ? dismissed : reopened).push(alert.number)
    } catch (error) {
      const hint = isFailure(error, 'permission')
        ? ' Where dismissals need an approval, somebody who may approve has to do it.'
        : ''
      warnings.push(`Alert ${alert.number} could not be ${what}: ${messageOf(error)}${hint}`)
    }
  }
  try {
    for (const tool of new Set(findings.map((finding) => finding.tool))) {
      const ofTool = [...places].filter(([key]) => key.startsWith(`${tool}\n`))
      if (ofTool.some(([, { accepted }]) => accepted)) {
        for (const alert of await all(github, target.ref, tool, 'open')) {
          if (signal.aborted) break
          const place = placeOf(places, alert)
          if (place?.accepted)
            await change(alert, 'dismissed', () => dismissAlert(github, alert.number, place.comment))
        }
      }
      for (const alert of await all(github, target.ref, tool, 'dismissed')) {
        if (signal.aborted) break
        const place = placeOf(places, alert)
        if (place === undefined || !alert.dismissedComment.startsWith(OURS)) continue
        if (!place.accepted) await change(alert, 'opened again', () => reopenAlert(github, alert.number))
        else if (alert.dismissedComment !== place.comment && !dismissed.includes(alert.number))
          await change(alert, 'dismissed', () => dismissAlert(github, alert.number, place.comment))
      }
    }
  } catch (error) {
    // Nothing was ever analysed: there are no alerts.
    if (!isFailure(error, 'not-found'))
      warnings.push(`Alerts of accepted findings could not be brought in line: ${messageOf(error)}`)
  }
  return { dismissed, reopened, warnings }
}

function placesOf(findings: readonly Finding[]): Map<string, Place> {
  const places = new Map<string, Place>()
  for (const finding of findings) {
    const key = keyOf(finding)
    const accepted = finding.state === 'accepted' || finding.state === 'suppressed'
    // One finding that counts keeps the place open.
    if (places.get(key)?.accepted !== false) places.set(key, { accepted, comment: commentOf(finding) })
  }
  return places
}

/** Parts of a split analysis have categories of their own. */
function placeOf(places: ReadonlyMap<string, Place>, alert: Alert): Place | undefined {
  return (
    places.get(keyOf(alert)) ?? places.get(keyOf({ ...alert, category: unsplit(nameOf(alert.category)) }))
  )
}

function keyOf({
  tool,
  category,
  rule,
  path = '',
}: Pick<Alert, 'tool' | 'category' | 'rule' | 'path'>): string {
  return [tool, nameOf(category), rule, path].join('\n')
}

/** At most {@link MAX_DISMISSED_COMMENT} characters, and the same in every run. */
function commentOf({ state, acceptedReason, acceptedUntil }: Finding): string {
  const reason = oneLine(acceptedReason ?? '', 400)
  const until = acceptedUntil === undefined ? '' : ` until ${acceptedUntil}`
  const what = state === 'suppressed' ? 'suppressed in the report' : `accepted${until}`
  return cut(`${OURS} ${what}${reason === '' ? '' : `: ${reason}`}`, MAX_DISMISSED_COMMENT)
}

/** Read as a whole first: what is changed meanwhile would move the pages. */
async function all(github: GitHub, ref: string, tool: string, state: 'open' | 'dismissed'): Promise<Alert[]> {
  const found: Alert[] = []
  for await (const alert of listAlerts(github, { ref, tool, state })) found.push(alert)
  return found
}
