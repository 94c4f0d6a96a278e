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

type Faces = { regular: Buffer; bold: Buffer; has: (codePoint: number) => boolean }
let faces: Faces | null = null

// Nanum Gothic (SIL Open Font Licence) has all Korean syllables; of it, PDFKit embeds the letters that are used.
function facesOf(): Faces {
  if (faces) return faces
  const { resolve } = createRequire(import.meta.url)
  // An empty letter at the end of the file has no outline, and fontkit reads one: there is something to read.
  const face = (name: string) =>
    Buffer.concat([readFileSync(resolve(`@expo-google-fonts/nanum-gothic/${name}.ttf`)), Buffer.alloc(16)])
  const regular = face('400Regular/NanumGothic_400Regular')
  const font = fontkit.create(regular)
  if (!('hasGlyphForCodePoint' in font)) throw new Bug('the font is a collection')
  faces = {
    regular,
    bold: face('700Bold/NanumGothic_700Bold'),
    has: (codePoint) => font.hasGlyphForCodePoint(codePoint),
  }
  return faces
}

/**
 * A sheet as a PDF: A4, one page whatever its texts, letters smaller where there is much of them. A letter that the font
 * does not have loses its accent, or becomes □.
 *
 * Source: PDFKit 0.20 (text measured with heightOfString before it is drawn).
 */
export async function drawSheet(sheet: Sheet): Promise<Uint8Array<ArrayBuffer>> {
  const { regular, bold } = facesOf()
  const document = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    lang: sheet.language,
    info: { Title: sheet.title, Creator: 'Morello' },
    // The first font, so that none of PDFKit's own is looked for.
    font: regular as unknown as string,
  })
  document.registerFont('regular', regular).registerFont('bold', bold)
  const parts: Buffer[] = []
  const ended = new Promise<void>((resolve, reject) => {
    document.on('data', (part: Buffer) => parts.push(part))
    document.on('end', resolve)
    document.on('error', reject)
  })
  const bottom = document.page.height - MARGIN
  const scale = SCALES.find((each) => lay(document, sheet, each, false) <= bottom) ?? SCALES.at(-1)!
  lay(document, sheet, scale, true)
  document.end()
  await ended
  return new Uint8Array(Buffer.concat(parts))
}

/** Where the last line ends, in points from the top; drawn only if asked. */
function lay(document: PDFKit.PDFDocument, sheet: Sheet, scale: number, isDrawn: boolean): number {
  const width = document.page.width - 2 * MARGIN
  let y = MARGIN
  const write = (
    text: string,
    { font = 'regular', size = 10, color = INK, x = MARGIN, wide = width, after = 4 }: Partial<Hand> = {},
  ) => {
    const shown = readable(text)
    const options = { width: wide, lineGap: 2 * scale }
    document.font(font).fontSize(size * scale)
    const height = document.heightOfString(shown, options)
    // A height of its own keeps PDFKit from beginning a second page for the last line.
    if (isDrawn) document.fillColor(color).text(shown, x, y, { ...options, height: height + 20 })
    y += height + after * scale
    return height
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

/** The same text in letters that the font has. */
function readable(text: string): string {
  const { has } = facesOf()
  return [...text]
    .map((letter) => {
      if (letter === '\n' || has(letter.codePointAt(0)!)) return letter
      const plain = letter.normalize('NFD').charAt(0)
      return has(plain.codePointAt(0)!) ? plain : '□'
    })
    .join('')
}
