/** Switching the search for several accounts of one person on and off, and how far it is. */
import { LEVEL_2 } from '#app/outside/scopes.ts'
import type { ProtectedPart, SwitchAnswer } from '#app/domain/people-pages.ts'
import { AccountsTriedDocument } from '#app/outside/admin.generated.ts'
import { type ShopId, withShop } from '#app/outside/database.server.ts'
import { owe } from '#app/outside/queue.server.ts'
import { adminOf } from '#app/outside/shopify.server.ts'
import { saveSettings, saveSettingsIn } from '../settings.ts'
import { isRefused } from './accounts.ts'
import { eraseLinking } from './privacy-accounts.ts'

/** As many hashes as a large shop has customers. */
const ERASURE_MS = 60_000

/** Switches it on if Shopify shows the app what it needs; a refusal changes nothing and names what to ask for. */
export async function switchLinkingOn(shop: ShopId): Promise<SwitchAnswer> {
  try {
    await (await adminOf(shop)).ask(AccountsTriedDocument, {})
  } catch (error) {
    if (!isRefused(error)) throw error
    return { is: 'refused', parts: partsOf(error.scope ?? '') }
  }
  await saveSettings(shop, { linkAccounts: true })
  return { is: 'on' }
}

/** Fields of Shopify's, by the part that it approves. */
const FIELDS: Record<ProtectedPart, RegExp> = {
  name: /\.displayName\b/,
  email: /\.emailAddress\b/,
  phone: /\.(phoneNumber|phone)\b/,
  address: /\.(address1|address2|zip)\b/,
}

/** What a refusal is about, from the places in the answer that Shopify left empty; all that was asked for where it names none. */
function partsOf(refusal: string): ProtectedPart[] {
  const parts = LEVEL_2.AccountsTried!.parts
  const named = parts.filter((part) => FIELDS[part].test(refusal))
  return named.length > 0 ? named : [...parts]
}

/** Switches it off and forgets all of it, in one transaction. */
export async function switchLinkingOff(shop: ShopId): Promise<SwitchAnswer> {
  await withShop(
    shop,
    async (tx) => {
      await saveSettingsIn(tx, shop, { linkAccounts: false })
      await eraseLinking(tx, shop)
    },
    { timeoutMs: ERASURE_MS },
  )
  return { is: 'off' }
}

/** Reads everybody again after it failed; what is there stays until it is read anew. */
export async function readAccountsAgain(shop: ShopId): Promise<void> {
  await withShop(shop, async (tx) => {
    await tx.$executeRaw`DELETE FROM "SyncRun" WHERE shop = ${shop} AND kind = 'accounts' AND state IN ('failed', 'done')`
    await owe(tx, shop, 'read-accounts', String(shop), {})
  })
}
