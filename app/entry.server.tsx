import { PassThrough } from 'node:stream'
import { createReadableStreamFromReadable } from '@remix-run/node'
import type { EntryContext } from '@remix-run/node'
import { RemixServer } from '@remix-run/react'
import { isbot } from 'isbot'
import { renderToPipeableStream } from 'react-dom/server'
import { log } from './outside/log.server.ts'
import { refuseUnfitSurroundings } from './outside/ready.server.ts'
import { addDocumentResponseHeaders } from './outside/request.server.ts'

// Before the server listens: whoever loads this module waits for it, and a failure ends the start.
await refuseUnfitSurroundings()

export const streamTimeout = 5000

export default function answerDocument(
  request: Request,
  responseStatusCode: number,
  responseHeaders: Headers,
  remixContext: EntryContext,
): Promise<Response> {
  addDocumentResponseHeaders(request, responseHeaders)
  // Crawlers get the whole page at once, people as soon as its frame is there.
  const ready = isbot(request.headers.get('user-agent') ?? '') ? 'onAllReady' : 'onShellReady'
  return new Promise((resolve, reject) => {
    let hasShell = false
    const { pipe, abort } = renderToPipeableStream(<RemixServer context={remixContext} url={request.url} />, {
      [ready]: () => {
        hasShell = true
        const body = new PassThrough()
        responseHeaders.set('Content-Type', 'text/html; charset=utf-8')
        resolve(
          new Response(createReadableStreamFromReadable(body), {
            status: responseStatusCode,
            headers: responseHeaders,
          }),
        )
        pipe(body)
      },
      onShellError: reject,
      onError: (error: unknown) => {
        // Before the shell the promise rejects, and handleError writes it down.
        if (hasShell) log.error({ error }, 'a page broke while it was written')
      },
    })
    setTimeout(abort, streamTimeout + 1000)
  })
}

export function handleError(error: unknown, { request }: { request: Request }): void {
  if (!request.signal.aborted) log.error({ error }, 'a request failed')
}
