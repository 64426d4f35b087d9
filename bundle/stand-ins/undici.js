// Takes the place of `undici` while ncc bundles (see ../tsconfig.json); sources and tests use the real one.
//
// @actions/github wraps this `fetch` as Octokit's default, which shared/github/octokit.ts replaces.
export async function fetch() {
  throw new Error('undici is not bundled: requests go through shared/http.')
}
