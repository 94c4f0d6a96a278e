import { escapeHtml } from '../door-context.ts'
import type { DoorContext, Locale } from '../door-context.ts'
import { blockSchema, defaultsOf, schemaText } from '../storefront/liquid.ts'
import type { BlockSetting, BlockSettings } from '../storefront/liquid.ts'
import { BLOCKS, blockInTheme, keepBlockInTheme } from '../storefront/theme-settings.ts'
import type { BlockName } from '../storefront/theme-settings.ts'
import type { World } from '../world.ts'
import { APP_HOME } from './shell.ts'
import { wordsIn } from './words.ts'

export const EDITOR = '/admin/themes/current/editor'

/**
 * The theme editor, opened by the app's deep link: `addAppBlockId={api key}/{block}` puts the block into the theme, as
 * Shopify does, and shows its settings beside the storefront. An id of another app or block adds nothing.
 */
export function themeEditorPage(context: DoorContext, locale: Locale, url: URL): string {
  const words = wordsIn(locale)
  const [asked, saved] = [url.searchParams.get('addAppBlockId'), url.searchParams.get('saved')]
  const cards = BLOCKS.map((name) => {
    const known = blockInTheme(context.world, name)
    const isAskedFor = asked === `${context.apiKey}/${name}`
    const isNew = isAskedFor && !known.isAdded
    if (isNew) keepBlockInTheme(context.world, name, { ...known, isAdded: true })
    const notice = isNew ? words.blockAdded : known.isAdded ? words.blockIn : words.blockOut
    const html = blockCard(context.world, name, locale, (saved === name ? `${words.saved} ` : '') + notice)
    return { html, isFirst: isAskedFor || saved === name }
  }).sort((a, b) => Number(b.isFirst) - Number(a.isFirst))
  return `<div class="page" style="max-width:none"><h1>${words.editor} <a class="button" href="${APP_HOME}">${words.leave}</a></h1>
<div class="editor"><div>${cards.map(({ html }) => html).join('\n')}</div>
<iframe title="${words.preview}" src="/storefront?editor"></iframe></div></div>`
}

function blockCard(world: World, name: BlockName, locale: Locale, notice: string): string {
  const words = wordsIn(locale)
  const schema = blockSchema(name)
  const { isAdded, settings } = blockInTheme(world, name)
  const values: BlockSettings = { ...defaultsOf(schema), ...settings }
  const fields = schema.settings
    .map((setting) => field(name, setting, String(values[setting.id ?? ''] ?? ''), locale))
    .join('')
  const title = escapeHtml(schemaText(schema.name, locale))
  return `<section class="card"><p class="done" role="status">${notice.replace('{block}', title)}</p>
<form method="post" action="${EDITOR}"><input type="hidden" name="block" value="${name}"><h2>${title}</h2>
${isAdded ? fields : ''}
<p class="row">${isAdded ? `<button class="primary">${words.save}</button><button name="remove" value="1">${words.removeBlock}</button>` : `<button class="primary" name="add" value="1">${words.addBlock}</button>`}</p>
</form></section>`
}

function field(block: BlockName, setting: BlockSetting, value: string, locale: Locale): string {
  const text = (given: string | undefined): string => escapeHtml(schemaText(given, locale))
  if (setting.type === 'paragraph') return `<p class="help">${text(setting.content)}</p>`
  if (setting.id === undefined) return `<h2 style="margin-top:20px">${text(setting.content)}</h2>`
  const name = escapeHtml(setting.id)
  const id = `${block}-${name}`
  const hint = setting.info === undefined ? '' : `<p class="help" id="${id}-help">${text(setting.info)}</p>`
  const common = `id="${id}" name="${name}"${setting.info === undefined ? '' : ` aria-describedby="${id}-help"`}`
  const options =
    setting.options ??
    (setting.type === 'text_alignment' ? ['left', 'center', 'right'].map((one) => ({ value: one, label: one })) : null)
  const control = options
    ? `<select ${common}>${options
        .map(
          (option) =>
            `<option value="${escapeHtml(option.value)}"${option.value === value ? ' selected' : ''}>${text(option.label)}</option>`,
        )
        .join('')}</select>`
    : setting.type === 'textarea'
      ? `<textarea ${common} rows="2" placeholder="${text(setting.placeholder)}">${escapeHtml(value)}</textarea>`
      : `<input ${common}${setting.type === 'range' ? ` type="number" min="${setting.min}" max="${setting.max}"` : ''} value="${escapeHtml(value)}" placeholder="${text(setting.placeholder)}">`
  return `<label for="${id}">${text(setting.label)}</label>${control}${hint}`
}

/** What the merchant typed; only settings that the block has. Answers which block it was, null for one that is not ours. */
export function saveThemeEditor(context: DoorContext, form: URLSearchParams): BlockName | null {
  const name = BLOCKS.find((one) => one === form.get('block'))
  if (name === undefined) return null
  const block = blockInTheme(context.world, name)
  if (form.has('remove') || form.has('add')) {
    keepBlockInTheme(context.world, name, { ...block, isAdded: form.has('add') })
    return name
  }
  const settings: BlockSettings = {}
  for (const { id, type } of blockSchema(name).settings)
    if (id !== undefined) settings[id] = type === 'range' ? Number(form.get(id)) : (form.get(id) ?? '')
  keepBlockInTheme(context.world, name, { isAdded: true, settings })
  return name
}
