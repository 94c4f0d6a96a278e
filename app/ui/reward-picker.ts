import { useAppBridge } from '@shopify/app-bridge-react'
import { useEffect, useState } from 'react'
import type { PickProducts } from './reward-form.tsx'

/** Shopify's own picker of products; null where the frame has none, and while nothing runs in a browser yet. */
export function useProductPicker(): PickProducts | null {
  const shopify = useAppBridge()
  const [hasPicker, setHasPicker] = useState(false)
  useEffect(() => setHasPicker(typeof shopify.resourcePicker === 'function'), [shopify])
  if (!hasPicker) return null
  return async (what, chosen) => {
    const picked = await shopify.resourcePicker({
      type: 'product',
      multiple: what === 'products',
      selectionIds: chosen.map((id) => ({ id: `gid://shopify/Product/${id}` })),
      // Of a gift the variant is chosen with it.
      filter: { variants: what === 'gift' },
    })
    if (picked === undefined) return null
    return picked.map(({ id, title, variants }) => {
      const [variant] = variants
      return {
        product: digitsOf(id),
        title,
        ...(variant?.id === undefined ? {} : { variant: digitsOf(variant.id) }),
        ...(variant?.price === undefined ? {} : { price: String(variant.price) }),
      }
    })
  }
}

function digitsOf(gid: string): string {
  return gid.split('/').at(-1) ?? ''
}
