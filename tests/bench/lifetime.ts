/** The lifetime model over a million customers, beside one plain log-likelihood pass in the same process; one line each. */
import { expectedPurchasesOfAll, fitPurchases } from '#app/domain/lifetime/mbg-nbd.ts'
import { chanceFrom } from '#tests/shop/chance.ts'
import { median } from './intervals.ts'
import { plainLogLikelihood } from './plain-log-likelihood.ts'

const CUSTOMERS = Number(process.argv[2] ?? 1_000_000)
const YEARS_DAYS = 1_095
const ROUNDS = 5

const random = chanceFrom('lifetime')
const waiting = () => -Math.log(1 - random())
const repeats = new Int32Array(CUSTOMERS)
const recencyDays = new Int32Array(CUSTOMERS)
const ageDays = new Int32Array(CUSTOMERS)
for (let i = 0; i < CUSTOMERS; i += 1) {
  const age = 1 + Math.floor(random() * YEARS_DAYS)
  const [rate, chanceToStop] = [waiting() / 90, 1 - Math.sqrt(random())]
  ageDays[i] = age
  for (let at = 0, last = 0; random() >= chanceToStop;) {
    at += waiting() / rate
    if (at > age) break
    const day = Math.floor(at)
    if (day === last) continue
    last = day
    repeats[i]! += 1
    recencyDays[i] = day
  }
}

const histories = { count: CUSTOMERS, repeats, recencyDays, ageDays }
const [passMs, fitMs, forecastMs]: [number[], number[], number[]] = [[], [], []]
for (let round = 0; round < ROUNDS; round += 1) {
  passMs.push(timed(() => plainLogLikelihood([0.8, 60, 0.9, 1.6], repeats, recencyDays, ageDays)).ms)
  const fit = timed(() => fitPurchases(histories))
  fitMs.push(fit.ms)
  if (fit.value.kind !== 'fitted') throw new Error('the bench shop has too little to learn from')
  const { value } = fit
  forecastMs.push(timed(() => expectedPurchasesOfAll(value, histories, 365)).ms)
}
const peakMb = process.resourceUsage().maxRSS / 1024
const line = (what: string, ms: number[], limit: number) =>
  `${what} of ${CUSTOMERS.toLocaleString('en')} customers: ${median(ms).toFixed(0)} ms beside ${median(passMs).toFixed(0)} ms ` +
  `of one plain log-likelihood pass, ${(median(ms) / median(passMs)).toFixed(1)}x (limit ${limit}x)\n`
process.stdout.write(line('MBG/NBD fit', fitMs, 30))
process.stdout.write(line('expected orders', forecastMs, 5))
process.stdout.write(`peak memory of both ${peakMb.toFixed(0)} MB (limit 600 MB)\n`)

function timed<T>(work: () => T): { ms: number; value: T } {
  const from = performance.now()
  const value = work()
  return { ms: performance.now() - from, value }
}
