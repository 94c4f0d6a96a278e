/** Texts to begin with. They promise nothing, hurry nobody, and say nothing that a shop might not be able to keep. */
import type { Channel, Message, MessageKey } from './message.ts'
import { WAY_OF } from './message.ts'
import type { SegmentKey } from '#app/domain/pages.ts'

type InBoth = { en: string; ko: string }
type ReadyMade = { purpose: InBoth; value: InBoth; subject: InBoth; text: InBoth; short: InBoth }

/** The channels that suit a segment, the first being the one that is offered. */
const SUITED: Record<SegmentKey | 'own', readonly Channel[]> = {
  prospect: ['welcome-email', 'ads'],
  new: ['welcome-email', 'ads'],
  'one-and-done': ['reminder'],
  repeat: ['newsletter', 'sms', 'kakao'],
  loyal: ['newsletter', 'kakao'],
  'at-risk': ['reminder', 'ads'],
  lapsed: ['reminder', 'ads'],
  'cherry-picker': ['newsletter'],
  own: ['newsletter'],
}

const TEXTS: Record<SegmentKey | 'own', ReadyMade> = {
  prospect: {
    purpose: { en: 'Help them choose a first product.', ko: '첫 상품을 고르도록 돕습니다.' },
    value: { en: 'Advice before the first order.', ko: '첫 주문 전 상담' },
    subject: { en: 'Welcome to {shop}', ko: '{shop}에 오신 것을 환영해요' },
    text: {
      en: 'Hello {name},\n\nthank you for joining {shop}. If you are not sure where to begin, write to us: we are glad to help you choose.\n\n{shop}',
      ko: '{name}님, 안녕하세요.\n\n{shop} 회원이 되어 주셔서 고마워요. 무엇부터 고를지 고민된다면 편하게 물어보세요. 함께 골라 드릴게요.\n\n{shop}',
    },
    short: {
      en: '{shop}: thank you for joining, {name}. Not sure where to begin? Write to us.',
      ko: '{shop} {name}님, 가입해 주셔서 고마워요. 무엇부터 고를지 고민되면 편하게 물어보세요.',
    },
  },
  new: {
    purpose: { en: 'Make the first order a good one.', ko: '첫 주문이 만족스럽도록 돕습니다.' },
    value: { en: 'Help with what they have just bought.', ko: '방금 산 상품의 사용 도움' },
    subject: { en: 'Thank you for your first order', ko: '첫 주문 고마워요' },
    text: {
      en: 'Hello {name},\n\nthank you for your first order at {shop}. If anything is not as you hoped, or you would like to know how best to use it, just answer this message.\n\n{shop}',
      ko: '{name}님, 안녕하세요.\n\n{shop} 첫 주문 고마워요. 기대와 다르거나 사용법이 궁금하다면 이 메일에 답장해 주세요.\n\n{shop}',
    },
    short: {
      en: '{shop}: thank you for your first order, {name}. Questions about it? Write to us.',
      ko: '{shop} {name}님, 첫 주문 고마워요. 궁금한 점은 편하게 물어보세요.',
    },
  },
  'one-and-done': {
    purpose: { en: 'Learn whether the first order was right.', ko: '첫 주문이 괜찮았는지 묻습니다.' },
    value: { en: 'We put right what was not.', ko: '불편했던 점 해결' },
    subject: { en: 'Was your order what you hoped for?', ko: '주문하신 상품은 어떠셨나요?' },
    text: {
      en: 'Hello {name},\n\na while ago you ordered at {shop} for the first time. Was it what you hoped for? If not, tell us what was missing; we read every answer.\n\n{shop}',
      ko: '{name}님, 안녕하세요.\n\n얼마 전 {shop}에서 처음 주문해 주셨어요. 상품은 기대하신 대로였나요? 아쉬운 점이 있었다면 알려 주세요. 답장은 모두 읽고 있어요.\n\n{shop}',
    },
    short: {
      en: '{shop}: {name}, was your order what you hoped for? Tell us; we read every answer.',
      ko: '{shop} {name}님, 주문하신 상품은 어떠셨나요? 아쉬운 점이 있었다면 알려 주세요.',
    },
  },
  repeat: {
    purpose: { en: 'Show what goes with what they have.', ko: '가진 상품과 어울리는 상품을 알립니다.' },
    value: { en: 'What suits what they already use.', ko: '쓰고 있는 상품과 어울리는 것' },
    subject: { en: 'What goes with your last order', ko: '지난 주문과 잘 어울리는 상품' },
    text: {
      en: 'Hello {name},\n\nthank you for ordering at {shop} again. In our shop you find what goes well with it.\n\n{shop}',
      ko: '{name}님, 안녕하세요.\n\n{shop}에 다시 와 주셔서 고마워요. 지난 주문과 잘 어울리는 상품을 쇼핑몰에서 만나 보세요.\n\n{shop}',
    },
    short: {
      en: '{shop}: {name}, see what goes with your last order.',
      ko: '{shop} {name}님, 지난 주문과 잘 어울리는 상품을 만나 보세요.',
    },
  },
  loyal: {
    purpose: { en: 'Thank them, and hear what they miss.', ko: '감사를 전하고 의견을 듣습니다.' },
    value: { en: 'Their opinion counts.', ko: '의견을 먼저 듣는 단골' },
    subject: { en: 'Thank you, {name}', ko: '{name}님, 고마워요' },
    text: {
      en: 'Hello {name},\n\nyou have ordered at {shop} several times, and we thank you for it. What should we do better, and what do you miss? Just answer this message.\n\n{shop}',
      ko: '{name}님, 안녕하세요.\n\n{shop}에 꾸준히 와 주셔서 고마워요. 더 나아졌으면 하는 점이나 찾는 상품이 있다면 이 메일에 답장해 주세요.\n\n{shop}',
    },
    short: {
      en: '{shop}: thank you for coming back, {name}. What should we do better? Write to us.',
      ko: '{shop} {name}님, 늘 찾아 주셔서 고마워요. 바라는 점이 있다면 알려 주세요.',
    },
  },
  'at-risk': {
    purpose: { en: 'Remind those who order later than usual.', ko: '평소보다 주문이 늦은 고객에게 알립니다.' },
    value: { en: 'Order again without searching.', ko: '찾지 않고 다시 주문' },
    subject: { en: 'Do you still have enough?', ko: '아직 넉넉하신가요?' },
    text: {
      en: 'Hello {name},\n\nyou may be running low on what you ordered at {shop} last. You find it again under your orders. And if something was not right, tell us.\n\n{shop}',
      ko: '{name}님, 안녕하세요.\n\n지난번 {shop}에서 주문하신 상품을 거의 다 쓰셨을 수도 있어요. 주문 내역에서 바로 다시 찾을 수 있어요. 불편한 점이 있었다면 알려 주세요.\n\n{shop}',
    },
    short: {
      en: '{shop}: running low, {name}? You find your last order under your orders.',
      ko: '{shop} {name}님, 다 쓰실 때가 됐나요? 주문 내역에서 바로 다시 찾을 수 있어요.',
    },
  },
  lapsed: {
    purpose: {
      en: 'Say what is new, and let them go if they wish.',
      ko: '새 소식을 전하고, 원하면 쉽게 그만 받게 합니다.',
    },
    value: { en: 'What has changed since their last order.', ko: '지난 주문 이후 달라진 점' },
    subject: { en: 'What is new at {shop}', ko: '{shop}의 새로운 소식' },
    text: {
      en: 'Hello {name},\n\nit has been a while since your last order at {shop}, and some things are new. Have a look if you like. If you would rather not hear from us, the link below ends it at once.\n\n{shop}',
      ko: '{name}님, 안녕하세요.\n\n{shop}에서 마지막으로 주문하신 뒤 새로워진 것들이 있어요. 편할 때 둘러보세요. 소식을 그만 받고 싶다면 아래 링크에서 바로 끊을 수 있어요.\n\n{shop}',
    },
    short: {
      en: '{shop}: some things are new since your last order, {name}. Have a look if you like.',
      ko: '{shop} {name}님, 지난 주문 이후 새로워진 것들이 있어요. 편할 때 둘러보세요.',
    },
  },
  'cherry-picker': {
    purpose: {
      en: 'Show what a next order brings, not a first one.',
      ko: '첫 구매가 아니라 다음 주문의 혜택을 알립니다.',
    },
    value: { en: 'Benefits with clear conditions.', ko: '조건이 분명한 혜택' },
    subject: { en: 'What your next order at {shop} brings', ko: '{shop} 다음 주문에 드리는 혜택' },
    text: {
      en: 'Hello {name},\n\nthank you for ordering at {shop}. When you are signed in, our shop shows which benefits are open to you and what each of them asks for. Have a look when it suits you.\n\n{shop}',
      ko: '{name}님, 안녕하세요.\n\n{shop}에서 주문해 주셔서 고마워요. 로그인하면 받을 수 있는 혜택과 조건을 쇼핑몰에서 확인할 수 있어요. 천천히 둘러보세요.\n\n{shop}',
    },
    short: {
      en: '{shop}: {name}, sign in to see which benefits are open to you and what they ask for.',
      ko: '{shop} {name}님, 로그인하면 받을 수 있는 혜택과 조건을 볼 수 있어요.',
    },
  },
  own: {
    purpose: { en: '', ko: '' },
    value: { en: '', ko: '' },
    subject: { en: 'News from {shop}', ko: '{shop} 소식' },
    text: {
      en: 'Hello {name},\n\n\n\n{shop}',
      ko: '{name}님, 안녕하세요.\n\n\n\n{shop}',
    },
    short: { en: '{shop}: {name}, ', ko: '{shop} {name}님, ' },
  },
}

function kindOf(key: MessageKey): SegmentKey | 'own' {
  return key.startsWith('own:') ? 'own' : (key as SegmentKey)
}

/** The channels that suit a segment, best first. */
export function channelsFor(key: MessageKey): readonly Channel[] {
  return SUITED[kindOf(key)]
}

/**
 * A message to begin with, its two notes in the merchant's language; it costs nothing until the merchant says what it costs.
 *
 * Known value: of any segment of ours, both languages are there, with `{name}` and `{shop}` as the only words in braces.
 */
export function readyMade(key: MessageKey, channel: Channel, locale: 'en' | 'ko'): Message {
  const { purpose, value, subject, text, short } = TEXTS[kindOf(key)]
  const way = WAY_OF[channel]
  const body = way === 'email' ? text : short
  return {
    purpose: purpose[locale],
    value: value[locale],
    subjectEn: way === 'email' ? subject.en : '',
    subjectKo: way === 'email' ? subject.ko : '',
    textEn: body.en.trim(),
    textKo: body.ko.trim(),
    costMinor: 0,
    capMessages: 2,
    capDays: 7,
    confirmedOn: '',
  }
}
