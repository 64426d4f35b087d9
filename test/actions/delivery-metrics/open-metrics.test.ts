import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { decide } from '../../../actions/delivery-metrics/plan.ts'
import { contentOf } from '../../../actions/delivery-metrics/render/files.ts'
import { describeWith } from '../../support/real-parts.ts'
import { NOVEMBER, november, rules } from './month.ts'

/** Reads the text with Prometheus' own two parsers, and prints what they made of it. */
const READER = `
import sys, json
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as plain
text = sys.stdin.read()
print(json.dumps([[f.name, f.type, f.unit, [[s.name, s.labels, s.value] for s in f.samples]] for f in openmetrics(text)]))
list(plain(text))
`

// `python-prometheus` is a Python that has prometheus-client.
describeWith('python-prometheus', 'the .prom file, read by Prometheus’ own parser', (python) => {
  const read = (text: string) => {
    const { status, stdout, stderr } = spawnSync(python, ['-c', READER], { input: text, encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    return JSON.parse(stdout) as [string, string, string, [string, Record<string, string>, number][]][]
  }

  test('is what was measured', () => {
    const families = read(contentOf('prom', decide(rules(), [november()]), NOVEMBER))
    const value = (name: string) => families.find(([each]) => each === name)?.[3][0]?.[2]
    expect(value('nexus_deployments')).toBe(25)
    expect(value('nexus_change_lead_time_p50_seconds')).toBe(54_000)
    expect(value('nexus_change_fail_ratio')).toBe(0.12)
    expect(families.every(([, type]) => type === 'gauge')).toBe(true)
  })

  test('leaves out what is unknown', () => {
    const families = read(contentOf('prom', decide(rules(), [november({ attempts: [] })]), NOVEMBER))
    expect(families.map(([name]) => name)).not.toContain('nexus_change_fail_ratio')
  })

  test('survives any name of a repository', () => {
    const odd = 'a"b\\c\nd/é'
    const families = read(contentOf('prom', decide(rules(), [november({ repository: odd })]), NOVEMBER))
    expect(families[0]?.[3][0]?.[1]).toEqual({ repository: odd })
  })
})
