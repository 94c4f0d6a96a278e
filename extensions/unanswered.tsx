/** @jsxImportSource preact */
import '@shopify/ui-extensions/preact'
import type { ComponentChildren } from 'preact'

type Props = {
  /** Anything but the two that are named: no answer came, or one that this version does not know. */
  state: string
  /** The words of the extension that asked. */
  t: (key: string) => string
  /** What can be done where no answer came; an action has its buttons elsewhere. */
  children?: ComponentChildren
}

/** Where Morello has nothing to show: what happened, what is still safe, what to do next. */
export function Unanswered({ state, t, children }: Props) {
  const openMorello = <s-link href="app:app">{t('openMorello')}</s-link>
  if (state === 'not-imported')
    return (
      <s-stack gap="base">
        <s-paragraph>{t('notImported')}</s-paragraph>
        {openMorello}
      </s-stack>
    )
  if (state === 'no-access')
    return (
      <s-banner tone="warning" heading={t('noAccess.title')}>
        <s-paragraph>{t('noAccess.text')}</s-paragraph>
        {openMorello}
      </s-banner>
    )
  return (
    <s-banner tone="warning" heading={t('down.title')}>
      <s-paragraph>{t('down.text')}</s-paragraph>
      {children}
    </s-banner>
  )
}
