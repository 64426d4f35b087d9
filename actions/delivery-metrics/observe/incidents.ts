import { maybe, type Shape } from '../../../shared/text/shape.ts'
import { oneLine } from '../../../shared/text/untrusted.ts'
import type { Incident, IncidentRule } from '../model.ts'
import { type Asking, ask, connection, type Page, pageOf } from './budget.ts'

interface Node {
  number: number
  title: string
  createdAt: string
  closedAt: string | null
  stateReason: string | null
  body: string
  url: string
  labels: { nodes: ({ name: string } | null)[] | null } | null
}

interface Answer {
  repository: { issues: Page<Node> } | null
}

/** `since` means updated since, so nothing that was opened later is missed. */
const QUERY = `query($owner:String!,$name:String!,$labels:[String!],$since:DateTime,$after:String){
  repository(owner:$owner,name:$name){issues(first:100,after:$after,labels:$labels,filterBy:{since:$since},
    orderBy:{field:CREATED_AT,direction:DESC}){pageInfo{hasNextPage endCursor} nodes{number title createdAt closedAt
      stateReason(enableDuplicate:true) body url labels(first:30){nodes{name}}}}}}`

const SHAPE: Shape = {
  repository: maybe({
    issues: pageOf({ number: 'number', title: 'string', createdAt: 'string', body: 'string', url: 'string' }),
  }),
}

/** The issues that are incidents and were not closed as a false alarm. @throws GitHubError, CallsUsedUp */
export async function readIncidents(
  asking: Asking,
  { labels, title }: IncidentRule,
  from: number,
  into: Incident[],
): Promise<void> {
  const variables = { labels: labels.length > 0 ? labels : null, since: new Date(from).toISOString() }
  const pages = connection<Node>(async (after) => {
    const query = { text: QUERY, variables: { ...variables, after }, about: 'the incidents', shape: SHAPE }
    return (await ask<Answer>(asking, query)).repository?.issues
  })
  for await (const { nodes } of pages) {
    for (const node of nodes) {
      if (/^(NOT_PLANNED|DUPLICATE)$/.test(node.stateReason ?? '')) continue
      const own = new Set((node.labels?.nodes ?? []).map((label) => label?.name.toLowerCase()))
      if (!labels.every((label) => own.has(label.toLowerCase()))) continue
      if (title === undefined || title.test(node.title)) into.push(incidentOf(node))
    }
  }
}

function incidentOf({ number, title, createdAt, closedAt, body, url }: Node): Incident {
  return {
    number,
    title: oneLine(title, 200),
    openedAt: Date.parse(createdAt),
    closedAt: closedAt === null ? undefined : Date.parse(closedAt),
    deployment: namedDeployment(body),
    url,
  }
}

/** `Deployment: <id, tag or SHA>` on a line of its own, the first one; pure. */
export function namedDeployment(body: string): string | undefined {
  return /^[ \t>*-]*deployment:[ \t]*`?([\w./+-]{1,100})`?[ \t]*\r?$/im.exec(body)?.[1]
}
