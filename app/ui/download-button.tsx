import { BlockStack, Button, Text } from '@shopify/polaris'
import { useState } from 'react'
import { useWords } from './i18n.tsx'

type Props = { url: string; fileName: string; children: string }

/**
 * Saves what a route answers as a file. Through fetch, because App Bridge puts the session token on fetch only: a plain
 * link would arrive without one.
 */
export function DownloadButton({ url, fileName, children }: Props) {
  const { t } = useWords()
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle')
  async function download() {
    setState('busy')
    try {
      const response = await fetch(url)
      if (!response.ok) throw new Error(`download answered ${response.status}`)
      saveAs(await response.blob(), fileName)
      setState('idle')
    } catch {
      // The button says so; the merchant may press it again.
      setState('failed')
    }
  }
  return (
    <BlockStack gap="100">
      <div>
        <Button onClick={() => void download()} loading={state === 'busy'}>
          {children}
        </Button>
      </div>
      {state === 'failed' ? (
        <Text as="p" tone="critical">
          {t('download.failed')}
        </Text>
      ) : null}
    </BlockStack>
  )
}

function saveAs(content: Blob, fileName: string) {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  document.body.append(link)
  link.click()
  link.remove()
  URL.revokeObjectURL(address)
}
