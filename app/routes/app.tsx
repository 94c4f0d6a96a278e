import {
  Link,
  Outlet,
  isRouteErrorResponse,
  useLoaderData,
  useLocation,
  useMatches,
  useNavigate,
  useNavigation,
  useRouteError,
  useRouteLoaderData,
} from '@remix-run/react'
import type { HeadersFunction, LinksFunction } from '@remix-run/node'
import { NavMenu } from '@shopify/app-bridge-react'
import { AppProvider as PolarisProvider } from '@shopify/polaris'
import polarisStyles from '@shopify/polaris/build/esm/styles.css?url'
import { AppProvider } from '@shopify/shopify-app-remix/react'
import { boundary } from '@shopify/shopify-app-remix/server'
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { getSettings } from '#app/flow/settings.ts'
import { frameOf } from '#app/flow/sync/shop-frame.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import { localeIn } from '#app/ui/formats.ts'
import type { Locale } from '#app/ui/formats.ts'
import { POLARIS_WORDS, Words, useWords } from '#app/ui/i18n.tsx'
import { NamesOnScreen } from '#app/ui/names.tsx'
import { PageFailed, PageLoading } from '#app/ui/page-states.tsx'

type Frame = {
  apiKey: string
  locale: Locale
  adminLocale: Locale
  timeZone: string | null
  isCherryPublic: boolean
  showNames: boolean
}

/** Korean breaks lines between words, not inside them; so do Korean product names on an English page. */
const KOREAN_LINES =
  'html { word-break: keep-all; overflow-wrap: break-word; } .Polaris-Text--break { word-break: inherit; }'

export const links: LinksFunction = () => [{ rel: 'stylesheet', href: polarisStyles }]

export const loader = forMerchant({}, async ({ shop, locale, request }): Promise<Frame> => {
  const [frame, { cherryPublicName, showNames }] = await Promise.all([frameOf(shop), getSettings(shop)])
  return {
    ...frame,
    locale,
    adminLocale: localeIn(new URL(request.url).search),
    isCherryPublic: cherryPublicName,
    showNames,
  }
})

// Shopify names the admin's language in the address of the document only; asked again, the loader would not know it.
export const shouldRevalidate = () => false

export const headers: HeadersFunction = (args) => boundary.headers(args)

export default function App() {
  const frame = useLoaderData<Frame>()
  const { locale, isCherryPublic, showNames } = useChosen(frame)
  return (
    <AppProvider isEmbeddedApp apiKey={frame.apiKey} i18n={POLARIS_WORDS[locale]}>
      <Words locale={locale} timeZone={frame.timeZone} isCherryPublic={isCherryPublic}>
        <style>{KOREAN_LINES}</style>
        <Navigation />
        <NamesOnScreen isOn={showNames}>
          <Content />
        </NamesOnScreen>
      </Words>
    </AppProvider>
  )
}

type Chosen = Pick<Frame, 'locale' | 'isCherryPublic' | 'showNames'>

/** The language, the wording and the names that the page started in, until Settings says another. */
function useChosen(frame: Frame): Chosen {
  const [before, setBefore] = useState<Chosen>(frame)
  const saved = useMatches().find((match) => match.id === 'routes/app.settings')?.data as
    { settings?: { language: Locale | null; cherryPublicName: boolean; showNames: boolean } } | undefined
  const settings = saved?.settings
  const locale = settings === undefined ? before.locale : (settings.language ?? frame.adminLocale)
  const isCherryPublic = settings?.cherryPublicName ?? before.isCherryPublic
  const showNames = settings?.showNames ?? before.showNames
  useEffect(() => {
    setBefore({ locale, isCherryPublic, showNames })
    document.documentElement.lang = locale
  }, [locale, isCherryPublic, showNames])
  return { locale, isCherryPublic, showNames }
}

function Navigation() {
  const { t } = useWords()
  return (
    <NavMenu>
      <Link to="/app" rel="home">
        {t('nav.home')}
      </Link>
      <Link to="/app/segments">{t('nav.segments')}</Link>
      <Link to="/app/messages">{t('nav.messages')}</Link>
      <Link to="/app/rewards">{t('nav.rewards')}</Link>
      <Link to="/app/recommendations">{t('nav.recommendations')}</Link>
      <Link to="/app/insights">{t('nav.insights')}</Link>
      <Link to="/app/survey">{t('nav.survey')}</Link>
      <Link to="/app/activity">{t('nav.activity')}</Link>
      <Link to="/app/settings">{t('nav.settings')}</Link>
    </NavMenu>
  )
}

const PATIENCE_MS = 300

/** The page, or its outline once another page has been long in coming; a short wait would only flicker. */
function Content() {
  const navigation = useNavigation()
  const isLeaving = navigation.state === 'loading' && navigation.formMethod === undefined
  const [isSlow, setIsSlow] = useState(false)
  useEffect(() => {
    if (!isLeaving) return setIsSlow(false)
    const timer = setTimeout(() => setIsSlow(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [isLeaving])
  return isLeaving && isSlow ? <PageLoading /> : <Outlet />
}

/** Ours are said in words; what Shopify's library throws is its own page and must be answered by it. */
export function ErrorBoundary() {
  const error = useRouteError()
  const frame = useRouteLoaderData<Frame>('routes/app')
  const status = isRouteErrorResponse(error) ? error.status : null
  const navigate = useNavigate()
  const location = useLocation()
  // A reload would lose what Shopify put into the document's address; the same address again asks the loaders anew. Where
  // already the first document failed, its address is still there, and without App Bridge no loader would know who asks.
  const retry = () =>
    frame === undefined
      ? window.location.reload()
      : navigate(`${location.pathname}${location.search}`, { replace: true })
  const isShopifys =
    isRouteErrorResponse(error) && typeof error.data === 'string' && error.status < 500 && error.status !== 404
  if (isShopifys) return boundary.error(error)
  return (
    <Shell frame={frame}>
      <PageFailed status={status} onRetry={retry} />
    </Shell>
  )
}

function Shell({ frame, children }: { frame: Frame | undefined; children: ReactNode }) {
  const { search } = useLocation()
  if (frame === undefined) {
    // Nothing of the shop could be read: what is known of its language stands in the address.
    const locale = localeIn(search)
    return (
      <PolarisProvider i18n={POLARIS_WORDS[locale]}>
        <Words locale={locale}>
          <style>{KOREAN_LINES}</style>
          {children}
        </Words>
      </PolarisProvider>
    )
  }
  return (
    <AppProvider isEmbeddedApp apiKey={frame.apiKey} i18n={POLARIS_WORDS[frame.locale]}>
      <Words locale={frame.locale} timeZone={frame.timeZone} isCherryPublic={frame.isCherryPublic}>
        <style>{KOREAN_LINES}</style>
        <Navigation />
        {children}
      </Words>
    </AppProvider>
  )
}
