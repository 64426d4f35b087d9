import type { Inputs, KnownTag, Observation } from '../model.ts'
import { type RefRule, refRule } from './branch-rule.ts'

export type { KnownTag }

/** Inputs and observation, and what every part of the decision wants to know about them. */
export interface Scene {
  inputs: Inputs
  observation: Observation
  rule: RefRule
  /** Every version of the repository with a prefix that is read, reachable or not. */
  tags: readonly KnownTag[]
  /** The highest stable version that `sha` reaches. */
  base?: KnownTag | undefined
  /** The highest pre-release above the base that `sha` reaches. */
  last?: KnownTag | undefined
}

/** Adds what the ref allows. */
export function sceneOf(inputs: Inputs, observation: Observation): Scene {
  const { tags, base, last } = observation
  return { inputs, observation, tags, base, last, rule: refRule(inputs, observation) }
}

/** A commit id for people. */
export function short(sha: string): string {
  return sha.slice(0, 7)
}
