/** One piece of a page as a browser would see it: a tag with its attributes, or text with its entities read. */
export type Piece =
  { kind: 'tag'; name: string; isEnd: boolean; attributes: [string, string][] } | { kind: 'text'; text: string }

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function withoutEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|([a-z]+));/gi, (whole, decimal, hex, name: string) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal))
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(String(hex), 16))
    return NAMED[name] ?? whole
  })
}

/**
 * Reads HTML as a browser's tokenizer does in the data state: any `<` before a letter, `/`, `!` or `?` begins markup.
 * Whitespace is folded, so that two engines that indent differently compare equal.
 */
export function piecesOf(html: string): Piece[] {
  const pieces: Piece[] = []
  const addText = (raw: string): void => {
    const text = withoutEntities(raw)
      .replaceAll(/[ \t\n\r]+/g, ' ')
      .trim()
    if (text !== '') pieces.push({ kind: 'text', text })
  }
  let at = 0
  for (const start of html.matchAll(/<(?=[a-z/!?])/gi)) {
    if (start.index < at) continue
    addText(html.slice(at, start.index))
    const tag = /^<(\/?)([^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/.exec(html.slice(start.index))
    if (!tag) {
      pieces.push({ kind: 'tag', name: 'broken', isEnd: false, attributes: [] })
      return pieces
    }
    const attributes = [...tag[3]!.matchAll(/([^\s=/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"']+)))?/g)].map(
      (found): [string, string] => [found[1]!.toLowerCase(), withoutEntities(found[2] ?? found[3] ?? found[4] ?? '')],
    )
    pieces.push({ kind: 'tag', name: tag[2]!.toLowerCase(), isEnd: tag[1] === '/', attributes })
    at = start.index + tag[0].length
  }
  addText(html.slice(at))
  return pieces
}

export function textOf(html: string): string {
  return piecesOf(html)
    .map((piece) => (piece.kind === 'text' ? piece.text : ''))
    .filter((text) => text !== '')
    .join(' ')
}
