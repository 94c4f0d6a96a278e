/** WCAG's contrast of text and ground in a colour scheme of a block's stylesheet, 1–21. */
export function contrastOf(css: string, scheme: string): number {
  const rule = new RegExp(`--${scheme} \\{([^}]*)\\}`).exec(css)![1]!
  const color = (property: string): string => new RegExp(`(?:^|[\\s;])${property}: (#[0-9a-f]{6})`).exec(rule)![1]!
  const [light, dark] = [luminance(color('color')), luminance(color('background'))].sort((a, b) => b - a)
  return (light! + 0.05) / (dark! + 0.05)
}

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
