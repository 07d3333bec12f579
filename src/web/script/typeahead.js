/* SPDX-License-Identifier: EUPL-1.2 */
/* Long lists get a box to type in (WAI-ARIA 1.2 combobox with a list): a select of more than 20 options, and an
 * input[data-list], whose codes are fetched when somebody comes to it. A hidden select holds the answer and is what is posted;
 * the box has its id, so that its label labels the box. Where several can be chosen, each is a chip with a button that
 * takes it away. Parts of words match, without regard to accents and capitals; what begins with the text comes first. A click,
 * or an arrow key, shows the whole list; what is typed and not in it is said under the box. */
import { announce, word } from './page.js'

const MORE_THAN = 20, SHOWN = 80

const fold = t => t.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim()
const option = (value, label) => ({ value, label, folded: fold(label) })

function matching (options, text) {
  const wanted = fold(text)
  const rank = o => {
    const at = o.folded.indexOf(wanted)
    return at === 0 ? 0 : at > 0 && !/[\p{L}\p{N}]/u.test(o.folded[at - 1]) ? 1 : at > 0 ? 2 : 3
  }
  return options.map(o => [rank(o), o]).filter(([r]) => r < 3).sort((a, b) => a[0] - b[0]).map(([, o]) => o)
}

function element (name, attributes, text = '') {
  const e = document.createElement(name)
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v)
  e.textContent = text
  return e
}

/* Each list once for the page; nothing when it cannot be had: one types, and the desk reads labels too. */
const lists = new Map()
function fetched (name) {
  if (!lists.has(name)) {
    lists.set(name, fetch(`/lists/${name}`, { credentials: 'same-origin', redirect: 'manual', headers: { Accept: 'application/json' } })
      .then(r => r.json()).then(j => j.codes.map(([code, label]) => option(code, label)))
      .catch(() => { lists.delete(name); return [] }))
  }
  return lists.get(name)
}

/* The select that an input[data-list] stands for. */
function selectFor (input) {
  const several = 'several' in input.dataset
  const labels = (several ? input.value.split('; ') : [input.value]).filter(t => t.trim() !== '')
  const codes = (several ? (input.dataset.codes || '').split(' ') : [input.dataset.codes || '']).filter(Boolean)
  const select = element('select', { name: input.name, 'data-typeahead-made': '' })
  select.multiple = several
  if (!several) select.append(new Option('', ''))
  labels.forEach((label, i) => select.append(new Option(label, codes.length === labels.length ? codes[i] : label, true, true)))
  input.dataset.typeaheadName = input.name
  input.removeAttribute('name')
  return select
}

function enhance (form, field) {
  const typed = field.dataset.list, id = field.id
  const select = typed ? selectFor(field) : field, several = select.multiple
  let options = typed ? [] : [...select.options].filter(o => o.value !== '').map(o => option(o.value, o.text.trim()))
  const chosen = () => [...select.selectedOptions].filter(o => o.value !== '')
  const label = () => several ? '' : chosen()[0]?.text.trim() || ''
  const box = element('div', { class: 'app-typeahead', 'data-typeahead-box': '' })
  const input = typed ? field : element('input', { class: 'govuk-input', type: 'text', spellcheck: 'false', id })
  const list = element('ul', { class: 'app-typeahead__list', role: 'listbox', id: id + '-list', hidden: '' })
  const chips = element('ul', { class: 'app-chips', id: id + '-chips' })
  const note = element('p', { class: 'app-typeahead__note', hidden: '' })
  for (const [k, v] of Object.entries({ role: 'combobox', autocomplete: 'off', 'aria-autocomplete': 'list', 'aria-expanded': 'false', 'aria-controls': id + '-list' })) input.setAttribute(k, v)
  if (!typed) for (const a of ['aria-describedby', 'aria-labelledby', 'aria-invalid']) if (field.hasAttribute(a)) input.setAttribute(a, field.getAttribute(a))
  const labelled = id && form.querySelector(`label[for="${CSS.escape(id)}"]`)
  if (labelled) {
    labelled.id = labelled.id || id + '-label'
    list.setAttribute('aria-labelledby', labelled.id)
    chips.setAttribute('aria-labelledby', labelled.id)
  }
  field.after(box)
  if (typed) box.dataset.typeaheadTyped = ''
  else {
    select.id = id + '-select'
    select.dataset.typeaheadOn = id
  }
  select.hidden = true
  if (several) box.append(chips)
  box.append(input, list)
  if (typed) box.append(select)
  box.append(note)
  let found = [], active = -1

  function draw () {
    input.value = label()
    if (!several) return
    chips.replaceChildren(...chosen().map(o => {
      const li = element('li', { class: 'app-chip' }), text = element('span', {}, o.text.trim())
      const away = element('button', { type: 'button', class: 'app-chip__away', 'aria-label': word(form, 'remove', o.text.trim()) }, '×')
      away.addEventListener('click', () => { put(o.value, o.text, false); input.focus() })
      li.append(text, away)
      return li
    }))
    chips.hidden = chips.children.length === 0
  }
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
  const say = text => {
    note.textContent = text && word(form, 'not-listed', text)
    note.hidden = !text
  }
  const open = text => {
    const there = new Set(several ? chosen().map(o => o.value) : [])
    found = matching(options, text).filter(o => !there.has(o.value)).slice(0, SHOWN)
    list.replaceChildren(...found.map((o, i) =>
      element('li', { class: 'app-typeahead__option', role: 'option', id: `${input.id}-option-${i}`, 'aria-selected': 'false' }, o.label)))
    list.hidden = found.length === 0
    input.setAttribute('aria-expanded', String(found.length > 0))
    mark(-1)
    say(found.length || text.trim() === '' ? '' : text.trim())
    announce(form, found.length ? word(form, 'results', found.length) : note.textContent || word(form, 'results', 0))
  }
  /* Choose one ('' of a single answer: none), or take it away. */
  function put (value, text, on = true) {
    const before = chosen().map(o => o.value).join(' ')
    let o = [...select.options].find(e => e.value === value)
    if (!o) select.append(o = new Option(text, value))
    if (several) o.selected = on
    else select.value = value
    draw()
    close()
    say('')
    if (several && on) announce(form, word(form, 'added', text))
    if (several && !on) announce(form, word(form, 'removed', text))
    if (chosen().map(e => e.value).join(' ') === before) return
    select.dispatchEvent(new Event('input', { bubbles: true }))
    select.dispatchEvent(new Event('change', { bubbles: true }))
  }
  const choose = o => put(o.value, o.label)

  /* What was typed whole is taken; what is in no list stays as it was typed where the desk reads it, and else goes back to
   * the answer. A blank box is no answer, of several it says nothing. */
  function leave () {
    const text = input.value.trim(), same = options.find(o => o.folded === fold(text))
    if (active >= 0 && found[active]) choose(found[active])
    else if (text === '') { if (several) close(); else put('', '') }
    else if (same) choose(same)
    else if (typed && text !== label()) {
      put(text, text)
      if (options.length) say(text)
    } else {
      if (text !== label()) say(text)
      draw()
      close()
    }
  }

  if (typed) {
    const ready = () => fetched(typed).then(all => {
      options = all
      if (document.activeElement === input && input.value !== label()) open(input.value)
    })
    input.addEventListener('focus', ready, { once: true })
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
      if (active < 0 && input.value.trim() === '') close()
      else if (found[Math.max(active, 0)]) choose(found[Math.max(active, 0)])
    } else if (e.key === 'Enter' && input.value !== label()) {
      e.preventDefault()
      leave()
    } else if (e.key === 'Backspace' && several && input.value === '' && chosen().length) {
      const last = chosen().at(-1)
      put(last.value, last.text, false)
    } else if (e.key === 'Escape' && shown) {
      e.preventDefault()
      e.stopPropagation()
      close()
    }
  })
  input.addEventListener('click', () => { if (list.hidden && options.length) open(input.value === label() ? '' : input.value) })
  list.addEventListener('mousedown', e => {
    const li = e.target.closest('li')
    e.preventDefault() /* the box keeps the focus */
    if (li) choose(found[[...list.children].indexOf(li)])
  })
  input.addEventListener('blur', leave)
  select.closest('[data-variable]')?.addEventListener('entry:cleared', draw)
  draw()
}

const wanted = 'select:not([data-typeahead-on]):not([data-typeahead-made]), input[data-list]:not([data-typeahead-name])'
export function typeahead (form, root = form) {
  for (const field of root.querySelectorAll(wanted)) {
    if (field.id && (field.dataset.list || field.options.length > MORE_THAN)) enhance(form, field)
  }
}
