import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './processes.ts'

/**
 * What the storefront shows to one visitor, and the words of our block's default text for that stage that must be in it
 * (the longest part beside the name).
 */
export async function greetingOf(
  shopOrigin: string,
  customer: string | null,
  stage: string,
): Promise<{ shown: string; expected: string }> {
  const cookies = ['shop_locale=en', ...(customer === null ? [] : [`shop_customer=${customer}`])]
  const response = await fetch(`${shopOrigin}/storefront`, { headers: { cookie: cookies.join('; ') } })
  if (!response.ok) throw new Error(`the storefront answered ${response.status}`)
  const texts = JSON.parse(readFileSync(path.join(root, 'extensions/storefront/locales/en.default.json'), 'utf8')) as {
    messages: Record<string, string>
  }
  const text = texts.messages[stage.replaceAll('-', '_')]
  if (text === undefined) throw new Error(`the block has no text for ${stage}`)
  const expected = text
    .split('{name}')
    .map((part) => part.replace(/^[\s,.]+|[\s,.]+$/g, ''))
    .sort((a, b) => b.length - a.length)[0]!
  return { shown: await response.text(), expected }
}
