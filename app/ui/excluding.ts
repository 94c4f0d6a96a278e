import { useFetcher } from '@remix-run/react'

/** Why keeping somebody out was refused, by field: keys of the texts. */
export type ExcludeRefusals = { reason?: string; until?: string; who?: string }

export type Excluding = {
  isBusy: boolean
  refused: ExcludeRefusals
  onExclude: (who: { customer: string } | { segment: number }, reason: string, until: string) => void
  onEnd: (id: number) => void
}

type Answer = { saved: true } | { refused: string; fields: ExcludeRefusals }

/** Keeps somebody out of rewards, or ends that, from whatever page. */
export function useExcluding(): Excluding {
  const fetcher = useFetcher<Answer>()
  const send = (fields: Record<string, string>) => fetcher.submit(fields, { method: 'post', action: '/app/exclusions' })
  const answer = fetcher.state === 'idle' ? fetcher.data : undefined
  return {
    isBusy: fetcher.state !== 'idle',
    refused: answer !== undefined && 'refused' in answer ? answer.fields : {},
    onExclude: (who, reason, until) =>
      'customer' in who
        ? send({ intent: 'customer', customer: who.customer, reason, until })
        : send({ intent: 'segment', segment: String(who.segment), reason, until }),
    onEnd: (id) => send({ intent: 'end', id: String(id) }),
  }
}
