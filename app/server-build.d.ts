// What Remix's Vite plugin makes up at build time.
declare module 'virtual:remix/server-build' {
  export * from '@remix-run/dev/server-build'
}
