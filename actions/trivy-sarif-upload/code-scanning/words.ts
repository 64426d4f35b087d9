import type { GitHubError } from '../../../shared/github/errors.ts'
import { joinWords } from '../../../shared/text/list.ts'
import { formatSize } from '../../../shared/text/units.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Target, Trouble, UploadDocument } from '../model.ts'

/** The sentences for an upload that GitHub refused, by what it said; pure. */
export function refusalWords(
  error: GitHubError,
  { ref, sha }: Pick<Target, 'ref' | 'sha'>,
  document: Pick<UploadDocument, 'gzip' | 'analyses'>,
): Trouble {
  const { answer, status } = error
  const said = answer === '' ? '' : ` GitHub says: ${answer}`
  const where = `${oneLine(ref, 100)} at ${sha.slice(0, 7)}`
  const trouble = (title: string, message: string): Trouble => ({ title, message: `${message}${said}` })

  if (/(?:Advanced|Code) Security must be enabled/i.test(answer)) {
    return trouble(
      'Code scanning needs Code Security',
      'Private and internal repositories need GitHub Code Security (or Advanced Security) for code scanning. Switch it on in Settings → Advanced Security, or set `upload: never` and keep gate, summary and `output-file`.',
    )
  }
  if (/code scanning is not enabled/i.test(answer)) {
    return trouble(
      'Code scanning is switched off',
      'This repository does not take results. Switch code scanning on in Settings → Advanced Security, or set `upload: never` and keep gate, summary and `output-file`.',
    )
  }
  if (error.kind === 'permission' && !/archived|SAML|IP allow list/i.test(answer)) {
    return trouble(
      'Not permitted to upload',
      'The token may not write security events (HTTP 403). Give the job `permissions: { contents: read, security-events: write }`, in a private repository `actions: read` as well; a reusable workflow gets at most what its caller has.',
    )
  }
  if (/is not a merge commit/i.test(answer)) {
    return trouble(
      'Ref and commit do not belong together',
      `GitHub refuses results for ${where}: a merge ref needs the merge commit that GitHub made. Leave "ref" and "sha" out, or give both of the same checkout.`,
    )
  }
  if (status === 404 && /\bref\b/i.test(answer)) {
    return trouble(
      'Ref not found',
      `GitHub does not have ${oneLine(ref, 100)} (HTTP 404). Was the branch deleted while this job ran? If "ref" is given, it has to be a full one, such as refs/heads/main.`,
    )
  }
  if (status === 404 && /\bcommit\b/i.test(answer)) {
    return trouble(
      'Commit not found',
      `GitHub does not have ${where} (HTTP 404). A commit that was made in this job has to be pushed first; "sha" has to be of this repository.`,
    )
  }
  if (status === 404) {
    return trouble(
      'Code scanning not found',
      `GitHub finds nothing to upload to (HTTP 404) for ${where}. The token may not see this repository (a private one needs \`contents: read\` and \`actions: read\`), or this GitHub Enterprise Server has no code scanning.`,
    )
  }
  if (status === 413) {
    return trouble(
      'Upload too large',
      `GitHub takes no ${formatSize(document.gzip.length)} (HTTP 413) of ${analysesWords(document)}. Set \`oversize: split\` with \`split-parts\`, or upload fewer results: exclude folders, or scan in several jobs with a category each.`,
    )
  }
  if (status === 400) {
    return trouble(
      'SARIF refused',
      `GitHub does not take ${analysesWords(document)} for ${where} (HTTP 400). Keep the file with \`output-file\` and look at what is named here.`,
    )
  }
  if (error.kind === 'server') {
    const code = status === undefined ? '' : ` (HTTP ${status})`
    return trouble(
      'GitHub has trouble',
      `Code scanning did not take the upload${code}, asked several times. Gate and summary are not affected. See https://www.githubstatus.com and run the job again: the same results take each other's place.`,
    )
  }
  return { title: error.title, message: error.message }
}

/** The sentences for an upload that was taken and could not be processed, by GitHub's words; pure. */
export function processingWords(
  errors: readonly string[],
  document: Pick<UploadDocument, 'analyses'>,
): Trouble {
  const answer = oneLine(errors.join('; '), 1_000)
  const of = analysesWords(document)
  const trouble = (title: string, message: string): Trouble => ({
    ...{ title, message: answer === '' ? message : `${message} GitHub says: ${answer}` },
  })
  if (/default setup is enabled/i.test(answer)) {
    return trouble(
      'Default setup is enabled',
      'GitHub takes no CodeQL results of a workflow while its own default setup runs. In Settings → Advanced Security → CodeQL analysis, switch to advanced setup, or leave CodeQL to the default setup and do not upload its SARIF.',
    )
  }
  if (/multiple runs with the same category|same tool.*same category/i.test(answer)) {
    return trouble(
      'Duplicate category',
      `Two runs of one upload have the same tool and category: ${of}. Give each report a \`category\` of its own, or upload them in several steps.`,
    )
  }
  if (/too many (?:logical )?alerts/i.test(answer)) {
    return trouble(
      'Too many alerts',
      'The repository has as many alerts as GitHub keeps (1,000,000). Delete analyses of categories that are no longer used, in Security → Code scanning → Tools.',
    )
  }
  if (/than allowed|exceed/i.test(answer)) {
    return trouble(
      'Beyond a limit',
      `GitHub refuses ${of} because of a limit. With \`oversize: trim\` or \`split\` this action meets the documented ones; if it did, this is a limit that it does not know: please report it.`,
    )
  }
  if (/artifact location|invalid URI|URI scheme|at least one location/i.test(answer)) {
    return trouble(
      'Locations refused',
      `GitHub cannot place results of ${of}. Set \`checkout-path\` to the folder that the paths are relative to, and look at the file with \`output-file\`.`,
    )
  }
  const why = answer === '' ? ' It does not say why.' : ''
  return trouble(
    'Processing failed',
    `GitHub took ${of}, and could not process it, or not all of it.${why} Keep the file with \`output-file\`, and run the job again.`,
  )
}

/** `Trivy in category app`. */
export function analysesWords({ analyses }: Pick<UploadDocument, 'analyses'>): string {
  const names = analyses
    .slice(0, 3)
    .map(({ tool, category }) =>
      category === '' ? oneLine(tool, 60) : `${oneLine(tool, 60)} in category "${oneLine(category, 80)}"`,
    )
  const more = analyses.length > 3 ? [`${analyses.length - 3} more`] : []
  return joinWords([...names, ...more], 'and') || 'the upload'
}
