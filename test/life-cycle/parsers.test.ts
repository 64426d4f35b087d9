import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { makeRepository } from '../support/git.ts'
import { HOSTILE_YAML } from '../support/hostile-yaml.ts'
import { tempFolder } from '../support/runner/cleanup.ts'
import { runAction, whatIsWrong } from './steps.ts'

/** Inputs that take YAML out of a file of the checkout. */
const READERS: Readonly<Record<string, (file: string) => Record<string, string>>> = {
  'health-check': (file) => ({ 'checks-file': file, timeout: '2s' }),
  changelog: (file) => ({
    'config-file': file,
    to: 'main',
    token: '',
    'pull-requests': 'false',
    contributors: 'false',
  }),
}
const NAME: Readonly<Record<string, string>> = { 'health-check': 'checks-file', changelog: 'config-file' }

describe.each(Object.entries(READERS))('a file that %s reads', (action, inputs) => {
  test.concurrent.each(HOSTILE_YAML)(
    '$name',
    async ({ name, text, refused }) => {
      const workspace = tempFolder('nexus-hostile-')
      if (action === 'changelog') makeRepository({ directory: workspace }).commit('feat: one')
      writeFileSync(join(workspace, 'hostile.yml'), text)
      // A step that hangs is killed by then: that is the only thing that time has to do with it.
      const result = await runAction({ action, inputs: inputs('hostile.yml'), workspace, deadlineMs: 50_000 })
      if (whatIsWrong(result).length > 0) throw new Error([...whatIsWrong(result), result.log].join('\n'))
      if (refused === undefined) return
      const said = result.annotations
        .filter(({ level }) => level === 'error')
        .map(({ message }) => message)
        .join('\n')
      expect(said).toContain(NAME[action])
      // The size of a file is looked at before its text.
      if (name === 'more than a mebibyte') expect(said).toMatch(/is longer than 1 MiB|is too big/)
      else expect(said).toMatch(new RegExp(refused.source.replace(/^\^|\$$/g, ''), refused.flags))
    },
    60_000,
  )
})
