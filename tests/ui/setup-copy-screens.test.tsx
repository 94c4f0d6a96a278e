import type { SetupDiff, SetupPage } from '#app/domain/setup-pages.ts'
import { SetupChanges } from '#app/ui/setup-copy-changes.tsx'
import { SetupCopyScreen } from '#app/ui/setup-copy-page.tsx'
import { nothing } from './idle-props.ts'
import { readInBothLanguages } from './reading.tsx'

const PAGE: SetupPage = {
  segments: 2,
  leftOut: [{ name: 'Toner', why: [{ kind: 'no-sku', what: 'Cica toner' }] }],
  applied: { at: Date.UTC(2026, 10, 20, 3), until: Date.UTC(2026, 11, 20, 3) },
}
const DIFF: Extract<SetupDiff, { fault: null }> = {
  fault: null,
  settings: [],
  windowDays: { before: 110, after: 74.2 },
  moves: 212,
  isRecounted: false,
  codesUnknown: [],
  segments: [],
  leftOut: [],
  kept: 0,
  taggingOn: false,
}
const idle = {
  diff: null,
  done: null,
  refused: null,
  isBusy: false,
  onLook: nothing,
  onApply: nothing,
  onUndo: nothing,
}

readInBothLanguages([
  {
    name: 'the page offers the file of this shop, says what is not in it, and how long a taking over can be undone',
    screen: <SetupCopyScreen page={PAGE} {...idle} />,
    en: [
      'It holds no customer',
      'Toner: The product Cica toner has no SKU by which another shop could find it.',
      'Download setup',
      'nothing is changed before you take it over',
      'What was set before is kept until Dec 20, 2026.',
      'Undo taking over',
    ],
    ko: ['고객 정보와 이 스토어의 주문에서 배운 숫자는 들어가지 않으며', '설정 내려받기', '가져오기 되돌리기'],
  },
  {
    name: 'rules that are the same are called that, with the window that this shop has learned',
    screen: <SetupChanges diff={{ ...DIFF, windowDays: { before: 74.2, after: 74.2 } }} />,
    en: ['Same rules.', 'Return window here: 74 days, by this shop’s own orders.', 'Tagging stays off.'],
    ko: ['규칙 동일.', '재구매 기준: 74일.', '태그는 꺼진 상태로 둡니다.'],
  },
  {
    name: 'what differs is told in words with counts',
    screen: (
      <SetupChanges
        diff={{
          ...DIFF,
          settings: [
            { field: 'language', from: null, to: 'ko' },
            { field: 'tagPrefix', from: 'seg:', to: 'm:' },
            { field: 'tagTexts.at-risk', from: 'at-risk', to: 'late' },
            { field: 'thresholds.windowShare', from: 0.8, to: 0.7 },
            { field: 'thresholds.windowMaxDays', from: null, to: 90 },
            { field: 'orderRule.statuses', from: ['PAID'], to: ['PAID', 'PENDING', 'VOIDED'] },
            { field: 'orderRule.countTests', from: false, to: true },
            { field: 'benefitCodes.code:WELCOME20', from: null, to: 'confirmed' },
            { field: 'whenRemoved', from: 'ask', to: 'leave' },
          ],
          isRecounted: true,
          codesUnknown: ['code:WELCOME20'],
          segments: [
            { name: 'Regulars', kind: 'new', members: { customers: 1204, plusMinus: 0 }, enters: 1204, leaves: 0 },
            { name: 'Late', kind: 'changed', members: { customers: 90, plusMinus: 0 }, enters: 12, leaves: 3 },
            { name: 'Toner', kind: 'same', members: null, enters: 0, leaves: 0 },
          ],
          kept: 2,
          taggingOn: true,
        }}
      />
    ),
    en: [
      '4 rules differ. Return window 74 instead of 110 days. 212 moves between segments.',
      'Language: 한국어 instead of As in Shopify admin',
      'Tag prefix: “m:” instead of “seg:”',
      'Tag of At-risk: “late” instead of “at-risk”',
      'Share of those who reorder: 70% instead of 80%',
      'At most: 90 instead of No limit',
      'Payment statuses that count: Paid, Payment pending, VOIDED instead of Paid',
      'Count test orders: yes instead of no',
      'WELCOME20 as first-purchase benefit: yes instead of not answered',
      'When somebody removes a tag: Leave it off instead of Ask me',
      'known once everything is worked out again',
      'Regulars: new, 1,204 customers',
      'Late: changed, 90 customers; 12 would enter, 3 would leave',
      'Toner: the same',
      '2 other segments of this shop stay as they are.',
      'Nobody has used these codes here yet: WELCOME20.',
      'Tagging is on here',
    ],
    ko: ['규칙 4개가 다릅니다.', '재구매 기준 110일 → 74일.', '이동 212건.', '새로 만듦, 고객 1,204명'],
  },
  {
    name: 'a file that is none, a refusal and an end are each answered',
    screen: (
      <>
        <SetupCopyScreen page={PAGE} {...idle} diff={{ fault: { kind: 'other-version', what: '2' } }} />
        <SetupCopyScreen page={PAGE} {...idle} diff={{ fault: { kind: 'rule-deep', what: 'Odd' } }} />
        <SetupCopyScreen page={PAGE} {...idle} refused={{ undo: 'changed' }} />
        <SetupCopyScreen page={{ ...PAGE, applied: null }} {...idle} done="undone" />
      </>
    ),
    en: [
      'This setup was made by another version of Morello (2). Nothing is changed.',
      'more than 4 deep: Odd. Nothing is changed.',
      'putting the old one back would lose that',
      'What was set before is back',
    ],
    ko: [
      '다른 버전의 Morello에서 만든 설정입니다(2).',
      '4단계보다 깊은 세그먼트입니다: Odd.',
      '이전 설정으로 되돌렸습니다',
    ],
  },
])
