import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { runAction, type StepResult } from '../../support/runner.ts'
import { houseAction } from './house-action.ts'

const SECRET = 'p@ss/w+rd ü="1"&?'
const KEY =
  '-----BEGIN KEY-----\r\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END KEY-----\n'
const HOOK = 'https://user:hunter22@hooks.example/services/T000/B000/XyZabcdefghijklmnop'

/** Every spelling of a secret that must not show. */
function spellings(text: string): string[] {
  const bytes = Buffer.from(text)
  return [
    text,
    bytes.toString('base64'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(text),
    encodeURI(text),
    new URLSearchParams({ q: text }).toString().slice(2),
    JSON.stringify(text).slice(1, -1),
  ]
}

/** What a step leaves anywhere, but for the add-mask commands, which must hold the secret. */
function traces(result: StepResult): string {
  const stdout = result.stdout.split('\n').filter((line) => !line.startsWith('::add-mask::'))
  const file = result.outputs['result-file']
  return [
    ...stdout,
    result.stderr,
    JSON.stringify(result.outputs),
    ...Object.values(result.outputs),
    result.summary,
    file ? readFileSync(file, 'utf8') : '',
  ].join('\n')
}

const tell = (texts: readonly string[], end: string): string => `run('main', async () => {
  for (const secret of ${JSON.stringify([SECRET, KEY, HOOK])}) maskSecret(secret)
  for (const text of ${JSON.stringify(texts)}) {
    log.info('value ' + text + ' end')
    log.warning('title ' + text, 'text ' + text)
    log.group('group ' + text, [text])
    writeSummary(['# ' + text, text])
    setOutputs({ out: 'x' + text + 'y' })
    setResult('fixture', { text, nested: [{ text }] }, process.env.RUNNER_TEMP)
    ${end}
  }
  return passed })`

describe('a masked secret never shows', () => {
  test.each(spellings(SECRET))('as %s', async (text) => {
    const result = await runAction({ action: houseAction(tell([text], '')) })
    expect(result.conclusion).toBe('success')
    expect(traces(result)).toContain('value *** end')
    for (const spelling of spellings(SECRET)) expect(traces(result)).not.toContain(spelling)
  })

  test('in the message of a failure', async () => {
    const result = await runAction({ action: houseAction(tell(spellings(SECRET), 'throw new Error(text)')) })
    for (const spelling of spellings(SECRET)) expect(traces(result)).not.toContain(spelling)
  })

  test('a key of several lines: whole, line by line, and encoded', async () => {
    const lines = KEY.split(/\r?\n/).filter((line) => line !== '')
    const result = await runAction({ action: houseAction(tell([KEY, ...lines, ...spellings(KEY)], '')) })
    for (const part of [...lines, ...spellings(KEY)]) expect(traces(result)).not.toContain(part)
  })

  test('the path and the password of a webhook address', async () => {
    const texts = [
      HOOK,
      HOOK.replace('user:hunter22@', ''),
      'POST /services/T000/B000/XyZabcdefghijklmnop',
      'hunter22',
    ]
    const result = await runAction({ action: houseAction(tell(texts, '')) })
    for (const part of ['XyZabcdefghijklmnop', 'hunter22', '/services/T000']) {
      expect(traces(result)).not.toContain(part)
    }
  })

  test.each(['1234', 'true', 'name', '":"a'])('the result stays JSON with the secret %s', async (secret) => {
    const result = await runAction({
      action: houseAction(`run('main', async () => {
        maskSecret(${JSON.stringify(secret)})
        setResult('fixture', { name: 'a', ms: 12345, ok: true, text: 'is ${secret.replaceAll('"', '\\"')}' }, process.env.RUNNER_TEMP)
        return passed })`),
    })
    expect(JSON.parse(result.outputs['result'] ?? '')).toMatchObject({ ms: 12345, ok: true, text: 'is ***' })
    expect(JSON.parse(readFileSync(result.outputs['result-file'] ?? '', 'utf8'))).toMatchObject({
      text: 'is ***',
    })
  })
})
