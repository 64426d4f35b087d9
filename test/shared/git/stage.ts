import { afterEach, expect } from '@jest/globals'
import { GitError } from '../../../shared/git/errors.ts'
import { type Commit, type HistoryOptions, readHistory } from '../../../shared/git/history.ts'
import { openRepository } from '../../../shared/git/repository.ts'
import { makeRepository, type TestRepository, type TestRepositoryOptions } from '../../support/git.ts'

const made: TestRepository[] = []

afterEach(() => {
  for (const repository of made.splice(0)) repository.remove()
})

/** A repository until the end of the test. */
export function repository(options?: TestRepositoryOptions): TestRepository {
  const one = makeRepository(options)
  made.push(one)
  return one
}

/** Removed at the end of the test. */
export function alsoRemove(one: TestRepository): TestRepository {
  made.push(one)
  return one
}

export async function history(
  directory: string,
  options: Omit<HistoryOptions, 'to'> & { to: string },
): Promise<Commit[]> {
  const commits: Commit[] = []
  for await (const commit of readHistory(openRepository(directory), options)) commits.push(commit)
  return commits
}

/** The error of something that must fail. */
export async function failure(action: () => unknown): Promise<GitError> {
  try {
    await action()
  } catch (error) {
    expect(error).toBeInstanceOf(GitError)
    return error as GitError
  }
  throw new Error('it did not fail')
}
