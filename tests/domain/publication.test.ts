import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  NO_HANDS,
  allTags,
  desiredState,
  desiredTags,
  showsTheSame,
  tagChange,
  tagOfSegment,
} from '#app/domain/publication.ts'
import type { TagsKnown } from '#app/domain/publication.ts'
import { SettingsShape, defaultSettings, patchedSettings, tagKeyOf } from '#app/domain/settings.ts'

const settings = defaultSettings()

describe('the tags of a stage', () => {
  test.each([
    ['prospect', 'none', []],
    ['new', 'none', ['seg:new']],
    ['one-and-done', 'possible', ['seg:one-and-done']],
    ['repeat', 'none', ['seg:repeat']],
    ['loyal', 'none', ['seg:repeat', 'seg:loyal']],
    ['at-risk', 'likely', ['seg:at-risk', 'seg:cherry-picker']],
    ['lapsed', 'none', ['seg:lapsed']],
  ] as const)('%s, cherry-picker %s', (stage, tier, expected) => {
    expect(desiredTags(stage, tier, settings)).toEqual(expected)
  })

  test('the public wording renames the cherry-picker tag, unless the merchant has written one', () => {
    expect(desiredTags('new', 'likely', { ...settings, cherryPublicName: true })).toContain('seg:discount-seeking')
    const own = { ...settings, cherryPublicName: true, tagTexts: { ...settings.tagTexts, 'cherry-picker': 'deal' } }
    expect(desiredTags('new', 'likely', own)).toContain('seg:deal')
    expect(tagOfSegment('prospect', settings)).toBeNull()
    expect(tagOfSegment('cherry-picker', settings)).toBe('seg:cherry-picker')
    expect(allTags(settings)).toHaveLength(7)
  })
})

describe('the state', () => {
  test('is v, stage, flags and since, and no cherry-picker word', () => {
    expect(desiredState('loyal', [], Date.UTC(2026, 10, 3))).toBe(
      '{"v":1,"stage":"loyal","flags":[],"since":"2026-11-03T00:00:00.000Z"}',
    )
  })
  test('another since alone shows the same', () => {
    expect(showsTheSame(desiredState('new', [], 0), desiredState('new', [], 5))).toBe(true)
    expect(showsTheSame(desiredState('new', [], 0), desiredState('repeat', [], 0))).toBe(false)
    expect(showsTheSame(null, desiredState('new', [], 0))).toBe(false)
    expect(showsTheSame(null, null)).toBe(true)
  })
})

describe('a change of tags', () => {
  const known = (over: Partial<TagsKnown>): TagsKnown => ({
    owned: [],
    preexisting: [],
    observed: [],
    how: 'fresh',
    cutOff: [],
    hands: NO_HANDS,
    isKnown: true,
    neverUsed: [],
    ...over,
  })
  test.each<[string, string[], Partial<TagsKnown>, Partial<ReturnType<typeof tagChange>>]>([
    ['a new customer gets the tag', ['a'], {}, { add: ['a'], remove: [], owned: ['a'] }],
    [
      'a moved one loses ours',
      ['b'],
      { owned: ['a'], observed: ['a'] },
      { add: ['b'], remove: ['a'], owned: ['a', 'b'] },
    ],
    ["the merchant's own of that name stays", ['a'], { observed: ['A'] }, { add: [], remove: [], preexisting: ['a'] }],
    ['and is not removed later', [], { preexisting: ['a'], how: 'remembered' }, { remove: [], preexisting: ['a'] }],
    ['a name not desired yet is noted as theirs too', ['b'], { observed: ['A'] }, { add: ['b'], preexisting: ['a'] }],
    ['one that somebody took off is not removed', [], { owned: ['a'] }, { remove: [], owned: [] }],
    [
      'what we wrote last is remembered',
      ['a'],
      { owned: ['a'], how: 'remembered' },
      { add: [], remove: [], owned: ['a'] },
    ],
    ['a cut-off write is repeated', ['a'], { owned: ['a', 'b'], how: 'unsure' }, { add: ['a'], remove: ['b'] }],
    ['theirs that they took off can be ours', ['a'], { preexisting: ['a'] }, { add: ['a'], preexisting: [] }],
    ['another case of a name is the same tag', ['SEG:New'], { owned: ['seg:new'], observed: ['seg:new'] }, { add: [] }],
  ])('%s', (_name, desired, over, expected) => {
    expect(tagChange(desired, known(over), 'ask')).toMatchObject(expected)
  })

  describe('where somebody else had a hand in it', () => {
    const off = { owned: ['seg:a'], observed: [] }
    const hands = (over: Partial<TagsKnown['hands']>) => ({ ...NO_HANDS, ...over })

    test('a tag that was taken off is noticed, and by default asked about, not put back', () => {
      expect(tagChange(['seg:a'], known(off), 'ask')).toMatchObject({
        add: [],
        owned: [],
        hands: hands({ missing: ['seg:a'] }),
        noticed: { removed: ['seg:a'], added: [] },
      })
      const asked = { hands: hands({ missing: ['seg:a'] }) }
      expect(tagChange(['seg:a'], known(asked), 'put-back')).toMatchObject({ add: [], noticed: { removed: [] } })
    })

    test('it is put back three times at most, then asked about', () => {
      let ledger = known(off)
      for (const times of [1, 2, 3]) {
        const change = tagChange(['seg:a'], ledger, 'put-back')
        expect(change).toMatchObject({ add: ['seg:a'], hands: hands({ putBack: { 'seg:a': times } }) })
        ledger = known({ ...off, hands: change.hands })
      }
      expect(tagChange(['seg:a'], ledger, 'put-back')).toMatchObject({ add: [], hands: { missing: ['seg:a'] } })
    })

    test('it is left off for as long as the stage asks for it, and forgotten with the stage', () => {
      const { hands: left } = tagChange(['seg:a'], known(off), 'leave')
      expect(left).toEqual(hands({ leftOff: ['seg:a'] }))
      expect(tagChange(['seg:a'], known({ hands: left }), 'ask').add).toEqual([])
      const moved = tagChange(['seg:b'], known({ hands: left }), 'ask')
      expect(moved).toMatchObject({ add: ['seg:b'], hands: NO_HANDS })
      expect(tagChange(['seg:a'], known({ hands: moved.hands }), 'ask').add).toEqual(['seg:a'])
    })

    test('nobody is asked about a tag that the stage does not ask for, or that our own cut-off write was about', () => {
      expect(tagChange([], known(off), 'ask').hands).toEqual(NO_HANDS)
      expect(tagChange(['seg:a'], known({ ...off, cutOff: ['SEG:A'] }), 'ask')).toMatchObject({
        add: ['seg:a'],
        hands: NO_HANDS,
        noticed: { removed: [] },
      })
    })

    test('a name of ours that turns up later is theirs and is shown until it is gone', () => {
      const change = tagChange([], known({ observed: ['Seg:B'] }), 'ask')
      expect(change).toMatchObject({
        remove: [],
        preexisting: ['seg:b'],
        hands: { added: ['Seg:B'] },
        noticed: { added: ['Seg:B'] },
      })
      const later = { preexisting: ['seg:b'], hands: change.hands }
      expect(tagChange([], known({ ...later, observed: ['Seg:B'] }), 'ask').noticed.added).toEqual([])
      expect(tagChange([], known(later), 'ask').hands.added).toEqual([])
    })

    test('a tag that somebody took off and gave again in their own spelling is theirs', () => {
      expect(tagChange([], known({ owned: ['seg:a'], observed: ['SEG:A'] }), 'put-back')).toMatchObject({
        remove: [],
        owned: [],
        preexisting: ['seg:a'],
        noticed: { removed: ['seg:a'], added: ['SEG:A'] },
      })
    })

    test('what was there before us, or before a name was ours, is nobody’s hand', () => {
      for (const over of [{ isKnown: false }, { neverUsed: ['seg:b'] }])
        expect(tagChange([], known({ observed: ['seg:b'], ...over }), 'ask')).toMatchObject({
          preexisting: ['seg:b'],
          noticed: { added: [] },
          hands: NO_HANDS,
        })
    })
  })

  test("whatever happens, a merchant's tag is neither removed nor added, and ours end as desired", () => {
    const ours = ['seg:new', 'seg:repeat', 'seg:loyal']
    const names = fc.subarray([...ours, 'VIP', '단골 🎁'])
    const steps = fc.array(
      fc.record({
        desired: fc.subarray(ours),
        isRead: fc.boolean(),
        fails: fc.constantFrom('no', 'before', 'halfway'),
      }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(names, steps, (merchant, all) => {
        const inShop = new Map(merchant.map((tag) => [tagKeyOf(tag), tag.toUpperCase()]))
        const theirs = new Set(inShop.keys())
        let ledger: TagsKnown = known({})
        let isFirst = true
        for (const { desired, isRead, fails } of all) {
          const how = isFirst || isRead ? 'fresh' : ledger.how
          const observed = how === 'fresh' ? [...inShop.values()] : []
          const change = tagChange(desired, { ...ledger, observed, how }, 'ask')
          isFirst = false
          ledger = {
            ...known({ cutOff: [...change.add, ...change.remove], hands: change.hands }),
            owned: change.owned,
            preexisting: change.preexisting,
            how: 'unsure',
          }
          for (const tag of [...change.add, ...change.remove]) expect(theirs.has(tagKeyOf(tag))).toBe(false)
          if (fails === 'before') continue
          for (const tag of change.add) inShop.set(tagKeyOf(tag), tag)
          if (fails === 'halfway') continue
          for (const tag of change.remove) inShop.delete(tagKeyOf(tag))
          ledger = {
            ...ledger,
            owned: ledger.owned.filter((tag) => !change.remove.includes(tag)),
            how: 'remembered',
            cutOff: [],
          }
          for (const key of theirs) expect(inShop.has(key)).toBe(true)
          const present = [...inShop.keys()].filter((key) => !theirs.has(key)).sort()
          expect(present).toEqual(desired.filter((tag) => !theirs.has(tag)).sort())
        }
      }),
      { seed: 41, numRuns: 1000 },
    )
  })
})

describe('settings', () => {
  const problemsOf = (patch: Parameters<typeof patchedSettings>[1]) => {
    const parsed = SettingsShape.safeParse(patchedSettings(settings, patch))
    return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  }

  test('a shop that has set nothing has every default', () => {
    expect(settings).toMatchObject({
      language: null,
      tagPrefix: 'seg:',
      taggingOn: false,
      benefitCodes: {},
      thresholds: { windowShare: 0.8, lateRatio: 1.5, lapsedRatio: 3, loyalOrders: 3 },
      orderRule: { statuses: ['PAID', 'PARTIALLY_PAID', 'PARTIALLY_REFUNDED'], countTests: false },
      setup: { lookedAt: false, themeAdded: false },
    })
    expect(SettingsShape.parse({ thresholds: { lateRatio: 2 } }).thresholds).toMatchObject({
      lateRatio: 2,
      lapsedRatio: 3,
    })
  })

  test.each([
    ['a comma would split the tag', { tagTexts: { new: 'a,b' } }, ['tagTexts.new: tag-comma']],
    ['a tag needs a text', { tagTexts: { new: '  ' } }, ['tagTexts.new: tag-empty']],
    ['two tags of one name in another case', { tagTexts: { new: 'LOYAL' } }, ['tagTexts.loyal: tag-twice']],
    ['41 characters with the prefix are too long', { tagTexts: { new: 'x'.repeat(37) } }, ['tagTexts.new: tag-long']],
    ['40 are not', { tagTexts: { new: 'x'.repeat(36) } }, []],
    ['characters are counted as people count them', { tagTexts: { new: '😀'.repeat(36) } }, []],
    ['an empty prefix is fine', { tagPrefix: '' }, []],
    [
      'quiet for long comes after late',
      { thresholds: { lapsedRatio: 1.2 } },
      ['thresholds.lapsedRatio: lapsed-before-late'],
    ],
  ])('%s', (_name, patch, expected) => {
    expect(problemsOf(patch)).toEqual(expected)
  })

  test('texts are stored composed and trimmed', () => {
    const parsed = SettingsShape.parse(patchedSettings(settings, { tagTexts: { new: ' 신규 '.normalize('NFD') } }))
    expect(parsed.tagTexts.new).toBe('신규'.normalize('NFC'))
  })

  test('an answer to a code can be taken back', () => {
    const answered = SettingsShape.parse(patchedSettings(settings, { benefitCodes: { 'code:A': 'confirmed' } }))
    expect(answered.benefitCodes).toEqual({ 'code:A': 'confirmed' })
    expect(SettingsShape.parse(patchedSettings(answered, { benefitCodes: { 'code:A': null } })).benefitCodes).toEqual(
      {},
    )
  })
})
