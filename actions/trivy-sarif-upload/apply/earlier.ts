import { join } from 'node:path'
import { readRegularFile } from '../../../shared/files/regular.ts'
import { writeWhole } from '../../../shared/tool/files.ts'
import { analysesWords } from '../code-scanning/words.ts'
import type { Target, Trouble, UploadDocument } from '../model.ts'

/** Who asks: RUNNER_TEMP lives as long as the job, GITHUB_ACTION names the step. */
export interface Step {
  temp: string
  id: string
}

const FILE = 'nexus-trivy-sarif-upload-sent.json'
const MAX_BYTES = 1_048_576

/**
 * Two uploads of one tool and category for one commit: GitHub closes the alerts of the first, without a word. So the
 * second step of a job that would do so is refused, as in github/codeql-action; the same step may do it again.
 */
export function uploadedEarlier(
  step: Step,
  target: Target,
  documents: readonly UploadDocument[],
): Trouble | undefined {
  if (step.temp === '' || step.id === '') return undefined
  const sent = read(step)
  const analyses = documents
    .flatMap((document) => document.analyses)
    .filter((analysis) => (sent[keyOf(analysis, target)] ?? step.id) !== step.id)
  if (analyses.length === 0) return undefined
  const words = analysesWords({ analyses })
  return {
    title: 'Duplicate category',
    message: `Nothing is uploaded: an earlier step of this job has uploaded ${words}, and GitHub would close its alerts for those of this one. Give each step a \`category\` of its own, or all reports to one step.`,
  }
}

/** Keeps what GitHub has taken for the steps that come. A convenience: where it cannot be written, there is no check. */
export function rememberUploads(
  step: Step,
  target: Target,
  documents: readonly Pick<UploadDocument, 'analyses'>[],
): void {
  if (step.temp === '' || step.id === '') return
  const keys = documents.flatMap(({ analyses }) => analyses.map((analysis) => keyOf(analysis, target)))
  try {
    const sent = { ...read(step), ...Object.fromEntries(keys.map((key) => [key, step.id])) }
    writeWhole(join(step.temp, FILE), Buffer.from(JSON.stringify(sent)))
  } catch {
    // A full disk is no reason to fail what has gone well.
  }
}

function keyOf(
  { tool, category }: UploadDocument['analyses'][number],
  { ref, sha }: Pick<Target, 'ref' | 'sha'>,
): string {
  return JSON.stringify([ref, sha, tool.toLowerCase(), category])
}

function read({ temp }: Step): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(readRegularFile(join(temp, FILE), MAX_BYTES).toString('utf8'))
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
