import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import type { ShownNames } from '#app/domain/people-pages.ts'
import { useWords } from './i18n.tsx'

/** Where names are looked at; it is written down with every look. */
export const NAME_PAGES = ['list', 'customer', 'review'] as const
export type NamePage = (typeof NAME_PAGES)[number]
/** So many rows stand on a screen at most. */
export const MOST_NAMES = 60

type Names = { names: ReadonlyMap<string, string>; ask: (page: NamePage, ids: readonly string[]) => void }

const NamesContext = createContext<Names>({ names: new Map(), ask: () => undefined })

/**
 * Names of the customers on screen, asked for once the page is there. They live in this browser's memory until the page
 * is left; where none comes the customer's number stays.
 */
export function NamesOnScreen({ isOn, children }: { isOn: boolean; children: ReactNode }) {
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map())
  const asked = useRef(new Set<string>())
  useEffect(() => {
    asked.current.clear()
    setNames(new Map())
  }, [isOn])
  const ask = useCallback(
    (page: NamePage, ids: readonly string[]) => {
      const unknown = ids.filter((id) => !asked.current.has(id)).slice(0, MOST_NAMES)
      if (!isOn || unknown.length === 0) return
      for (const id of unknown) asked.current.add(id)
      void namesFrom(page, unknown).then((found) => {
        if (found.length > 0) setNames((before) => new Map([...before, ...found]))
      })
    },
    [isOn],
  )
  const value = useMemo(() => ({ names, ask }), [names, ask])
  return <NamesContext.Provider value={value}>{children}</NamesContext.Provider>
}

async function namesFrom(page: NamePage, ids: readonly string[]): Promise<[string, string][]> {
  const query = new URLSearchParams({ page, ids: ids.join(',') }).toString()
  return fetch(`/app/names?${query}`).then(
    async (response) => (response.ok ? Object.entries(((await response.json()) as ShownNames).names) : []),
    () => [],
  )
}

/** What each of these customers is called on screen: their name where names are on and known, else their number. */
export function useCustomerTitles(page: NamePage, ids: readonly string[]): (id: string) => string {
  const { t } = useWords()
  const { names, ask } = useContext(NamesContext)
  const key = ids.join(',')
  useEffect(() => {
    if (key !== '') ask(page, key.split(','))
  }, [ask, page, key])
  return (id) => names.get(id) ?? t('customer.title', { id })
}
