/** Code scanning of the repository. */
export interface StageCodeScanning {
  /** `unlicensed`: a private repository without Code Security. */
  access: 'on' | 'off' | 'unlicensed'
  /** CodeQL's default setup refuses CodeQL analyses of anybody else. */
  defaultSetup: boolean
  /** Looks at an upload that still show it as pending. */
  pendingLooks: number
  /** What processing says of every upload, instead of taking it. */
  processingErrors: string[]
  uploads: StageUpload[]
  analyses: StageAnalysis[]
  alerts: StageAlert[]
}

export interface StageUpload {
  id: string
  ref: string
  commit: string
  /** Unpacked. */
  sarif: unknown
  looks: number
  status: 'pending' | 'complete' | 'failed'
  errors: string[]
}

export interface StageAnalysis {
  id: number
  ref: string
  commit: string
  tool: string
  category: string
  sarifId: string
  createdAt: string
  results: number
  rules: number
  /** One run, as it was uploaded. */
  sarif: unknown
}

export interface StageAlert {
  number: number
  tool: string
  category: string
  rule: string
  path: string
  line: number
  message: string
  /** What makes it the same alert in a later analysis. */
  identity: string
  /** Refs where it is open, or was. */
  refs: Map<string, 'open' | 'fixed'>
  dismissed: { reason: string; comment: string | null; by: string; at: string } | undefined
}
