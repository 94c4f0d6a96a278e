import { describe, expect, it } from 'vitest'
import { askedOrKept, doneOrLost, remember } from '#app/ui/keeping.ts'

const refused = (error: unknown) => () => Promise.reject(error as Error)
/** As Remix hands on what a loader answered. */
const answered = (status: number) => ({ status, statusText: '', internal: false, data: { code: 'any' } })

describe('a page that is asked for again', () => {
  it('shows what came', async () => {
    remember('fresh', { orders: 1 })
    expect(await askedOrKept('fresh', () => Promise.resolve({ orders: 2 }))).toEqual({ orders: 2 })
  })

  it('keeps what is there while the answer fails in a way that passes', async () => {
    remember('kept', { orders: 1 })
    for (const error of [answered(503), answered(502), new TypeError('Failed to fetch')])
      expect(await askedOrKept('kept', refused(error))).toEqual({ orders: 1, isKept: true })
  })

  it('is never older than the last answer, however often none came', async () => {
    remember('again', { orders: 2 })
    const kept = await askedOrKept('again', refused(answered(503)))
    remember('again', kept)
    expect(await askedOrKept('again', refused(answered(503)))).toEqual({ orders: 2, isKept: true })
  })

  it('says what does not pass', async () => {
    remember('lost', { orders: 1 })
    for (const status of [403, 404, 500])
      await expect(askedOrKept('lost', refused(answered(status)))).rejects.toMatchObject({ status })
  })

  it('does not go away because of a click that got no answer', async () => {
    expect(await doneOrLost(refused(answered(503)))).toEqual({ isLost: true })
    expect(await doneOrLost(() => Promise.resolve({ saved: true }))).toEqual({ saved: true })
    await expect(doneOrLost(refused(answered(403)))).rejects.toMatchObject({ status: 403 })
  })

  it('has nothing to keep before the first answer', async () => {
    await expect(askedOrKept('never', refused(answered(503)))).rejects.toMatchObject({ status: 503 })
  })
})
