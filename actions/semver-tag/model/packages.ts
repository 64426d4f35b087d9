import type { Applied, Inputs, Observation, Plan } from '../model.ts'

/** A package of the repository. */
export interface Package {
  name: string
  paths: readonly string[]
  prefix: string
  dependsOn: readonly string[]
  makeLatest: boolean
}

/** A package with what is true of it now. */
export interface SeenPackage extends Package {
  /** As if this package were all there is. */
  inputs: Inputs
  observation: Observation
}

export interface PackagePlan {
  name: string
  inputs: Inputs
  plan: Plan
}

export interface PackageApplied extends PackagePlan {
  applied: Applied | undefined
}
