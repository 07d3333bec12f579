/* SPDX-License-Identifier: EUPL-1.2 */
/* The data-entry pages; README.md is the contract with their HTML. */
import { autosave } from './autosave.js'
import { exit } from './exit.js'
import { relevance } from './relevance.js'
import { repeats } from './repeat.js'

const form = document.querySelector('form[data-entry]')
let saver = null

/* Loaded only by a page that has a long list. */
async function longLists (root) {
  const long = s => s.dataset.list || s.options?.length > 20
  if (![...root.querySelectorAll('select, input[data-list]')].some(long)) return
  const { typeahead } = await import('./typeahead.js')
  typeahead(form, root)
}
/* A copy looks like what script had made of the original, without its listeners: as the page came, again. */
function bare (root) {
  for (const e of root.querySelectorAll('[data-module]')) {
    for (const a of e.getAttributeNames()) if (/^data-govuk-.*-init$/.test(a)) e.removeAttribute(a)
    for (const f of e.querySelectorAll('input[aria-controls]')) {
      f.dataset.ariaControls = f.getAttribute('aria-controls')
      f.removeAttribute('aria-controls')
    }
  }
  for (const box of root.querySelectorAll('[data-typeahead-typed]')) {
    const input = box.querySelector('input'), chosen = [...box.querySelector('select').selectedOptions].filter(o => o.value !== '')
    input.name = input.dataset.typeaheadName
    input.value = chosen.map(o => o.text).join('; ')
    input.dataset.codes = chosen.map(o => o.value).join(' ')
    for (const a of ['role', 'data-typeahead-name', 'aria-autocomplete', 'aria-expanded', 'aria-controls', 'aria-activedescendant']) input.removeAttribute(a)
    box.replaceWith(input)
  }
  for (const box of root.querySelectorAll('[data-typeahead-box]')) box.remove()
  for (const select of root.querySelectorAll('select[data-typeahead-on]')) {
    select.id = select.dataset.typeaheadOn
    select.hidden = false
    delete select.dataset.typeaheadOn
  }
}

if (form) {
  saver = autosave(form)
  relevance(form)
  repeats(form, longLists, bare)
  longLists(form).finally(() => { form.dataset.ready = '' })
}
exit(() => saver?.leave())
