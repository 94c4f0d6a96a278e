/** One element may hold several tags with commas; the first spelling of a tag wins. */
export function splitTags(given: string[]): string[] {
  const tags: string[] = []
  const seen = new Set<string>()
  for (const part of given.flatMap((text) => text.split(','))) {
    const tag = part.trim()
    if (tag === '' || seen.has(tag.toLowerCase())) continue
    seen.add(tag.toLowerCase())
    tags.push(tag)
  }
  return tags
}

export function sameTag(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase()
}
