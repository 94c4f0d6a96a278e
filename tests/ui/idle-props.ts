/** What a screen gets while nothing is under way. */
export const nothing = () => {}

export const rehearsal = {
  rehearsing: { rehearsal: null, of: '', isBusy: false, hasFailed: false, waitsFor: null },
  onTry: nothing,
  onMonth: nothing,
}

export const tagging = {
  isBusy: false,
  refused: null,
  onStart: nothing,
  onAnswer: nothing,
  onWhenRemoved: nothing,
  undo: null,
  isLooking: false,
  onLook: nothing,
  onUndo: nothing,
}

export const settings = {
  tagPreview: null,
  isPreviewing: false,
  isSaving: false,
  switched: null,
  isDeclined: false,
  errors: {},
  onPreviewTags: nothing,
  onSave: nothing,
  onAct: nothing,
}

export const home = { savingKey: null, onDecide: nothing, onThemeAdded: nothing, isAsking: false, onCheck: nothing }
