// node scripts/floor.ts REPORT AT-LEAST — red when fewer tests passed than that: a run that left everything out is no proof.
import { readFileSync } from 'node:fs'

const [report = '', atLeast = ''] = process.argv.slice(2)
const { numPassedTests } = JSON.parse(readFileSync(report, 'utf8')) as { numPassedTests: number }
console.log(`${numPassedTests} tests passed on ${process.platform}; at least ${atLeast} have to.`)
if (!(numPassedTests >= Number(atLeast))) process.exitCode = 1
