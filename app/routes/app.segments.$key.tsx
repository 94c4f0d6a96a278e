import { useFetcher, useLoaderData } from '@remix-run/react'
import { z } from 'zod'
import { saveThresholds } from '#app/flow/segments/preview.ts'
import { segmentPage } from '#app/flow/segments/segment-page.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { SegmentPage } from '#app/domain/pages.ts'
import { useCounting } from '#app/ui/counting.ts'
import { useRehearsing } from '#app/ui/rehearsing.ts'
import { SegmentScreen } from '#app/ui/segment-page.tsx'
import { SegmentParams, ThresholdFields, fieldsOf } from '#app/ui/rule-fields.ts'

export const loader = forMerchant({ params: SegmentParams }, ({ shop, params }) => segmentPage(shop, params.key))

const SaveFields = ThresholdFields.extend({ announce: z.enum(['yes', 'no']) })

export const action = forMerchant({ form: SaveFields }, async ({ shop, form: { announce, ...thresholds } }) => {
  await saveThresholds(shop, thresholds, announce === 'yes')
  return { saved: true }
})

export default function Segment() {
  const page = useLoaderData<SegmentPage>()
  const saving = useFetcher()
  const counting = useCounting(page.segment)
  const rehearsal = useRehearsing(`/app/segments/${page.segment}/rehearsal`)
  return (
    <SegmentScreen
      key={page.segment}
      page={page}
      preview={counting.preview}
      isPreviewing={counting.isBusy}
      hasPreviewFailed={counting.hasFailed}
      isSaving={saving.state !== 'idle'}
      rehearsal={rehearsal}
      onPreview={counting.ask}
      onSave={(thresholds, announce) =>
        saving.submit({ ...fieldsOf(thresholds), announce: announce ? 'yes' : 'no' }, { method: 'post' })
      }
    />
  )
}
