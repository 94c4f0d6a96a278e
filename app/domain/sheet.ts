/** One printed page: plain text in its order, the same on paper, in a PDF and on the screen. */
export type Sheet = {
  /** en | ko, for whoever reads it aloud. */
  language: string
  title: string
  subtitle: string
  facts: { label: string; value: string }[]
  sections: { title: string; text: string }[]
  foot: string
}
