/** One line of the table. Ratios are to `node -e 0`, whole process, medians of paired runs. */
export interface Row {
  action: string
  what: string
  who: string
  cpuRatio?: number
  wallRatio?: number
  /** MiB */
  peak?: number
  /** Further figures, ready to read: `25 ms median, 71 ms max`. */
  more?: string
  /** What DESIGN promises, in words, and whether it was met. */
  budget?: string
  met?: boolean
}
