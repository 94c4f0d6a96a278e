import type { Instant } from '#app/domain/order.ts'

/**
 * Who bought what and when, in columns: customers hold baskets, oldest first, and baskets hold products, each once.
 * Products and customers are positions. The baskets of customer c are `starts[c]` … `starts[c + 1] - 1`, the products of
 * basket b are `products[lines[b]]` … `products[lines[b + 1] - 1]`.
 */
export type Baskets = {
  productCount: number
  starts: Uint32Array
  at: Float64Array
  lines: Uint32Array
  products: Uint32Array
}

/** What is known of each customer: the first `counts[c]` of their baskets. */
export type Known = Baskets & { counts: Uint32Array }

/** Gathers baskets that come one product at a time: a customer's together, a basket's together, oldest first. */
export class BasketsGathered {
  private readonly starts = new Growing(Uint32Array)
  private readonly at = new Growing(Float64Array)
  private readonly lines = new Growing(Uint32Array)
  private readonly products = new Growing(Uint32Array)
  private customer: number | null = null
  private basket: number | null = null
  private readonly here = new Set<number>()

  /** @param customer, basket  any numbers that tell them apart */
  add(customer: number, basket: number, at: Instant, product: number): void {
    const isNewCustomer = customer !== this.customer
    if (isNewCustomer) this.starts.push(this.at.size)
    if (isNewCustomer || basket !== this.basket) {
      this.lines.push(this.products.size)
      this.at.push(at)
      this.here.clear()
    }
    this.customer = customer
    this.basket = basket
    if (this.here.has(product)) return
    this.here.add(product)
    this.products.push(product)
  }

  /** @param productCount  above every position that came */
  end(productCount: number): Baskets {
    this.starts.push(this.at.size)
    this.lines.push(this.products.size)
    return {
      productCount,
      starts: this.starts.values(),
      at: this.at.values(),
      lines: this.lines.values(),
      products: this.products.values(),
    }
  }
}

class Growing<A extends Uint32Array | Float64Array> {
  size = 0
  private held: A
  private readonly Column: new (length: number) => A

  constructor(Column: new (length: number) => A) {
    this.Column = Column
    this.held = new Column(1024)
  }

  push(value: number): void {
    if (this.size === this.held.length) {
      const larger = new this.Column(this.size * 2)
      larger.set(this.held)
      this.held = larger
    }
    this.held[this.size] = value
    this.size += 1
  }

  values(): A {
    return this.held.slice(0, this.size) as A
  }
}

/** Everything is known. */
export function allOf(baskets: Baskets): Known {
  const counts = new Uint32Array(baskets.starts.length - 1)
  for (let customer = 0; customer < counts.length; customer++)
    counts[customer] = baskets.starts[customer + 1]! - baskets.starts[customer]!
  return { ...baskets, counts }
}

/** The products of basket b. */
export function productsOf({ lines, products }: Baskets, basket: number): Uint32Array {
  return products.subarray(lines[basket], lines[basket + 1])
}

/** Every product that customer c is known to have bought. */
export function boughtBy(known: Known, customer: number): Set<number> {
  const from = known.starts[customer]!
  return new Set(known.products.subarray(known.lines[from], known.lines[from + known.counts[customer]!]))
}
