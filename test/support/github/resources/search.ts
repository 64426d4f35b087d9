import type { StagePull, State } from '../state.ts'
import { typed } from './graphql-error.ts'

/**
 * Pull requests by the search words that actions use; others are an error, so that no search finds too much unseen. The
 * number tells the age.
 *
 * @see https://docs.github.com/search-github/searching-on-github/searching-issues-and-pull-requests
 */
export function searchPulls(state: State, query: string): StagePull[] {
  let found = [...state.pulls].sort((a, b) => b.number - a.number)
  for (const word of query.split(' ')) {
    const [key = '', value = ''] = word.split(/:(.*)/s)
    if (word === 'is:pr') continue
    if (word === 'is:merged') found = found.filter(({ merged }) => merged)
    else if (word === 'sort:created-asc') found.reverse()
    else if (key === 'repo') found = value === `${state.owner}/${state.name}` ? found : []
    else if (key === 'author')
      found = found.filter(({ author }) => author?.toLowerCase() === value.toLowerCase())
    else throw typed('UNPROCESSABLE', `This stage does not know the search word ${word}.`)
  }
  return found
}
