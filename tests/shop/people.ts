import { oneOf } from './chance.ts'

const KOREAN_FIRST =
  '서연 민지 지민 수빈 하은 예은 지현 유진 소연 은지 채원 다은 민서 서현 지영 현우 민준 도윤 준호 시우 태희 보라 나은 가영 혜진 미나'.split(
    ' ',
  )
const KOREAN_LAST = '김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황'.split(' ')
const LATIN_OF_LAST = 'kim lee park choi jung kang cho yoon jang lim han oh seo shin kwon hwang'.split(' ')
const ENGLISH_FIRST = 'Emma Olivia Mia Grace Chloe Hannah Zoe Nora Lucy Ella Daniel Noah Leo Adam Ruth Clara'.split(' ')
const ENGLISH_LAST = "Miller Brown Taylor Wilson Clark Hall Young Baker Reed Novak O'Brien Santos Weber Rossi".split(
  ' ',
)

/** A name as customers of a Korean and English shop have them; `latin` is for the e-mail address. */
export function nameOf(random: () => number): { first: string; last: string; latin: string; locale: string } {
  if (random() < 0.75) {
    const last = Math.floor(random() * KOREAN_LAST.length)
    return { first: oneOf(random, KOREAN_FIRST), last: KOREAN_LAST[last]!, latin: LATIN_OF_LAST[last]!, locale: 'ko' }
  }
  const first = oneOf(random, ENGLISH_FIRST)
  return { first, last: oneOf(random, ENGLISH_LAST), latin: first.toLowerCase(), locale: 'en' }
}
