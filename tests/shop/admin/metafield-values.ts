import { readGid } from './money.ts'

type Problem = { message: string; elementIndex: number | null }
/** Is there a product of this number? */
type IsThere = (product: number) => boolean

const REFERENCE = 'product_reference'

/** Shopify's validation of a metafield's value by type; the texts are recorded ones. Null: the value is fine. */
export function valueProblem(type: string, value: string, isThere: IsThere): Problem | null {
  if (type.startsWith('list.')) return listProblem(type.slice('list.'.length), value, isThere)
  const message = type === REFERENCE ? referenceProblem(value, isThere) : scalarProblem(type, value)
  return message === null ? null : { message, elementIndex: null }
}

/** Types whose values are checked; any other type is refused by name rather than waved through. */
export const PLAYED_TYPES = new Set([
  'single_line_text_field',
  'multi_line_text_field',
  'number_integer',
  'number_decimal',
  'boolean',
  'json',
  'date',
  'date_time',
  'color',
  REFERENCE,
])

function listProblem(type: string, value: string, isThere: IsThere): Problem | null {
  let elements: unknown
  try {
    elements = JSON.parse(value)
  } catch {
    return { message: `Value is invalid JSON: ${value}.`, elementIndex: null }
  }
  if (!Array.isArray(elements)) return { message: 'Value must be an array.', elementIndex: null }
  if (elements.length > 128) return { message: 'Value has more than 128 elements.', elementIndex: null }
  for (const [elementIndex, element] of elements.entries()) {
    const text = typeof element === 'string' ? element : JSON.stringify(element)
    // Which one of a list it is, Shopify says of other types than this.
    const missing = type === REFERENCE ? referenceProblem(text, isThere) : null
    if (missing !== null) return { message: missing, elementIndex: null }
    const message = scalarProblem(type, text)
    if (message !== null) return { message, elementIndex }
  }
  return null
}

function referenceProblem(value: string, isThere: IsThere): string | null {
  if (value.trim() === '') return "Value can't be blank."
  const at = readGid(value)
  return at?.type === 'Product' && isThere(at.id) ? null : `Value references non-existent resource ${value}.`
}

function scalarProblem(type: string, value: string): string | null {
  if (value.trim() === '') return "Value can't be blank."
  switch (type) {
    case 'single_line_text_field':
      return /[\n\r]/.test(value) ? 'Value must be a single line text string.' : null
    case 'number_integer':
      return /^-?\d+$/.test(value) ? null : 'Value must be an integer.'
    case 'number_decimal':
      if (!/^-?\d+(\.\d+)?$/.test(value)) return 'Value must be a decimal.'
      return Math.abs(Number(value)) > 9_999_999_999_999 ? "Value can't exceed 9999999999999." : null
    case 'boolean':
      return value === 'true' || value === 'false' ? null : 'Value must be true or false.'
    case 'json':
      return jsonProblem(value)
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value))
        ? null
        : 'Value must be in YYYY-MM-DD format.'
    case 'date_time':
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?/.test(value)
        ? null
        : 'Value must be in “YYYY-MM-DDTHH:MM:SS” format. For example: 2022-06-01T15:30:00'
    case 'color':
      return /^#[0-9a-f]{6}$/i.test(value) ? null : 'Value must be a hex color code.'
    default:
      return null
  }
}

function jsonProblem(value: string): string | null {
  try {
    JSON.parse(value)
    return null
  } catch {
    const at = /^\{\s*([^"}\s]+)/.exec(value)
    if (at) return `Value is invalid JSON: expected object key, got '${at[1]}' at line 1 column 2.`
    return 'Value is invalid JSON.'
  }
}
