import { redirect } from '@remix-run/node'
import type { LoaderFunctionArgs } from '@remix-run/node'

/** Shopify opens the app's address with `?shop=…`; everybody else is told where the app is opened. */
export function loader({ request }: LoaderFunctionArgs) {
  const { searchParams } = new URL(request.url)
  if (searchParams.has('shop')) throw redirect(`/app?${searchParams.toString()}`)
  return null
}

export default function Door() {
  return (
    <main style={{ fontFamily: 'system-ui, sans-serif', margin: '15vh auto', maxWidth: '32rem', padding: '0 1rem' }}>
      <h1>Morello</h1>
      <p>Open Morello from your Shopify admin, under Apps.</p>
      <p lang="ko">Shopify 관리자의 앱 메뉴에서 Morello를 여세요.</p>
    </main>
  )
}
