import { escapeHtml } from '../door-context.ts'
import type { DoorContext, Locale } from '../door-context.ts'
import { blockSchema, defaultsOf, schemaText } from '../storefront/liquid.ts'
import type { BlockSetting } from '../storefront/liquid.ts'
import { blockInTheme, keepBlockInTheme } from '../storefront/theme-settings.ts'
import { APP_HOME } from './shell.ts'
import { wordsIn } from './words.ts'

export const EDITOR = '/admin/themes/current/editor'

/**
 * The theme editor, opened by the app's deep link: `addAppBlockId={api key}/{block}` puts the block into the theme, as
 * Shopify does, and shows its settings beside the storefront. An id of another app or block adds nothing.
 */
export function themeEditorPage(context: DoorContext, locale: Locale, url: URL): string {
  const { world } = context
  const words = wordsIn(locale)
  const asked = url.searchParams.get('addAppBlockId')
  let block = blockInTheme(world)
  let notice = block.isAdded ? words.blockIn : words.blockOut
  if (asked === `${context.apiKey}/segment-message` && !block.isAdded) {
    block = { ...block, isAdded: true }
    keepBlockInTheme(world, block)
    notice = words.blockAdded
  }
  if (url.searchParams.has('saved')) notice = `${words.saved} ${notice}`
  const schema = blockSchema('segment-message')
  const values: Record<string, string> = { ...defaultsOf(schema), ...block.settings }
  const fields = schema.settings.map((setting) => field(setting, values[setting.id ?? ''] ?? '', locale)).join('')
  return `<div class="page" style="max-width:none"><h1>${words.editor} <a class="button" href="${APP_HOME}">${words.leave}</a></h1>
<div class="editor"><div class="card"><p class="done" role="status">${notice}</p>
<form method="post" action="${EDITOR}"><h2>${escapeHtml(schemaText(schema.name, locale))}</h2>
${block.isAdded ? fields : ''}
<p class="row">${block.isAdded ? `<button class="primary">${words.save}</button><button name="remove" value="1">${words.removeBlock}</button>` : `<button class="primary" name="add" value="1">${words.addBlock}</button>`}</p>
</form></div>
<iframe title="${words.preview}" src="/storefront?editor"></iframe></div></div>`
}

function field(setting: BlockSetting, value: string, locale: Locale): string {
  const text = (given: string | undefined): string => escapeHtml(schemaText(given, locale))
  if (setting.id === undefined) return `<h2 style="margin-top:20px">${text(setting.content)}</h2>`
  const id = escapeHtml(setting.id)
  const hint = setting.info === undefined ? '' : `<p class="help" id="${id}-help">${text(setting.info)}</p>`
  const common = `id="${id}" name="${id}"${setting.info === undefined ? '' : ` aria-describedby="${id}-help"`}`
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
      : `<input ${common} value="${escapeHtml(value)}" placeholder="${text(setting.placeholder)}">`
  return `<label for="${id}">${text(setting.label)}</label>${control}${hint}`
}

/** What the merchant typed; only settings that the block has. */
export function saveThemeEditor(context: DoorContext, form: URLSearchParams): void {
  const block = blockInTheme(context.world)
  if (form.has('remove') || form.has('add')) {
    keepBlockInTheme(context.world, { ...block, isAdded: form.has('add') })
    return
  }
  const settings: Record<string, string> = {}
  for (const setting of blockSchema('segment-message').settings)
    if (setting.id !== undefined) settings[setting.id] = form.get(setting.id) ?? ''
  keepBlockInTheme(context.world, { isAdded: true, settings })
}
