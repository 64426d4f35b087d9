/** A deployment, as this GitHub keeps it. */
export interface StageDeployment {
  id: number
  sha: string
  ref: string
  task: string
  environment: string
  description: string | null
  payload: unknown
  /** A login. */
  creator: string
  createdAt: string
  /** The newest last. */
  statuses: {
    id: number
    state: string
    description: string
    environmentUrl: string
    logUrl: string
    creator: string
    createdAt: string
  }[]
}
