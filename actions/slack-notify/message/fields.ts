/** The name of a field as it is compared: `Rolled back`, `rolled_back` and `rolled-back` are one. */
export function fieldKey(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-')
}
