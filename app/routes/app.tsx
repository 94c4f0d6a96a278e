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
import { frameOf } from '#app/flow/sync/shop-frame.ts'
import { forMerchant } from '#app/outside/request.server.ts'
import type { Locale } from '#app/ui/formats.ts'
import { POLARIS_WORDS, Words, useWords } from '#app/ui/i18n.tsx'
import { PageFailed, PageLoading } from '#app/ui/page-states.tsx'

type Frame = { apiKey: string; locale: Locale; adminLocale: Locale; timeZone: string | null }

export const links: LinksFunction = () => [{ rel: 'stylesheet', href: polarisStyles }]

export const loader = forMerchant({}, async ({ shop, locale, request }): Promise<Frame> => {
  const asked = new URL(request.url).searchParams.get('locale') ?? 'en'
  return { ...(await frameOf(shop)), locale, adminLocale: asked.startsWith('ko') ? 'ko' : 'en' }
})

// Shopify names the admin's language in the address of the document only; asked again, the loader would not know it.
export const shouldRevalidate = () => false

export const headers: HeadersFunction = (args) => boundary.headers(args)

export default function App() {
  const frame = useLoaderData<Frame>()
  const locale = useLocale(frame)
  return (
    <AppProvider isEmbeddedApp apiKey={frame.apiKey} i18n={POLARIS_WORDS[locale]}>
      <Words locale={locale} timeZone={frame.timeZone}>
        <Navigation />
        <Content />
      </Words>
    </AppProvider>
  )
}

/** The language that the page started in, until Settings says another. */
function useLocale(frame: Frame): Locale {
  const [locale, setLocale] = useState(frame.locale)
  const settings = useMatches().find((match) => match.id === 'routes/app.settings')?.data as
    { language?: Locale | null } | undefined
  const chosen = settings?.language === undefined ? locale : (settings.language ?? frame.adminLocale)
  useEffect(() => {
    setLocale(chosen)
    document.documentElement.lang = chosen
  }, [chosen])
  return chosen
}

function Navigation() {
  const { t } = useWords()
  return (
    <NavMenu>
      <Link to="/app" rel="home">
        {t('nav.home')}
      </Link>
      <Link to="/app/segments">{t('nav.segments')}</Link>
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
  // A reload would lose what Shopify put into the document's address; the same address again asks the loaders anew.
  const retry = () => navigate(`${location.pathname}${location.search}`, { replace: true })
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
  if (frame === undefined)
    return (
      <PolarisProvider i18n={POLARIS_WORDS.en}>
        <Words locale="en">{children}</Words>
      </PolarisProvider>
    )
  return (
    <AppProvider isEmbeddedApp apiKey={frame.apiKey} i18n={POLARIS_WORDS[frame.locale]}>
      <Words locale={frame.locale} timeZone={frame.timeZone}>
        <Navigation />
        {children}
      </Words>
    </AppProvider>
  )
}
