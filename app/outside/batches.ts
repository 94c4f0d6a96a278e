type Waiting<T, R> = { item: T; resolve(result: R): void; reject(error: unknown): void; isOver: boolean }

/**
 * One sending for many callers: what comes while a sending is on its way goes together in the next one. Adds no delay of
 * its own.
 *
 * @param options.send      several at once; answers in their order, all or none done
 * @param options.sendOne   one by itself
 * @param options.isOfOne   whether a failed sending may have failed because of one item: then each is sent by itself, so
 *                          that none suffers for another
 * @param options.atOnce    sendings on their way at the same time
 * @param options.largest   items in one sending
 * @param options.patienceMs  after it the caller is told `tooLate()`; what has not been sent by then is not sent any more,
 *                            what is on its way may still be done
 */
export function inBatches<T, R>(options: {
  send(items: T[]): Promise<R[]>
  sendOne(item: T): Promise<R>
  isOfOne(error: unknown): boolean
  tooLate(): Error
  atOnce: number
  largest: number
  patienceMs: number
}): (item: T) => Promise<R> {
  let waiting: Waiting<T, R>[] = []
  let onTheirWay = 0

  function alone(one: Waiting<T, R>): Promise<void> {
    return options.sendOne(one.item).then(one.resolve, one.reject)
  }

  async function together(batch: Waiting<T, R>[]): Promise<void> {
    try {
      const results = await options.send(batch.map(({ item }) => item))
      batch.forEach((one, n) => one.resolve(results[n]!))
    } catch (error) {
      // Not waited for: whatever holds up one of them does not hold up the next sending.
      if (options.isOfOne(error)) for (const one of batch) void alone(one)
      else for (const one of batch) one.reject(error)
    }
  }

  function sendOff(): void {
    while (onTheirWay < options.atOnce && waiting.length > 0) {
      const batch = waiting.slice(0, options.largest).filter(({ isOver }) => !isOver)
      waiting = waiting.slice(options.largest)
      if (batch.length === 0) continue
      onTheirWay += 1
      void (batch.length === 1 ? alone(batch[0]!) : together(batch)).then(() => {
        onTheirWay -= 1
        sendOff()
      })
    }
  }

  return (item) =>
    new Promise<R>((resolve, reject) => {
      const end = () => {
        one.isOver = true
        clearTimeout(timer)
      }
      const timer = setTimeout(() => one.reject(options.tooLate()), options.patienceMs)
      const one: Waiting<T, R> = {
        item,
        isOver: false,
        resolve: (result) => (end(), resolve(result)),
        reject: (error) => (end(), reject(error as Error)),
      }
      waiting.push(one)
      sendOff()
    })
}
