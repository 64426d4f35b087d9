import type { Region } from './model.ts'

/** Lines and columns count from 1; tools that mean "the whole file" write 0 (GitHub refuses it). */
export function repairRegion(region: Region): void {
  for (const key of ['startLine', 'startColumn', 'endLine', 'endColumn'] as const) {
    const value = region[key]
    if (value !== undefined && value < 1) {
      if (key === 'startLine') region[key] = 1
      else delete region[key]
    }
  }
  const { startLine, endLine } = region
  if (startLine === undefined) region.startLine = 1
  else if (endLine !== undefined && endLine < startLine) {
    delete region.endLine
    delete region.endColumn
  }
  const isOneLine = region.endLine === undefined || region.endLine === region.startLine
  // Equal columns are an empty region, which is one (3.30.2).
  if (isOneLine && region.endColumn !== undefined && region.endColumn < (region.startColumn ?? 1))
    delete region.endColumn
}
