// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the runner

import { describe, expect, test } from '@jest/globals'
import { interpolate, type Scope } from '../support/runner/expressions.ts'

const scope: Scope = {
  contexts: {
    github: { sha: 'abc', ref_name: 'main', event: { pull_request: { number: 7, labels: ['a', 'B'] } } },
    job: { status: 'failure' },
    matrix: { os: 'linux', 'node-version': 24 },
    runner: { temp: '/tmp' },
  },
  closed: ['github', 'job', 'runner'],
  functions: {},
}

describe('what the runner makes of a text with expressions', () => {
  test.each([
    ['plain $ {{ text }}', 'plain $ {{ text }}'],
    ['${{ github.sha }}', 'abc'],
    ['${{GITHUB.SHA}}', 'abc'],
    ['v-${{ github.sha }}-${{ matrix.os }}', 'v-abc-linux'],
    ["${{ 'it''s }} here' }}", "it's }} here"],
    ["${{ github['ref_name'] }}", 'main'],
    ['${{ matrix.node-version }}', '24'],
    ['${{ matrix.missing }}', ''],
    ['${{ github.event.pull_request.number }}', '7'],
    ['${{ github.event.release.tag_name }}', ''],
    ['${{ github.event.pull_request.labels[1] }}', 'B'],
    ["${{ matrix.missing || 'fallback' }}", 'fallback'],
    ["${{ job.status == 'FAILURE' && 'red' || 'green' }}", 'red'],
    ["${{ !(job.status != 'failure') }}", 'true'],
    ["${{ '' == null }}", 'true'],
    ["${{ 0 == '' }}", 'true'],
    ['${{ null == false }}', 'true'],
    ["${{ 'a' == 0 }}", 'false'],
    ['${{ 3 >= 3 }} ${{ -1 < 0x0f }}', 'true true'],
    ["${{ format('{0} on {1}, {{x}}', github.sha, matrix.os) }}", 'abc on linux, {x}'],
    ["${{ contains(github.event.pull_request.labels, 'b') }}", 'true'],
    ["${{ startsWith('refs/tags/v1', 'refs/TAGS/') }}", 'true'],
    ['${{ toJSON(matrix) }}', '{\n  "os": "linux",\n  "node-version": 24\n}'],
    ['${{ fromJSON(\'{"a": [1, 2]}\').a[1] }}', '2'],
    ['${{ matrix }}', 'Object'],
  ])('%s', (text, expected) => {
    expect(interpolate(text, scope)).toBe(expected)
  })
})

describe('what would silently be wrong is an error', () => {
  test.each([
    ['${{ secrets.TOKEN }}', '"secrets" is no context that can be used here.'],
    ['${{ github.shaa }}', '"shaa" is no property of github that can be used here.'],
    ['${{ join(matrix) }}', '"join" is no function that can be used here.'],
    ['${{ always() }}', '"always" is no function that can be used here.'],
    ['${{ github.event.labels.* }}', 'unknown at "*'],
    ['${{ "double" }}', 'unknown at ""double"'],
    ['${{ github.sha github.sha }}', 'nothing expected after the expression, got github.'],
    ['${{ (1 }}', '")" expected, got the end.'],
    ['${{ }}', 'a value expected, got the end.'],
    ["${{ format('{1}', 'a') }}", "format('{1}'): wrong at {1}."],
  ])('%s', (text, reason) => {
    expect(() => interpolate(text, scope)).toThrow(reason)
  })
})
