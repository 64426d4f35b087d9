import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { ReportingDescriptor, Run } from '../../../actions/trivy-sarif-upload/sarif/model.ts'
import { trivyFacts, withoutTag } from '../../../actions/trivy-sarif-upload/sarif/trivy.ts'

const run = (imageName?: string): Run => ({
  tool: { driver: { name: 'Trivy' } },
  ...(imageName === undefined ? {} : { properties: { imageName } }),
})
const rule = (...tags: string[]): ReportingDescriptor => ({ id: 'R', properties: { tags } })

describe('what messages of Trivy tell', () => {
  test.each([
    [
      'a vulnerability in a package of an image',
      run('registry.example:5000/team/app:1.2@sha256:0f'),
      rule('vulnerability', 'security', 'CRITICAL'),
      'Package: libssl3\nInstalled Version: 3.0.1-1\nVulnerability CVE-2022-0001\nSeverity: LOW\nFixed Version: 3.0.2-1\nLink: [CVE-2022-0001](https://avd.aquasec.com/nvd/cve-2022-0001)',
      {
        severity: 'low',
        package: { name: 'libssl3', installed: '3.0.1-1', fixed: '3.0.2-1' },
        target: 'registry.example:5000/team/app',
      },
    ],
    [
      'a vulnerability without a fix',
      run(),
      undefined,
      'Package: lodash\nInstalled Version: 4.17.4\nVulnerability CVE-1\nSeverity: HIGH\nFixed Version: \nLink: [CVE-1](x)',
      { severity: 'high', package: { name: 'lodash', installed: '4.17.4' } },
    ],
    [
      'a misconfiguration: the tag of its rule counts, not what a file is called',
      run(),
      rule('misconfiguration', 'security', 'HIGH'),
      'Artifact: a\nSeverity: LOW\nType: dockerfile\nVulnerability DS002\nSeverity: HIGH\nMessage: m',
      { severity: 'high', detail: 'm' },
    ],
    [
      'a secret without tags',
      run(),
      undefined,
      'Artifact: a\nType: \nSecret S\nSeverity: MEDIUM\nMatch: ***',
      { severity: 'medium' },
    ],
    [
      'a licence',
      run(),
      rule('license', 'security', 'UNKNOWN'),
      'Artifact: a\nLicense MIT\nPkgName: p',
      { severity: 'unknown' },
    ],
    [
      'a package whose name tries to make little of it',
      run(),
      undefined,
      'Package: x\nSeverity: LOW\nInstalled Version: 1\nVulnerability V\nSeverity: CRITICAL\nFixed Version: ',
      { severity: 'critical', package: { name: 'x', installed: '1' } },
    ],
    ['nothing that is known', run(), undefined, 'Severity: severe', {}],
  ])('%s', (_, ofRun, ofRule, text, facts) => {
    expect(trivyFacts(ofRun, ofRule, { message: { text } })).toEqual(facts)
  })

  test('of other tools nothing is believed that only Trivy says', () => {
    const other: Run = { tool: { driver: { name: 'Trivial' } } }
    expect(trivyFacts(other, rule('CRITICAL'), { message: { text: 'Package: a\nSeverity: HIGH' } })).toEqual(
      {},
    )
  })
})

test.each([
  ['alpine', 'alpine'],
  ['alpine:3.20', 'alpine'],
  ['localhost:5000/app', 'localhost:5000/app'],
  ['localhost:5000/app:1', 'localhost:5000/app'],
  ['a/b:1@sha256:00', 'a/b'],
  ['a/b@sha256:00', 'a/b'],
])('%s without its tag is %s', (image, name) => {
  expect(withoutTag(image)).toBe(name)
})

test('no message, tag or property makes it fail', () => {
  fc.assert(
    fc.property(fc.string(), fc.anything(), fc.anything(), (text, tags, properties) => {
      const odd = { id: 'R', properties: { tags } } as ReportingDescriptor
      const ofRun = { ...run(), properties } as Run
      expect(trivyFacts(ofRun, odd, { message: { text: `Package: ${text}` } })).toBeDefined()
    }),
  )
})
