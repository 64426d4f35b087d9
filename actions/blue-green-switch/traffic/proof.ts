/** So many answers in a row prove which side has the traffic. */
export const PROOF = 3

/** A share of the traffic smaller than this is not told from none. */
export const STRAY = 0.02

/** Requests per second at which a small share is met soon. */
export const MEETING_RATE = 50

/** Requests per second while a proof is awaited: it is mostly there at once, and else nobody needs it so fast; pure. */
export function proofRate(elapsed: number): number {
  return elapsed < 1_000 ? 50 : 10
}

/** So many answers meet a side that has `share` percent, but for one time in a hundred; pure. */
export function answersToMeet(share: number): number {
  return share >= 100 ? PROOF : Math.max(PROOF, Math.ceil(Math.log(0.01) / Math.log(1 - share / 100)))
}
