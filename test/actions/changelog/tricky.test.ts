import { afterAll, describe, expect, test } from '@jest/globals'
import { notes } from './scene.ts'
import { TRICKY } from './tricky-messages.ts'
import { faultsOf, trickyRepository } from './tricky-repository.ts'

const { repository, tips } = trickyRepository()
afterAll(() => repository.remove())

describe('through the bundle', () => {
  test.concurrent.each(TRICKY.map((each) => [each.what, each] as const))('%s', async (_, each) => {
    const sha = tips.get(each) ?? ''
    const step = await notes({ path: repository.directory, sha: () => sha }, { include: 'all' })
    expect(step.conclusion).toBe('success')
    const home = 'https://github.com/octo/demo/'
    expect(faultsOf(each, step.outputs['changelog'] ?? '', home)).toEqual([])
  })
})
