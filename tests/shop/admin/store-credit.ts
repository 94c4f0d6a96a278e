import {
  creditAccountsOf,
  creditMinor,
  giveCredit,
  openCreditAccount,
  takeCredit,
  type WorldCreditAccount,
  type WorldCreditTransaction,
} from '../store-credit.ts'
import type { WorldCustomer } from '../world.ts'
import { accessDenied, satisfies } from './access.ts'
import { dateTime, dateTimeOrNull, digitsOf, gid, money, moneyBag, readGid } from './money.ts'
import type { Args, Call, List, PlayedFields, PlayedLists } from './played.ts'
import { compareDate, compareNumber, compileSearch, idIn, notPlayed, type Filters } from './search.ts'

type AccountOf = { kind: 'StoreCreditAccount'; id: number; account: WorldCreditAccount }
type TransactionOf = { kind: string; id: number; account: WorldCreditAccount; of: WorldCreditTransaction }
type PaymentOf = { kind: 'OrderTransaction'; id: number; account: WorldCreditAccount; of: WorldCreditTransaction }
type UserError = { field: string[]; message: string; code: string }
type Money = { amount: unknown; currencyCode: string }

const KINDS = {
  credit: 'StoreCreditAccountCreditTransaction',
  debit: 'StoreCreditAccountDebitTransaction',
  debit_revert: 'StoreCreditAccountDebitRevertTransaction',
  expiration: 'StoreCreditAccountExpirationTransaction',
} as const

/** Recorded: 100,000 more than nothing is too much in dollars. The limits of other currencies are unknown. */
const MOST_MINOR: Record<string, number> = { USD: 10_000_000 }

const FILTERS: Filters<TransactionOf> = {
  id: ({ id }, operator, value) => compareNumber(id, operator, idIn(value)),
  type: ({ of }, _operator, value) => of.type === value,
  expires_at: ({ of }, operator, value) => of.expiresAt != null && compareDate(of.expiresAt, operator, value),
}

function accountOf(account: WorldCreditAccount): AccountOf {
  return { kind: 'StoreCreditAccount', id: account.id, account }
}

/** What Shopify tells of an account: as far behind as the world says. */
function told(account: WorldCreditAccount, call: Call): WorldCreditTransaction[] {
  const { world } = call.shop
  // Looking takes off what has ended.
  creditMinor(world, account)
  return account.transactions.filter(({ createdAt }) => createdAt <= world.now() - world.lags.creditMs)
}

function transactionOf(account: WorldCreditAccount, of: WorldCreditTransaction): TransactionOf {
  return { kind: KINDS[of.type], id: of.id, account, of }
}

function need(call: Call, mutation: string): void {
  const required = call.shop.admin.marksOfField('Mutation', mutation).requiredAccess
  if (required !== null && !satisfies(required, call.scopes)) throw accessDenied(mutation, required)
}

function refused(field: string[], message: string, code: string) {
  const userErrors: UserError[] = [{ field, message, code }]
  return { storeCreditAccountTransaction: null, userErrors }
}

const NO_ACCOUNT = ['Store credit account does not exist', 'ACCOUNT_NOT_FOUND'] as const
const OTHER_CURRENCY = [
  'The currency provided does not match the currency of the store credit account',
  'MISMATCHING_CURRENCY',
] as const

/** An account by its own id, or a customer's in this currency; what is missing, otherwise. */
function found(call: Call, id: unknown, currency: string): WorldCreditAccount | WorldCustomer | null {
  const at = readGid(id)
  const { world } = call.shop
  if (at?.type === 'StoreCreditAccount') return world.creditAccounts.get(at.id) ?? null
  const customer = at?.type === 'Customer' ? world.customers.get(at.id) : undefined
  if (!customer) return null
  return creditAccountsOf(world, customer.id).find((account) => account.currency === currency) ?? customer
}

function credit(args: Args, call: Call) {
  need(call, 'storeCreditAccountCredit')
  const input = args['creditInput'] as { creditAmount: Money; expiresAt?: string | null }
  const { amount, currencyCode } = input.creditAmount
  const { world } = call.shop
  const holder = found(call, args['id'], currencyCode)
  if (!holder && readGid(args['id'])?.type === 'StoreCreditAccount') return refused(['id'], ...NO_ACCOUNT)
  if (!holder) return refused(['id'], 'Owner does not exist', 'OWNER_NOT_FOUND')
  const expiresAt = input.expiresAt == null ? null : Date.parse(input.expiresAt)
  if (expiresAt !== null && expiresAt <= world.now())
    return refused(['creditInput', 'expiresAt'], 'The expiry date must be in the future', 'EXPIRES_AT_IN_PAST')
  const minor = Math.round(Number(amount) * 10 ** digitsOf(currencyCode))
  if (!(minor > 0))
    return refused(
      ['creditInput', 'creditAmount', 'amount'],
      'A positive amount must be used to credit a store credit account',
      'NEGATIVE_OR_ZERO_AMOUNT',
    )
  if ('transactions' in holder && holder.currency !== currencyCode)
    return refused(['creditInput', 'creditAmount', 'currencyCode'], ...OTHER_CURRENCY)
  const before = 'transactions' in holder ? creditMinor(world, holder) : 0
  if (before + minor > (MOST_MINOR[currencyCode] ?? Number.POSITIVE_INFINITY))
    return refused(
      ['creditInput', 'creditAmount', 'amount'],
      "The operation would cause the account's credit limit to be exceeded",
      'CREDIT_LIMIT_EXCEEDED',
    )
  const account = 'transactions' in holder ? holder : openCreditAccount(world, holder.id, currencyCode)
  const made = giveCredit(world, account, minor, { expiresAt })
  return { storeCreditAccountTransaction: transactionOf(account, made), userErrors: [] }
}

function debit(args: Args, call: Call) {
  need(call, 'storeCreditAccountDebit')
  const { amount, currencyCode } = (args['debitInput'] as { debitAmount: Money }).debitAmount
  const { world } = call.shop
  const account = found(call, args['id'], currencyCode)
  if (!account || !('transactions' in account)) return refused(['id'], ...NO_ACCOUNT)
  const minor = Math.round(Number(amount) * 10 ** digitsOf(currencyCode))
  if (!(minor > 0))
    return refused(
      ['debitInput', 'debitAmount', 'amount'],
      'A positive amount must be used to debit a store credit account',
      'NEGATIVE_OR_ZERO_AMOUNT',
    )
  if (account.currency !== currencyCode)
    return refused(['debitInput', 'debitAmount', 'currencyCode'], ...OTHER_CURRENCY)
  if (creditMinor(world, account) < minor)
    return refused(
      ['debitInput', 'debitAmount', 'amount'],
      'The store credit account does not have sufficient funds to satisfy the request',
      'INSUFFICIENT_FUNDS',
    )
  return { storeCreditAccountTransaction: transactionOf(account, takeCredit(world, account, minor)), userErrors: [] }
}

function paymentOf({ account, of }: TransactionOf): PaymentOf | null {
  return of.orderId === undefined ? null : { kind: 'OrderTransaction', id: of.id + 1, account, of }
}

function other(of: TransactionOf): TransactionOf {
  return transactionOf(
    of.account,
    of.account.transactions.find(({ id }) => id === of.of.of)!,
  )
}

const common = {
  amount: ({ account, of }: TransactionOf) => money(of.amountMinor, account.currency),
  balanceAfterTransaction: ({ account, of }: TransactionOf) => money(of.balanceAfterMinor, account.currency),
  createdAt: ({ of }: TransactionOf) => dateTime(of.createdAt),
  event: ({ of }: TransactionOf) => of.event,
  origin: paymentOf,
  account: ({ account }: TransactionOf) => accountOf(account),
}
const numbered = (kind: string) => ({ ...common, id: ({ id }: TransactionOf) => gid(kind, id) })

export const creditFields: PlayedFields = {
  QueryRoot: {
    storeCreditAccount: (_root, args, call) => {
      const at = readGid(args['id'])
      const account = at?.type === 'StoreCreditAccount' ? call.shop.world.creditAccounts.get(at.id) : undefined
      return account ? accountOf(account) : null
    },
  },
  Mutation: {
    storeCreditAccountCredit: (_root, args, call) => credit(args, call),
    storeCreditAccountDebit: (_root, args, call) => debit(args, call),
  },
  StoreCreditAccount: {
    id: ({ id }: AccountOf) => gid('StoreCreditAccount', id),
    balance: ({ account }: AccountOf, _args, call) =>
      money(told(account, call).at(-1)?.balanceAfterMinor ?? 0, account.currency),
    owner: ({ account }: AccountOf, _args, call) => call.shop.world.customers.get(account.customerId) ?? null,
  },
  [KINDS.credit]: {
    ...numbered(KINDS.credit),
    expiresAt: ({ of }: TransactionOf) => dateTimeOrNull(of.expiresAt ?? null),
    remainingAmount: ({ account, of }: TransactionOf) => money(of.remainingMinor!, account.currency),
  },
  [KINDS.debit]: numbered(KINDS.debit),
  [KINDS.debit_revert]: { ...numbered(KINDS.debit_revert), debitTransaction: other },
  [KINDS.expiration]: { ...common, creditTransaction: other },
  OrderTransaction: {
    id: ({ id }: PaymentOf) => gid('OrderTransaction', id),
    kind: ({ of }: PaymentOf) => (of.type === 'debit' ? 'SALE' : 'REFUND'),
    status: () => 'SUCCESS',
    gateway: () => 'shopify_store_credit',
    amountSet: ({ account, of }: PaymentOf) => moneyBag(Math.abs(of.amountMinor), account.currency),
    processedAt: ({ of }: PaymentOf) => dateTime(of.createdAt),
    order: ({ of }: PaymentOf, _args, call) => call.shop.world.orders.get(of.orderId!) ?? null,
  },
}

function transactions({ account }: AccountOf, args: Args, call: Call): List {
  if (args['sortKey'] != null && args['sortKey'] !== 'CREATED_AT')
    throw notPlayed(`the sort key ${String(args['sortKey'])} of store credit transactions`)
  const passes = compileSearch(args['query'], FILTERS, 'StoreCreditAccount.transactions')
  const items = told(account, call)
    .map((of) => transactionOf(account, of))
    .filter(passes)
  const sortValue = (one: TransactionOf) => one.of.createdAt
  return { items, sortValue, reverse: args['reverse'] === true }
}

export const creditLists: PlayedLists = {
  Customer: {
    storeCreditAccounts: (customer: WorldCustomer, args, call) => {
      if (args['query'] != null) throw notPlayed('storeCreditAccounts by a search')
      const items = creditAccountsOf(call.shop.world, customer.id)
        .filter((account) => told(account, call).length > 0)
        .map(accountOf)
      return { items, sortValue: ({ id }: AccountOf) => id }
    },
  },
  StoreCreditAccount: { transactions },
}
