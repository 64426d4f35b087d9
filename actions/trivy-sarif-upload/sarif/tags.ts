/**
 * Tags are a list of texts without duplicates (3.8.2); tools write one of them as a text.
 *
 * @param bag changed in place
 * @returns whether they were right
 */
export function withRightTags(bag: Record<string, unknown>): boolean {
  if (!Object.hasOwn(bag, 'tags')) return true
  const { tags } = bag
  if (
    Array.isArray(tags) &&
    tags.every((tag) => typeof tag === 'string') &&
    new Set(tags).size === tags.length
  )
    return true
  const texts = [tags].flat().filter((tag): tag is string => typeof tag === 'string')
  if (texts.length === 0) delete bag['tags']
  else
    bag['tags'] = [
      ...new Set(
        texts.flatMap((text) => (Array.isArray(tags) ? [text] : text.split(',').map((each) => each.trim()))),
      ),
    ]
  return false
}
