import { type InputReader, type Problems, shown } from '../../../shared/action/inputs.ts'
import { parseList } from '../../../shared/text/list.ts'
import { tagNameProblem } from '../../../shared/version/tag-name.ts'
import { KNOWN_FILES, readVersionFile } from '../../../shared/version-files/plan.ts'
import type { PullRequestInputs } from '../model/pull-request.ts'
import type { Inputs } from '../model.ts'

const BRANCH = 'nexus-release--{base}'

/** The inputs of `mode: pull-request`. */
export function readPullRequest(inputs: InputReader): PullRequestInputs {
  return {
    branch: branch(inputs),
    versionFiles: parseList(inputs.text('version-files') ?? '').flatMap((item) => {
      const spec = readVersionFile(item)
      if (spec === undefined)
        inputs.add(
          'version-files',
          `${shown(item)} is not a file whose version is known: write ${KNOWN_FILES}.`,
        )
      else if (!isInside(spec.path))
        inputs.add('version-files', `${shown(item)} is not a path from the top of the repository.`)
      return spec === undefined ? [] : [spec]
    }),
    files: parseList(inputs.text('pull-request-files') ?? '').map((item) => {
      const path = item.replaceAll('\\', '/').replace(/^(?:\.\/+)+/, '')
      if (!isInside(path))
        inputs.add('pull-request-files', `${shown(item)} is not a path from the top of the repository.`)
      return path
    }),
    labels: parseList(inputs.text('pull-request-labels') ?? ''),
  }
}

/** What only makes sense in this mode, and what does not in it. */
export function pullRequestTogether(found: Inputs, inputs: Problems): void {
  const { versionFiles, files, labels } = found.pullRequest
  const isMode = found.mode === 'pull-request'
  const needs: [string, readonly unknown[]][] = [
    ['version-files', versionFiles],
    ['pull-request-files', files],
    ['pull-request-labels', labels],
  ]
  for (const [name, given] of needs) {
    if (given.length > 0 && !isMode) inputs.add(name, 'it needs "mode: pull-request".')
  }
  if (isMode && found.token === undefined)
    inputs.add('token', 'a release pull request is kept through the API, which needs a token.')
}

function branch(inputs: InputReader): string {
  const text = inputs.text('pull-request-branch') ?? BRANCH
  const problem = tagNameProblem(text.replaceAll('{base}', 'main').replace(/^refs\/heads\//, ''))
  if (problem !== undefined)
    inputs.add('pull-request-branch', `${shown(text)} is not a branch name: ${problem}.`)
  return text.replace(/^refs\/heads\//, '')
}

function isInside(path: string): boolean {
  return path !== '' && !/^(?:[A-Za-z]:)?\//.test(path) && !path.split('/').includes('..')
}
