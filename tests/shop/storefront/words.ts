import type { CodeProblem } from '../pricing.ts'
import type { Locale } from '../door-context.ts'

const EN = {
  skip: 'Skip to content',
  you_are: 'You are',
  change: 'Be someone else',
  doors: 'Two doors',
  language: 'Language',
  cart: 'Cart',
  footer: 'A demonstration shop. Nothing is sold and nothing leaves this computer.',
  hero: 'Quiet care for every day',
  hero_text: 'Toners, serums and creams for skin that wants to be left in peace.',
  goods: 'All products',
  previous: 'Previous',
  next: 'Next',
  quantity: 'Quantity',
  add: 'Add to cart',
  empty: 'Your cart is empty.',
  look: 'Keep looking around',
  product: 'Product',
  price: 'Price',
  total: 'Total',
  code: 'Discount code',
  code_help: 'The code is checked when you buy. Put a space between two codes.',
  email: 'E-mail (not needed)',
  credit: 'Pay with store credit first',
  credit_left: 'You have',
  buy: 'Buy',
  clear: 'Empty the cart',
  shipping: 'Shipping',
  free: 'free',
  thanks: 'Thank you for your order',
  order: 'Order',
  discount: 'discount',
  what_follows: 'Morello hears of this order within seconds. Then the greeting on the storefront follows.',
  admin: 'Open the admin',
  who: 'Who are you?',
  who_text:
    'For this demonstration only: be a guest or any customer of the shop. The note beside a name says why that person buys.',
  who_search: 'Name or e-mail',
  find: 'Search',
  guest: 'A guest',
  guest_text: 'not signed in',
  nobody: 'Nobody of that name.',
  more: 'There are more; search for a name.',
  orders: 'orders',
  one_order: '1 order',
  not_found: 'This page does not exist.',
}

const KO: typeof EN = {
  skip: '본문으로 건너뛰기',
  you_are: '지금은',
  change: '다른 사람 되어 보기',
  doors: '처음 화면',
  language: '언어',
  cart: '장바구니',
  footer: '데모용 쇼핑몰이에요. 실제로 판매하지 않고, 이 컴퓨터 밖으로 나가는 정보도 없어요.',
  hero: '매일의 조용한 돌봄',
  hero_text: '편안한 피부를 위한 토너, 세럼, 크림을 만나 보세요.',
  goods: '전체 상품',
  previous: '이전',
  next: '다음',
  quantity: '수량',
  add: '장바구니에 담기',
  empty: '장바구니가 비어 있어요.',
  look: '계속 둘러보기',
  product: '상품',
  price: '가격',
  total: '합계',
  code: '할인 코드',
  code_help: '코드는 구매할 때 확인해요. 코드가 여러 개면 한 칸씩 띄어 주세요.',
  email: '이메일 (선택)',
  credit: '적립금으로 먼저 결제하기',
  credit_left: '남은 적립금',
  buy: '구매하기',
  clear: '장바구니 비우기',
  shipping: '배송비',
  free: '무료',
  thanks: '주문해 주셔서 고마워요',
  order: '주문',
  discount: '할인',
  what_follows: 'Morello가 몇 초 안에 이 주문을 반영해요. 그다음 스토어의 인사말이 바뀌어요.',
  admin: '관리자 열기',
  who: '누구로 둘러볼까요?',
  who_text:
    '데모에서만 쓰는 화면이에요. 비회원이나 원하는 고객이 되어 보세요. 이름 옆에는 그 사람이 구매하는 이유가 적혀 있어요.',
  who_search: '이름 또는 이메일',
  find: '검색',
  guest: '비회원',
  guest_text: '로그인하지 않음',
  nobody: '그런 이름의 고객이 없어요.',
  more: '더 많은 고객이 있어요. 이름으로 검색해 보세요.',
  orders: '회 주문',
  one_order: '1회 주문',
  not_found: '없는 페이지예요.',
}

const BEHAVIOURS: Record<Locale, Record<string, string>> = {
  en: {
    loyal: 'loyal',
    refill: 'buys refills',
    drifting: 'drifts away',
    'one-time': 'bought once',
    'sale-buyer': 'buys in sales',
    'gift-buyer': 'buys gifts',
    'cherry-picker': 'cherry-picker',
    salon: 'a salon',
    prospect: 'has not bought yet',
    story: 'the one of the story',
  },
  ko: {
    loyal: '단골',
    refill: '리필 구매',
    drifting: '뜸해지는 중',
    'one-time': '한 번 구매',
    'sale-buyer': '세일 때 구매',
    'gift-buyer': '선물 구매',
    'cherry-picker': '체리피커',
    salon: '살롱',
    prospect: '아직 구매 전',
    story: '이야기의 주인공',
  },
}

const CODE_PROBLEMS: Record<Locale, Record<CodeProblem, string>> = {
  en: {
    unknown: 'This discount code is not valid here. Your cart is unchanged: correct the code or leave it empty.',
    'not-started': 'This code does not work yet. Your cart is unchanged: leave the code empty to buy.',
    expired: 'This code has ended. Your cart is unchanged: leave the code empty to buy.',
    limit: 'This code has been used up. Your cart is unchanged: leave the code empty to buy.',
    used: 'You have used this code already; it works once. Your cart is unchanged: leave the code empty to buy.',
    'not-first':
      'This code is for a first order, and you have ordered here before. Your cart is unchanged: leave the code empty to buy.',
    buyer: 'This code is not available to you right now. Your cart is unchanged: sign in, or leave the code empty.',
    items: 'This code is not for the items in your cart. Your cart is unchanged: leave the code empty to buy.',
    minimum:
      'Your cart does not reach what this code asks for. It is unchanged: add something, or leave the code empty.',
    'shipping-price': 'This code does not cover shipping at this price. Your cart is unchanged.',
    'too-many': 'Too many codes at once. Your cart is unchanged: take one out.',
    'not-combined': 'This code cannot be used together with your other code. The better one counts.',
    'not-best': 'Your other code saves you more on these items, so it counts.',
  },
  ko: {
    unknown: '쓸 수 없는 할인 코드예요. 장바구니는 그대로예요. 코드를 고치거나 비워 주세요.',
    'not-started': '아직 쓸 수 없는 코드예요. 장바구니는 그대로예요. 코드를 비우면 구매할 수 있어요.',
    expired: '기간이 끝난 코드예요. 장바구니는 그대로예요. 코드를 비우면 구매할 수 있어요.',
    limit: '모두 사용된 코드예요. 장바구니는 그대로예요. 코드를 비우면 구매할 수 있어요.',
    used: '이미 쓴 코드예요. 한 번만 쓸 수 있어요. 장바구니는 그대로예요. 코드를 비우면 구매할 수 있어요.',
    'not-first':
      '첫 주문에만 쓸 수 있는 코드인데, 이미 주문하신 적이 있어요. 장바구니는 그대로예요. 코드를 비우면 구매할 수 있어요.',
    buyer: '지금은 쓸 수 없는 코드예요. 장바구니는 그대로예요. 로그인하거나 코드를 비워 주세요.',
    items: '장바구니의 상품에는 쓸 수 없는 코드예요. 장바구니는 그대로예요. 코드를 비우면 구매할 수 있어요.',
    minimum: '코드를 쓰려면 더 담아야 해요. 장바구니는 그대로예요. 상품을 더 담거나 코드를 비워 주세요.',
    'shipping-price': '이 배송비에는 쓸 수 없는 코드예요. 장바구니는 그대로예요.',
    'too-many': '코드를 한 번에 너무 많이 넣었어요. 장바구니는 그대로예요. 하나를 빼 주세요.',
    'not-combined': '다른 코드와 함께 쓸 수 없어요. 더 큰 할인이 적용돼요.',
    'not-best': '이 상품에는 다른 코드의 할인이 더 커서 그 코드가 적용돼요.',
  },
}

/** What the cart says of a code that the checkout does not take. */
export function codeProblemText(locale: Locale, problem: CodeProblem): string {
  return CODE_PROBLEMS[locale][problem]
}

export function storefrontWords(locale: Locale): typeof EN {
  return locale === 'ko' ? KO : EN
}

export function behaviourText(locale: Locale, behaviour: string | undefined): string {
  return behaviour === undefined ? '' : (BEHAVIOURS[locale][behaviour] ?? behaviour)
}
