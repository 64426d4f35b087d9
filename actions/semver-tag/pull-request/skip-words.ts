import { BREAK } from '../../../shared/text/untrusted.ts'

/**
 * Words that keep GitHub from starting a workflow, wherever they stand in the message of a commit: a squash may take the
 * body of a pull request as its message, and then nothing would release what was merged. Written so that a page shows the
 * same.
 *
 * @see https://docs.github.com/actions/managing-workflow-runs/skipping-workflow-runs
 */
export function neutralizeSkipWords(markdown: string): string {
  return markdown
    .replace(/\[skip (?=(?:ci|actions)])/gi, `$&${BREAK}`)
    .replace(/\[(?:ci|actions) (?=skip])/gi, `$&${BREAK}`)
    .replace(/\[no (?=ci])/gi, `$&${BREAK}`)
    .replace(/^skip-checks(?=:)/gim, `$&${BREAK}`)
}
