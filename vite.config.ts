import { vitePlugin as remix } from '@remix-run/dev'
import { defineConfig } from 'vite'

declare module '@remix-run/node' {
  interface Future {
    v3_singleFetch: true
  }
}

// Two artefacts from one folder: the web application (Remix), and with `--mode worker` the worker, which Remix does not
// build. Both leave packages from node_modules outside the bundle: bull reads its Lua files beside itself, and two copies
// of Polaris on the server would not share their context.
export default defineConfig(({ mode }) =>
  mode === 'worker'
    ? { build: { ssr: 'app/worker.ts', outDir: 'build/worker', target: 'node22', emptyOutDir: true } }
    : {
        // Behind the tunnel of `shopify app dev` the page is served over https, and its reloads with it.
        server: {
          port: Number(process.env.PORT ?? 3000),
          allowedHosts: true,
          hmr: process.env.APP_URL
            ? { host: new URL(process.env.APP_URL).hostname, protocol: 'wss', clientPort: 443 }
            : true,
        },
        plugins: [
          remix({
            ignoredRouteFiles: ['**/.*'],
            future: {
              v3_fetcherPersist: true,
              v3_relativeSplatPath: true,
              v3_throwAbortReason: true,
              v3_lazyRouteDiscovery: true,
              v3_singleFetch: true,
            },
          }),
          // The server's bundle begins with our own web process (app/server.ts) instead of Remix's bare list of routes.
          {
            name: 'web-process',
            enforce: 'post',
            config: (_config, { isSsrBuild }) =>
              isSsrBuild ? { build: { rollupOptions: { input: 'app/server.ts' } } } : undefined,
          },
        ],
        // The server's chunks hold top-level await, which the default target of older browsers refuses.
        build: { assetsInlineLimit: 0, target: 'es2022' },
        optimizeDeps: { include: ['@shopify/app-bridge-react', '@shopify/polaris'] },
      },
)
