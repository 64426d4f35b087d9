import type { VersionFileSpec } from '../../../shared/version-files/model.ts'

/** What `mode: pull-request` is told. */
export interface PullRequestInputs {
  /** With `{base}` still in it. */
  branch: string
  versionFiles: readonly VersionFileSpec[]
  /** Globs of files of the workspace that go into the request as they are. */
  files: readonly string[]
  labels: readonly string[]
}
