import {
  addDiscount,
  removeDiscount,
  renameCode,
  settleBulkCodes,
  statusOf,
  type WorldBulkCodes,
  type WorldDiscount,
} from '../discounts.ts'
import { accessDenied, satisfies } from './access.ts'
import { readDiscount, type DiscountError, type DiscountInput, type Root } from './discount-input.ts'
import { nodeOf } from './discounts.ts'
import { gid, readGid } from './money.ts'
import type { Args, Call, PlayedFields } from './played.ts'

const NOT_THERE = 'Code discount does not exist.'

function need(call: Call, mutation: string): void {
  const required = call.shop.admin.marksOfField('Mutation', mutation).requiredAccess
  if (required !== null && !satisfies(required, call.scopes)) throw accessDenied(mutation, required)
}

function byId(call: Call, id: unknown): WorldDiscount | undefined {
  const { world } = call.shop
  settleBulkCodes(world, world.now())
  const at = readGid(id)
  return at?.type === 'DiscountCodeNode' ? world.discounts.get(at.id) : undefined
}

function error(field: string[] | null, message: string, code: string | null): DiscountError {
  return { field, message, code, extraInfo: null }
}

function create(mutation: string, root: Root, args: Args, call: Call) {
  need(call, mutation)
  const { world, happen } = call.shop
  const { changes, errors } = readDiscount(world, root, args[root] as DiscountInput, null)
  if (errors.length > 0) return { codeDiscountNode: null, userErrors: errors }
  const { code, ...rest } = changes
  const discount = addDiscount(world, { ...rest, codes: [code!] })
  happen.discountWritten(discount, 'discounts/create')
  return { codeDiscountNode: nodeOf(discount), userErrors: [] }
}

function update(mutation: string, root: Root, args: Args, call: Call) {
  need(call, mutation)
  const { world, happen } = call.shop
  const discount = byId(call, args['id'])
  if (!discount) return { codeDiscountNode: null, userErrors: [error(['id'], 'Discount does not exist', null)] }
  const input = args[root] as DiscountInput
  const { changes, errors } = readDiscount(world, root, input, discount)
  if (errors.length === 0 && discount.isBulk && input.code != null)
    errors.push(error(['id'], 'Cannot update the code of a bulk discount.', null))
  if (errors.length > 0) return { codeDiscountNode: null, userErrors: errors }
  const { code, ...rest } = changes
  Object.assign(discount, rest, { updatedAt: world.now() })
  if (code !== undefined) renameCode(world, discount, code)
  world.touch()
  happen.discountWritten(discount, 'discounts/update')
  return { codeDiscountNode: nodeOf(discount), userErrors: [] }
}

/** Starts or ends a discount now; one that is so already stays as it is, its times too. */
function turn(mutation: string, to: 'ACTIVE' | 'EXPIRED', args: Args, call: Call) {
  need(call, mutation)
  const { world, happen } = call.shop
  const discount = byId(call, args['id'])
  if (!discount) return { codeDiscountNode: null, userErrors: [error(['id'], NOT_THERE, 'INVALID')] }
  const now = world.now()
  const status = statusOf(discount, now)
  if (status !== to) {
    if (status === 'SCHEDULED') discount.startsAt = now
    discount.endsAt = to === 'ACTIVE' ? null : now
    discount.updatedAt = now
    world.touch()
    happen.discountWritten(discount, 'discounts/update')
  }
  return { codeDiscountNode: nodeOf(discount), userErrors: [] }
}

function remove(args: Args, call: Call) {
  need(call, 'discountCodeDelete')
  const { world, happen } = call.shop
  const discount = byId(call, args['id'])
  if (!discount) return { deletedCodeDiscountId: null, userErrors: [error(['id'], NOT_THERE, 'INVALID')] }
  removeDiscount(world, discount)
  happen.discountDeleted(discount)
  return { deletedCodeDiscountId: gid('DiscountCodeNode', discount.id), userErrors: [] }
}

function bulkAdd(args: Args, call: Call) {
  need(call, 'discountRedeemCodeBulkAdd')
  const { world } = call.shop
  const discount = byId(call, args['discountId'])
  if (!discount) return { bulkCreation: null, userErrors: [error(['discountId'], NOT_THERE, 'INVALID')] }
  const codes = (args['codes'] as { code: string }[]).map(({ code }) => ({ code, problem: null, redeemCodeId: null }))
  if (codes.length === 0) return { bulkCreation: null, userErrors: [error(['codes'], "Codes can't be blank", 'BLANK')] }
  const creation: WorldBulkCodes = {
    id: world.nextId(),
    discountId: discount.id,
    createdAt: world.now(),
    isDone: false,
    codes,
  }
  world.bulkCodes.set(creation.id, creation)
  discount.isBulk = true
  world.touch()
  // Recorded: nothing is made yet when this is answered, so what is answered is not settled.
  return { bulkCreation: { kind: 'DiscountRedeemCodeBulkCreation', id: creation.id, creation }, userErrors: [] }
}

export const discountWrites: PlayedFields = {
  Mutation: {
    discountCodeBasicCreate: (_root, args, call) => create('discountCodeBasicCreate', 'basicCodeDiscount', args, call),
    discountCodeBasicUpdate: (_root, args, call) => update('discountCodeBasicUpdate', 'basicCodeDiscount', args, call),
    discountCodeFreeShippingCreate: (_root, args, call) =>
      create('discountCodeFreeShippingCreate', 'freeShippingCodeDiscount', args, call),
    discountCodeFreeShippingUpdate: (_root, args, call) =>
      update('discountCodeFreeShippingUpdate', 'freeShippingCodeDiscount', args, call),
    discountCodeActivate: (_root, args, call) => turn('discountCodeActivate', 'ACTIVE', args, call),
    discountCodeDeactivate: (_root, args, call) => turn('discountCodeDeactivate', 'EXPIRED', args, call),
    discountCodeDelete: (_root, args, call) => remove(args, call),
    discountRedeemCodeBulkAdd: (_root, args, call) => bulkAdd(args, call),
  },
}
