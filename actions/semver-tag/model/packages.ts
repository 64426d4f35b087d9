import type { Applied, Inputs, Observation, Plan } from '../model.ts'

/** One entry of `packages`. */
export interface PackageSpec {
  /** A name, or a glob of folders whose last parts are the names. */
  key: string
  isGlob: boolean
  /** Of a name; a glob is its own path. */
  paths: readonly string[]
  /** With `{name}` still in it. */
  prefix: string
  dependsOn: readonly string[]
  makeLatest: boolean
}

/** The input `packages`. */
export interface PackagesInputs {
  specs: readonly PackageSpec[]
  /** Groups of names or globs: one version, released together. */
  fixed: readonly (readonly string[])[]
  /** Groups of names or globs: one version, but only those with changes are released. */
  linked: readonly (readonly string[])[]
}

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
