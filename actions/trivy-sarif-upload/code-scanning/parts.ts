/** A category as this action writes it: GitHub and tools may end it with a slash. */
export function nameOf(category: string): string {
  return category.replace(/\/$/, '')
}

/** The category of an analysis of which this is a part (`oversize: split`), or the category itself. */
export function unsplit(category: string): string {
  return category.replace(/(?:^|\/)part-\d+$/, '')
}
