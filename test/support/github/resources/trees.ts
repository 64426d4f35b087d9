import { notFound, type Route } from '../route.ts'

export const trees: readonly Route[] = [
  {
    operation: 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
    needs: ['contents', 'read'],
    handle: ({ state, parameters, apiUrl }) => {
      const given = parameters['tree_sha'] ?? ''
      const sha = state.commits.get(given)?.tree ?? given
      const tree = state.objects.tree(sha)
      if (tree === undefined) return notFound()
      const url = `${apiUrl}/repos/${state.owner}/${state.name}/git`
      const folders = new Set([...tree.keys()].flatMap((path) => above(path)))
      const data = {
        ...{ sha, url: `${url}/trees/${sha}`, truncated: false },
        tree: [
          ...[...folders].map((path) => ({ path, mode: '040000', type: 'tree', sha, url })),
          ...[...tree].map(([path, { mode, blob }]) => ({
            ...{ path, mode, type: mode === '160000' ? 'commit' : 'blob', sha: blob },
            ...{ size: state.objects.blob(blob)?.length ?? 0, url: `${url}/blobs/${blob}` },
          })),
        ],
      }
      return { status: 200, data }
    },
  },
  {
    operation: 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
    needs: ['contents', 'read'],
    handle: ({ state, parameters, apiUrl }) => {
      const sha = parameters['file_sha'] ?? ''
      const bytes = state.objects.blob(sha)
      if (bytes === undefined) return notFound()
      const url = `${apiUrl}/repos/${state.owner}/${state.name}/git/blobs/${sha}`
      // In lines of 60 characters, as GitHub writes it.
      const content = bytes.toString('base64').replace(/.{60}/g, '$&\n')
      const data = { sha, node_id: `B_${sha}`, size: bytes.length, url, content, encoding: 'base64' }
      return { status: 200, data }
    },
  },
]

function above(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}
