/** Why there is no answer: Morello may not tell, or it did not come. */
export type NoAnswer = { state: 'no-access' } | { state: 'down' }

const PATIENCE_MS = 10_000

/**
 * Asks our server; Shopify resolves the path against the app's address and adds the session token of whoever looks.
 * Never throws: an extension that throws takes its place on Shopify's page with it.
 */
export async function askMorello<T>(path: string, init?: RequestInit): Promise<T | NoAnswer> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<NoAnswer>((resolve) => {
    timer = setTimeout(() => resolve({ state: 'down' }), PATIENCE_MS)
  })
  try {
    return await Promise.race([answerOf<T>(path, init), late])
  } catch {
    // Offline, refused by the browser, or an answer that is no JSON: for whoever looks it is all the same.
    return { state: 'down' }
  } finally {
    clearTimeout(timer)
  }
}

async function answerOf<T>(path: string, init?: RequestInit): Promise<T | NoAnswer> {
  const answer = await fetch(path, init)
  if (answer.status === 401 || answer.status === 403) return { state: 'no-access' }
  return answer.ok ? ((await answer.json()) as T) : { state: 'down' }
}
