import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as fontkit from 'fontkit'
import PDFDocument from 'pdfkit'
import type { Sheet } from '../domain/sheet.ts'
import { Bug } from '../errors.ts'

const MARGIN = 48
const LABEL_WIDTH = 170
const INK = '#1a1a1a'
const SOFT = '#616161'
/** Tried in turn until everything stands on one page. */
const SCALES = [1, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52]

/** Far below any page: what does not end on the page begins no second one. */
const FAR = 1e6
/** Drawn by nobody's face here, and nothing that a sentence needs. */
const ORNAMENT = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\p{M}\p{Cf}]/u

type Weight = { name: string; file: Buffer }
type Face = { regular: Weight; bold: Weight; has: (codePoint: number) => boolean; ascent: number }
const faces = new Map<string, Face>()

/** Read when it is first needed; of a face, PDFKit embeds the letters that are used. */
function faceOf(family: string, name: string): Face {
  const known = faces.get(family)
  if (known) return known
  const { resolve } = createRequire(import.meta.url)
  const open = (weight: string) => {
    const file = readFileSync(resolve(`@expo-google-fonts/${family}/${weight}/${name}_${weight}.ttf`))
    // An empty letter at the end of the file has no outline, and fontkit reads one: there is something to read.
    const padded = Buffer.concat([file, Buffer.alloc(16)])
    const font = fontkit.create(padded)
    if (!('hasGlyphForCodePoint' in font)) throw new Bug('the font is a collection')
    // Under any other name than its own PDFKit would open the file again whenever it is chosen.
    return { font, weight: { name: font.postscriptName, file: padded } }
  }
  const { font, weight: regular } = open('400Regular')
  const face = {
    regular,
    bold: open('700Bold').weight,
    has: (codePoint: number) => font.hasGlyphForCodePoint(codePoint),
    ascent: font.ascent / font.unitsPerEm,
  }
  faces.set(family, face)
  return face
}

/** Nanum Gothic (SIL Open Font Licence) has all Korean syllables, and no accents. */
const first = () => faceOf('nanum-gothic', 'NanumGothic')
/** BIZ UDPGothic (SIL Open Font Licence) has accents, Greek, Cyrillic, kana and hanja, and no Korean syllables. */
const spare = () => faceOf('biz-udpgothic', 'BIZUDPGothic')

/**
 * A sheet as a PDF: A4, one page whatever its texts, letters smaller where there is much of them. A letter that neither of
 * two faces has loses its accent, or becomes a question mark; emoji are left out.
 *
 * Source: PDFKit 0.20 (text is laid out on a page of no end before it is drawn).
 */
export async function drawSheet(sheet: Sheet): Promise<Uint8Array<ArrayBuffer>> {
  const document = beginDocument(sheet, 'A4')
  const parts: Buffer[] = []
  const ended = new Promise<void>((resolve, reject) => {
    document.on('data', (part: Buffer) => parts.push(part))
    document.on('end', resolve)
    document.on('error', reject)
  })
  const bottom = document.page.height - MARGIN
  const tried = beginDocument(sheet, [document.page.width, FAR])
  const scale = SCALES.find((each) => lay(tried, sheet, each) <= bottom) ?? SCALES.at(-1)!
  lay(document, sheet, scale)
  document.end()
  await ended
  return new Uint8Array(Buffer.concat(parts))
}

function beginDocument(sheet: Sheet, size: 'A4' | [number, number]): PDFKit.PDFDocument {
  const document = new PDFDocument({
    size,
    margin: MARGIN,
    lang: sheet.language,
    info: { Title: sheet.title, Creator: 'Morello' },
    // The first font, so that none of PDFKit's own is looked for.
    font: first().regular.file as unknown as string,
  })
  return choose(document, first().regular)
}

function choose(document: PDFKit.PDFDocument, { name, file }: Weight): PDFKit.PDFDocument {
  return document.registerFont(name, file).font(name)
}

/** Draws a sheet; answers where its last line ends, in points from the top. */
function lay(document: PDFKit.PDFDocument, sheet: Sheet, scale: number): number {
  const width = document.page.width - 2 * MARGIN
  let y = MARGIN
  const write = (
    text: string,
    { font = 'regular', size = 10, color = INK, x = MARGIN, wide = width, after = 4 }: Partial<Hand> = {},
  ) => {
    document.fillColor(color)
    for (const line of text.split('\n'))
      y = writeLine(document, line, { font, size: size * scale, x, wide, y, gap: 2 * scale })
    y += after * scale
  }
  write(sheet.title, { font: 'bold', size: 22, after: 2 })
  write(sheet.subtitle, { color: SOFT, after: 14 })
  for (const { label, value } of sheet.facts) {
    const from = y
    write(label, { color: SOFT, wide: LABEL_WIDTH })
    const below = y
    y = from
    write(value, { x: MARGIN + LABEL_WIDTH, wide: width - LABEL_WIDTH })
    y = Math.max(y, below)
  }
  for (const { title, text } of sheet.sections) {
    y += 10 * scale
    write(title, { font: 'bold', size: 12, after: 3 })
    write(text)
  }
  y += 12 * scale
  write(sheet.foot, { size: 8, color: SOFT, after: 0 })
  return y
}

type Hand = { font: 'regular' | 'bold'; size: number; color: string; x: number; wide: number; after: number }

type Place = { font: Hand['font']; size: number; x: number; y: number; wide: number; gap: number }

/** One line of the text, which may take several of the page; answers where it ends. Both faces stand on one baseline. */
function writeLine(document: PDFKit.PDFDocument, line: string, { font, size, x, y, wide, gap }: Place): number {
  const high = choose(document, first()[font]).fontSize(size).currentLineHeight(true)
  const pieces = piecesOf(line)
  if (pieces.length === 0) return y + high + gap
  const baseline = y + first().ascent * size
  for (const [i, { text, isSpare }] of pieces.entries()) {
    choose(document, (isSpare ? spare() : first())[font])
    const lineGap = high + gap - document.currentLineHeight(true)
    const options = {
      width: wide,
      height: FAR,
      lineGap,
      baseline: 'alphabetic' as const,
      continued: i < pieces.length - 1,
    }
    if (i === 0) document.text(text, x, baseline, options)
    else document.text(text, options)
  }
  return y + (document.y - baseline)
}

type Piece = { text: string; isSpare: boolean }

/** The text in pieces of one face each: a word that one face has whole is not torn apart. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  const add = (part: string, isSpare: boolean) => {
    const last = pieces.at(-1)
    if (last && last.isSpare === isSpare) last.text += part
    else if (part !== '') pieces.push({ text: part, isSpare })
  }
  for (const word of readable(text).match(/\s+|\S+/gu) ?? []) {
    const letters = [...word]
    if (letters.every(isInFirst)) add(word, false)
    else if (letters.every(isInSpare)) add(word, true)
    else for (const letter of letters) add(letter, !isInFirst(letter))
  }
  return pieces
}

function isInFirst(letter: string): boolean {
  return first().has(letter.codePointAt(0)!)
}

function isInSpare(letter: string): boolean {
  return spare().has(letter.codePointAt(0)!)
}

/** The same text in letters that one of the faces has. */
function readable(text: string): string {
  const isKnown = (letter: string) => isInFirst(letter) || isInSpare(letter)
  return [...text.normalize('NFC')]
    .map((letter) => {
      if (/\s/.test(letter)) return ' '
      if (isKnown(letter)) return letter
      const plain = letter.normalize('NFD').charAt(0)
      return isKnown(plain) ? plain : ORNAMENT.test(letter) ? '' : '?'
    })
    .join('')
}
