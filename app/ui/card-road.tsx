import { useFetcher, useLoaderData } from '@remix-run/react'
import type { CardPage, CardWords } from '#app/domain/segment-card.ts'
import { CardScreen } from './card-page.tsx'
import { CardPrintScreen } from './card-print.tsx'

type Answer = { saved: true } | { refused: string; fields: Partial<Record<keyof CardWords, string>> }

/** The page of a card, whichever segment's it is. */
export function CardRoad() {
  const page = useLoaderData<CardPage>()
  const fetcher = useFetcher<Answer>()
  const answer = fetcher.state === 'idle' ? fetcher.data : undefined
  return (
    <CardScreen
      key={page.key}
      page={page}
      isBusy={fetcher.state !== 'idle'}
      refused={answer !== undefined && 'refused' in answer ? answer.fields : {}}
      onSave={({ name, story, pains, goals, channel }) =>
        fetcher.submit({ intent: 'save', name, story, pains, goals, channel }, { method: 'post' })
      }
      onReviewed={() => fetcher.submit({ intent: 'reviewed' }, { method: 'post' })}
    />
  )
}

export function CardPrintRoad() {
  return <CardPrintScreen page={useLoaderData<CardPage>()} />
}
