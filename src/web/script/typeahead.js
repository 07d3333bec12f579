/* SPDX-License-Identifier: EUPL-1.2 */
/* Long lists: a select of more than 20 options gets a box to type in (WAI-ARIA 1.2 combobox with a list). The
 * select stays, hidden, and holds the value; the box has its id, so that its label labels the box. Parts of words match,
 * without regard to accents and capitals; what begins with the text comes first. */
import { announce, word } from './page.js'

const MORE_THAN = 20, SHOWN = 40

const fold = t => t.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()

function matching (options, text) {
  const wanted = fold(text)
  const rank = o => {
    const at = o.folded.indexOf(wanted)
    return at === 0 ? 0 : at > 0 && !/[\p{L}\p{N}]/u.test(o.folded[at - 1]) ? 1 : at > 0 ? 2 : 3
  }
  return options.map(o => [rank(o), o]).filter(([r]) => r < 3).sort((a, b) => a[0] - b[0]).map(([, o]) => o)
}

function element (name, attributes) {
  const e = document.createElement(name)
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v)
  return e
}

function enhance (form, select) {
  const id = select.id, options = [...select.options].filter(o => o.value !== '').map(o => ({ value: o.value, label: o.text.trim(), folded: fold(o.text) }))
  const label = () => options.find(o => o.value === select.value)?.label || ''
  const box = element('div', { class: 'dcim-typeahead', 'data-typeahead-box': '' })
  const input = element('input', {
    class: 'govuk-input dcim-typeahead__input', type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: 'false', id,
    'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': id + '-list'
  })
  const list = element('ul', { class: 'dcim-typeahead__list', role: 'listbox', id: id + '-list', hidden: '' })
  for (const a of ['aria-describedby', 'aria-labelledby', 'aria-invalid']) if (select.hasAttribute(a)) input.setAttribute(a, select.getAttribute(a))
  const labelled = id && form.querySelector(`label[for="${id}"]`)
  if (labelled) {
    labelled.id = labelled.id || id + '-label'
    list.setAttribute('aria-labelledby', labelled.id)
  }
  select.id = id + '-select'
  select.hidden = true
  select.dataset.typeaheadOn = id
  input.value = label()
  box.append(input, list)
  select.after(box)
  let found = [], active = -1

  const close = () => {
    list.hidden = true
    active = -1
    input.setAttribute('aria-expanded', 'false')
    input.removeAttribute('aria-activedescendant')
  }
  const mark = i => {
    active = i
    ;[...list.children].forEach((li, k) => li.setAttribute('aria-selected', String(k === i)))
    if (i < 0) return input.removeAttribute('aria-activedescendant')
    input.setAttribute('aria-activedescendant', list.children[i].id)
    list.children[i].scrollIntoView({ block: 'nearest' })
  }
  const open = text => {
    found = matching(options, text).slice(0, SHOWN)
    list.replaceChildren(...found.map((o, i) => {
      const li = element('li', { class: 'dcim-typeahead__option', role: 'option', id: `${input.id}-option-${i}`, 'aria-selected': 'false' })
      li.textContent = o.label
      return li
    }))
    list.hidden = found.length === 0
    input.setAttribute('aria-expanded', String(found.length > 0))
    mark(-1)
    announce(form, word(form, 'results', found.length))
  }
  const set = value => {
    const was = select.value
    select.value = value
    input.value = label()
    close()
    if (select.value !== was) {
      select.dispatchEvent(new Event('input', { bubbles: true }))
      select.dispatchEvent(new Event('change', { bubbles: true }))
    }
  }

  input.addEventListener('input', e => { e.stopPropagation(); open(input.value) })
  input.addEventListener('change', e => e.stopPropagation())
  input.addEventListener('keydown', e => {
    const shown = !list.hidden
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault()
      if (!shown) open(input.value === label() ? '' : input.value)
      const step = e.key === 'ArrowDown' ? 1 : -1
      if (found.length) mark((active + step + found.length + (active < 0 && step < 0 ? 1 : 0)) % found.length)
    } else if (e.key === 'Enter' && shown) {
      e.preventDefault()
      if (found[Math.max(active, 0)]) set(found[Math.max(active, 0)].value)
    } else if (e.key === 'Escape' && shown) {
      e.preventDefault()
      e.stopPropagation()
      close()
    }
  })
  list.addEventListener('mousedown', e => {
    const li = e.target.closest('li')
    e.preventDefault() /* the box keeps the focus */
    if (li) set(found[[...list.children].indexOf(li)].value)
  })
  /* Leaving: what was typed whole is taken, a blank box is no answer, anything else goes back to the answer. */
  input.addEventListener('blur', () => {
    const typed = fold(input.value), same = options.find(o => o.folded === typed)
    if (active >= 0 && found[active]) set(found[active].value)
    else set(typed === '' ? '' : same ? same.value : select.value)
  })
  select.closest('[data-variable]')?.addEventListener('entry:cleared', () => { input.value = label() })
}

export function typeahead (form, root = form) {
  for (const select of root.querySelectorAll('select:not([multiple]):not([data-typeahead-on])')) {
    if (select.options.length > MORE_THAN && select.id) enhance(form, select)
  }
}
