import { Links, Meta, Outlet, Scripts, ScrollRestoration, useLocation, useRouteLoaderData } from '@remix-run/react'
import type { ReactNode } from 'react'
import { localeIn } from './ui/formats.ts'

export function Layout({ children }: { children: ReactNode }) {
  // The language is known once a merchant is; before that, and where nothing could be read, it stands in the address.
  const app = useRouteLoaderData<{ locale: string }>('routes/app')
  const { search } = useLocation()
  return (
    <html lang={app?.locale ?? localeIn(search)}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        <title>Morello</title>
        <Meta />
        <Links />
      </head>
      <body>
        {children}
        <ScrollRestoration />
        <Scripts />
      </body>
    </html>
  )
}

export default function Root() {
  return <Outlet />
}
