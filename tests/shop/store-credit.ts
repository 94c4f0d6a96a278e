import type { World } from './world.ts'

export type CreditEvent = 'ADJUSTMENT' | 'ORDER_PAYMENT' | 'ORDER_REFUND' | 'ORDER_CANCELLATION'

/** One line of an account's history, the oldest first. `amountMinor` is negative where the balance falls. */
export type WorldCreditTransaction = {
  id: number
  type: 'credit' | 'debit' | 'debit_revert' | 'expiration'
  amountMinor: number
  balanceAfterMinor: number
  createdAt: number
  event: CreditEvent
  /** Of a credit. */
  expiresAt?: number | null
  remainingMinor?: number
  /** Of a debit: the credits that it spent. */
  spent?: { creditId: number; minor: number }[]
  /** Of an expiration its credit, of a revert its debit. */
  of?: number
  orderId?: number
}

/** A customer's store credit in one currency. */
export type WorldCreditAccount = {
  id: number
  customerId: number
  currency: string
  transactions: WorldCreditTransaction[]
}

export function creditAccountsOf(world: World, customerId: number): WorldCreditAccount[] {
  const own = [...world.creditAccounts.values()].filter((account) => account.customerId === customerId)
  for (const account of own) settleExpired(world, account)
  return own
}

export function openCreditAccount(world: World, customerId: number, currency: string): WorldCreditAccount {
  const account = { id: world.nextId(), customerId, currency, transactions: [] }
  world.creditAccounts.set(account.id, account)
  return account
}

/** What can be spent now. */
export function creditMinor(world: World, account: WorldCreditAccount): number {
  settleExpired(world, account)
  return account.transactions.at(-1)?.balanceAfterMinor ?? 0
}

/** What a signed-in customer can pay with at the checkout. */
export function spendableMinor(world: World, customerId: number): number {
  const own = creditAccountsOf(world, customerId).filter(({ currency }) => currency === world.shop.currency)
  return own.reduce((sum, account) => sum + creditMinor(world, account), 0)
}

export function giveCredit(
  world: World,
  account: WorldCreditAccount,
  amountMinor: number,
  { expiresAt = null, event = 'ADJUSTMENT' }: { expiresAt?: number | null; event?: CreditEvent } = {},
): WorldCreditTransaction {
  return write(world, account, { type: 'credit', amountMinor, event, expiresAt, remainingMinor: amountMinor })
}

/** Spends the credits that end first; the caller has looked at the balance. */
export function takeCredit(
  world: World,
  account: WorldCreditAccount,
  minor: number,
  { event = 'ADJUSTMENT', orderId }: { event?: CreditEvent; orderId?: number } = {},
): WorldCreditTransaction {
  const credits = account.transactions
    .filter((one) => one.type === 'credit' && one.remainingMinor! > 0)
    .sort((a, b) => (a.expiresAt ?? Infinity) - (b.expiresAt ?? Infinity) || a.id - b.id)
  const spent: { creditId: number; minor: number }[] = []
  let missing = minor
  for (const credit of credits) {
    const part = Math.min(missing, credit.remainingMinor!)
    if (part === 0) continue
    credit.remainingMinor! -= part
    missing -= part
    spent.push({ creditId: credit.id, minor: part })
  }
  if (missing > 0) throw new Error(`Account ${account.id} has ${minor - missing} to spend, not ${minor}`)
  return write(world, account, { type: 'debit', amountMinor: -minor, event, spent, orderId })
}

/** Pays an order of a signed-in customer as far as their credit goes; answers what it paid. */
export function payWithCredit(world: World, order: { id: number; customerId: number }, owedMinor: number): number {
  let paid = 0
  for (const account of creditAccountsOf(world, order.customerId)) {
    if (account.currency !== world.shop.currency) continue
    const minor = Math.min(owedMinor - paid, creditMinor(world, account))
    if (minor <= 0) continue
    takeCredit(world, account, minor, { event: 'ORDER_PAYMENT', orderId: order.id })
    paid += minor
  }
  return paid
}

/** Gives back credit that an order had taken, at most so much; answers how much that was. What its credit's end has passed is gone at once. */
export function revertCredit(world: World, orderId: number, atMostMinor: number, event: CreditEvent): number {
  let given = 0
  for (const account of world.creditAccounts.values())
    for (const debit of account.transactions.filter((one) => one.type === 'debit' && one.orderId === orderId)) {
      const reverted = account.transactions
        .filter((one) => one.type === 'debit_revert' && one.of === debit.id)
        .reduce((sum, one) => sum + one.amountMinor, 0)
      const minor = Math.min(-debit.amountMinor - reverted, atMostMinor - given)
      if (minor <= 0) continue
      let left = minor
      for (const share of debit.spent!) {
        const part = Math.min(left, share.minor)
        account.transactions.find(({ id }) => id === share.creditId)!.remainingMinor! += part
        left -= part
      }
      write(world, account, { type: 'debit_revert', amountMinor: minor, event, of: debit.id, orderId })
      given += minor
      settleExpired(world, account)
    }
  return given
}

/** Takes off what has ended since anybody looked. */
function settleExpired(world: World, account: WorldCreditAccount): void {
  const now = world.now()
  const ended = account.transactions
    .filter((one) => one.type === 'credit' && one.expiresAt != null && one.expiresAt <= now && one.remainingMinor! > 0)
    .sort((a, b) => a.expiresAt! - b.expiresAt!)
  const gone = (credit: WorldCreditTransaction) => {
    const expired = account.transactions
      .filter((one) => one.type === 'expiration' && one.of === credit.id)
      .reduce((sum, one) => sum - one.amountMinor, 0)
    return credit.remainingMinor! - expired
  }
  for (const credit of ended) {
    const minor = gone(credit)
    if (minor > 0)
      write(world, account, { type: 'expiration', amountMinor: -minor, event: 'ADJUSTMENT', of: credit.id })
  }
}

function write(
  world: World,
  account: WorldCreditAccount,
  given: Omit<WorldCreditTransaction, 'id' | 'createdAt' | 'balanceAfterMinor'>,
): WorldCreditTransaction {
  const before = account.transactions.at(-1)?.balanceAfterMinor ?? 0
  const balanceAfterMinor = before + given.amountMinor
  const transaction = { ...given, id: world.nextId(), createdAt: world.now(), balanceAfterMinor }
  account.transactions.push(transaction)
  world.touch()
  return transaction
}
