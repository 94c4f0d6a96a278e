import { login } from '#app/outside/request.server.ts'

export const loader = login

// Before sign-in nobody's language is known, so both are there.
export default function Login() {
  return (
    <main style={{ maxWidth: '32rem', margin: '20vh auto', padding: '0 1rem', fontFamily: 'sans-serif' }}>
      <h1>Morello</h1>
      <p lang="en">Open Morello from the Apps menu of your Shopify admin.</p>
      <p lang="ko">Shopify 관리자의 앱 메뉴에서 Morello를 열어 주세요.</p>
    </main>
  )
}
