import { Checkbox } from '@shopify/polaris'
import { useWords } from './i18n.tsx'

type Props = { moves: number; isTicked: boolean; onTick: (isTicked: boolean) => void }

/** Whether Shopify Flow is told of the moves that an edit brings: never without being ticked, with their number. */
export function FlowTick({ moves, isTicked, onTick }: Props) {
  const { t, f } = useWords()
  return (
    <Checkbox
      label={t('flow.tick', { count: moves, n: f.number(moves) })}
      helpText={t('flow.tickHelp')}
      checked={isTicked}
      onChange={onTick}
    />
  )
}
