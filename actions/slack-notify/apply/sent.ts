import type { Applied, Sent } from '../model.ts'

/** The messages that the post step finishes, by the channel as the user wrote it. */
export function sentBy(applied: Applied): Sent[] {
  return applied.flatMap(({ ok, delivery, ts, channelId }) =>
    ok && delivery.to === 'slack-api' && ts && channelId
      ? [{ channel: delivery.channel, channelId, ts }]
      : [],
  )
}
