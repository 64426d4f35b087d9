import { baseOf, lastPrereleaseOf, readVersionTags, type Versioned } from '../../../shared/version/tags.ts'
import type { Inputs, Observation, VersionTag } from '../model.ts'
import { type RefRule, refRule } from './branch-rule.ts'

export type KnownTag = Versioned<VersionTag>

/** Inputs and observation, and what every part of the decision wants to know about them. */
export interface Scene {
  inputs: Inputs
  observation: Observation
  rule: RefRule
  /** Every version of the repository with this prefix, reachable or not. */
  tags: readonly KnownTag[]
  /** The highest stable version that `sha` reaches. */
  base?: KnownTag | undefined
  /** The highest pre-release above the base that `sha` reaches. */
  last?: KnownTag | undefined
}

/** Reads the tags as versions, and finds the base and the pre-release in progress. */
export function sceneOf(inputs: Inputs, observation: Observation): Scene {
  const tags = readVersionTags(observation.tags, inputs.tagPrefixes)
  const base = baseOf(tags)
  return {
    inputs,
    observation,
    tags,
    base,
    last: lastPrereleaseOf(tags, base),
    rule: refRule(inputs, observation),
  }
}

/** A commit id for people. */
export function short(sha: string): string {
  return sha.slice(0, 7)
}
