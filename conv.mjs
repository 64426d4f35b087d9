import { DOCUMENTS } from '/work/wt/hc/test/shared/probe/documents.ts'
import { stringify } from 'yaml'
import { writeFileSync } from 'node:fs'
const rows = DOCUMENTS.map(({product, source, status, body, verdict}) => ({product, source, ...(status===undefined?{}:{status}), body: typeof body==='string'?body:JSON.stringify(body), verdict: verdict instanceof RegExp ? {says: verdict.source} : verdict}))
const head = `# Documents that real products answer with, written from their documentation or source (beside each), in their good and their
# bad form. Each is an answer with 200 unless a status stands there: then that is what the product sends. verdict is good,
# tolerated (green with a warning), or a regular expression for what the message says.
`
writeFileSync('/work/wt/hc/test/shared/probe/documents.yml', head + stringify(rows, {lineWidth: 0}))
