import { SaveBar as ShopifySaveBar } from '@shopify/app-bridge-react'
import { useWords } from './i18n.tsx'

type Props = { isOpen: boolean; isSaving: boolean; isValid: boolean; onSave: () => void; onDiscard: () => void }

/** Shopify's contextual save bar; it stands only while there is something to save. */
export function SaveBar({ isOpen, isSaving, isValid, onSave, onDiscard }: Props) {
  const { t } = useWords()
  if (!isOpen) return null
  return (
    <ShopifySaveBar id="save-bar" open>
      <button variant="primary" onClick={onSave} disabled={isSaving || !isValid} {...(isSaving ? { loading: '' } : {})}>
        {t('save.save')}
      </button>
      <button onClick={onDiscard} disabled={isSaving}>
        {t('save.discard')}
      </button>
    </ShopifySaveBar>
  )
}
