/** What every file of changes needs: a place at Shopify for its lines, and its result line by line. */
import { OutsideFailure } from '#app/errors.ts'
import { LinesUploadDocument } from '#app/outside/admin.generated.ts'
import type { Admin } from '#app/outside/shopify.server.ts'

/** Puts the lines where Shopify wants them and answers their path there. */
export async function uploadLines(admin: Admin, lines: string, filename: string): Promise<string> {
  const { stagedUploadsCreate: answer } = await admin.change(LinesUploadDocument, {
    input: [{ resource: 'BULK_MUTATION_VARIABLES', filename, mimeType: 'text/jsonl', httpMethod: 'POST' }],
  })
  const target = answer?.stagedTargets?.[0]
  const path = target?.parameters.find((parameter) => parameter.name === 'key')?.value
  if (!target?.url || !path) {
    const words = answer?.userErrors.map((error) => error.message).join(' ')
    throw new OutsideFailure('shopify-refused', words || 'no place for the file')
  }
  await admin.uploadFile({ url: target.url, parameters: target.parameters }, lines)
  return path
}

/** The lines of a result file. */
export async function* resultLines(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) if (part !== '') yield part
  }
  if (rest !== '') yield rest
}

/** A file that is not whole counts as gone: what it would have confirmed is sent once more, which does no harm. */
export function parsedLine<Line>(text: string): Line {
  try {
    return JSON.parse(text) as Line
  } catch (cause) {
    throw new OutsideFailure('bulk-file-gone', 'a line of a result file is no JSON', { cause })
  }
}
