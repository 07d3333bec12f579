/* SPDX-License-Identifier: EUPL-1.2 */
/* Skip logic, calculations and messages beside the fields, as model/validate.h has them: calculations, then what
 * is irrelevant counts as blank, over and over until nothing changes (the dictionary has no cycles). What cannot be
 * worked out is shown. */
import { prepare, tables, truth, string, Unknown, readValue } from './expression.js'
import { afterPointer, announce, word } from './page.js'
import { known, pathOf, questions, questionText, questionValue, read, rowAt, variableOf } from './record.js'

const ROUNDS = 12
const DAY_MS = 86400000

const trees = new Map() /* text of the attribute -> tree, or null when it is none */
const around = {}       /* of all trees: repeat -> the one around it */
function tree (element, name) {
  const text = element.dataset[name]
  if (!text) return null
  if (!trees.has(text)) {
    try {
      const made = prepare(text)
      Object.assign(around, made.parent)
      trees.set(text, made)
    } catch { trees.set(text, null) }
  }
  return trees.get(text)
}

export function relevance (form) {
  const given = JSON.parse(form.dataset.values || '{}')
  const today = Math.floor(Date.parse(form.dataset.today || new Date().toISOString().slice(0, 10)) / DAY_MS)
  const edited = new WeakSet()

  /* A document as tables, made once for all trees; where each row is in its table is found once, too. */
  function tabled (doc, names) {
    const record = tables(doc, around, name => names.has(name)), index = {}
    record.rowOf = (group, row) => {
      index[group] = index[group] || new Map(record.table[group].rows.map((r, i) => [r, i]))
      return index[group].get(row)
    }
    return { doc, record }
  }

  /* One evaluation; `otherwise` when it cannot be worked out. */
  function work (evaluate, t, { doc, record }, element, otherwise) {
    if (!t) return otherwise
    try {
      const inside = t.group && new RegExp(`^.*?\\b${t.group}\\[\\d+\\]`).exec(pathOf(element))
      const row = inside ? record.rowOf(t.group, rowAt(doc, inside[0])) : 0
      return evaluate(t, { record, group: t.group, row, today, now: Date.now() })
    } catch (e) {
      if (e instanceof Unknown || e instanceof RangeError) return otherwise
      throw e
    }
  }

  /* What a calculation gives, as the variable keeps it. */
  const kept = (question, text) => {
    const v = variableOf(question), truth = { true: '1', false: '0' }[text]
    return text === 'NaN' ? '' : readValue(v, 'in'.includes(v.letter) && truth ? truth : text).text
  }

  /* The document with irrelevant answers blank and calculations filled in, and what is irrelevant. */
  function settle () {
    const names = known(form, given), raw = read(form, given)
    const all = [...form.querySelectorAll('[data-variable], [data-repeat][data-relevant], [data-section][data-relevant]')]
    for (const e of all) for (const name of ['relevant', 'calculate', 'constraint', 'required']) tree(e, name)
    let hidden = new Set(), output = new Map(), now, before
    for (let round = 0; round < ROUNDS; round++) {
      before = [...hidden, ...output.values()]
      const doc = structuredClone(raw), values = new Map()
      for (const e of all) {
        const row = rowAt(doc, pathOf(e))
        if (output.has(e)) row[e.dataset.variable] = output.get(e)
        if (hidden.has(e) && e.dataset.variable) row[e.dataset.variable] = ''
        if (hidden.has(e) && e.dataset.repeat) row[e.dataset.repeat] = []
      }
      now = tabled(doc, names)
      const gone = new Set()
      for (const e of all) {
        if (e.dataset.relevant && !work(truth, tree(e, 'relevant'), now, e, true)) gone.add(e)
        if (e.hasAttribute('data-calculate')) {
          const shown = e.querySelector('[data-output]')?.dataset.value ?? ''
          values.set(e, kept(e, work(string, tree(e, 'calculate'), now, e, shown)))
        }
      }
      hidden = gone
      output = values
      const after = [...hidden, ...output.values()]
      if (after.length === before.length && after.every((v, i) => v === before[i])) break
    }
    return { now, hidden, output }
  }

  function show (settled) {
    let shown = 0, gone = 0
    const set = (e, hide) => {
      if (e.hidden === hide) return
      e.hidden = hide
      if (!e.dataset.variable) return
      if (hide) gone++
      else shown++
    }
    for (const e of form.querySelectorAll('[data-variable], [data-repeat]')) set(e, settled.hidden.has(e))
    for (const s of form.querySelectorAll('[data-section]')) {
      const inside = [...s.querySelectorAll('[data-variable], [data-repeat]')].filter(e => e.dataset.variable || e.dataset.repeat)
      set(s, settled.hidden.has(s) || (inside.length > 0 && inside.every(e => e.hidden)))
    }
    for (const [e, value] of settled.output) {
      const place = e.querySelector('[data-output]')
      if (!place) continue
      const labels = JSON.parse(place.dataset.labels || '{}')
      place.dataset.value = value
      const words = labels[value] || value.split(' ').map(c => labels[c] || c).join(labels[value.split(' ')[0]] ? ', ' : ' ')
      if (place.textContent !== words) place.textContent = words
    }
    for (const e of questions(form)) {
      const mark = e.querySelector('[data-required-mark]')
      if (mark && e.dataset.required) mark.hidden = !work(truth, tree(e, 'required'), settled.now, e, false)
    }
    if (shown) announce(form, word(form, 'shown', shown))
    else if (gone) announce(form, word(form, 'hidden', gone))
  }

  let timer = 0
  const update = () => {
    clearTimeout(timer)
    timer = 0
    show(settle())
  }
  const soon = () => { timer = timer || setTimeout(update, 150) }

  /* What to say of an answer, '' when nothing. */
  function complaint (question) {
    const value = questionValue(question), text = questionText(question), type = question.dataset.type
    if (value.kind === 'missing' || text.trim() === '') return ''
    if (value.kind === 'empty') {
      return question.dataset.typeMessage ||
        word(form, type === 'integer' ? 'number' : type === 'decimal' ? 'decimal' : 'partial' in question.dataset ? 'date' : 'day')
    }
    const t = tree(question, 'constraint')
    if (!t) return ''
    return work(truth, t, settle().now, question, true) ? '' : question.dataset.constraintMessage || ''
  }

  function judge (question) {
    const place = question.querySelector('[data-error]')
    if (!place) return
    const text = complaint(question)
    const before = document.createElement('span')
    before.className = 'govuk-visually-hidden'
    before.textContent = word(form, 'error')
    if (text) place.replaceChildren(before, ' ', text)
    else place.replaceChildren()
    place.hidden = text === ''
    question.classList.toggle('govuk-form-group--error', text !== '')
    for (const f of question.querySelectorAll('input:not([type=hidden]), select, textarea')) {
      if (f.closest('[data-variable]') !== question || f.name.endsWith('.missing')) continue
      const described = new Set((f.getAttribute('aria-describedby') || '').split(' ').filter(Boolean))
      if (text) described.add(place.id)
      else described.delete(place.id)
      f.setAttribute('aria-invalid', String(text !== ''))
      if (!text) f.removeAttribute('aria-invalid')
      if (described.size) f.setAttribute('aria-describedby', [...described].join(' '))
      else f.removeAttribute('aria-describedby')
    }
  }

  /* A missing code and an answer put each other out. */
  function putOut (field, question) {
    const fields = [...question.querySelectorAll('input, select, textarea')].filter(f => f.closest('[data-variable]') === question)
    const codes = fields.filter(f => f.name.endsWith('.missing'))
    if (field.name.endsWith('.missing')) {
      if (field.value === '' || (field.type === 'radio' && !field.checked)) return
      for (const f of fields) {
        if (codes.includes(f) || f.type === 'hidden') continue
        if (f.type === 'checkbox' || f.type === 'radio') f.checked = false
        else f.value = ''
      }
      question.dispatchEvent(new CustomEvent('entry:cleared'))
    } else if (questionAnswered(fields, codes)) {
      for (const f of codes) {
        if (f.type === 'radio') f.checked = f.value === ''
        else f.value = ''
      }
    }
  }
  const questionAnswered = (fields, codes) => fields.some(f => !codes.includes(f) && f.type !== 'hidden' &&
    (f.type === 'checkbox' || f.type === 'radio' ? f.checked : f.value !== ''))

  form.addEventListener('input', e => {
    const q = e.target.closest('[data-variable]')
    if (!q) return
    edited.add(q)
    putOut(e.target, q)
    soon()
  })
  form.addEventListener('change', () => afterPointer(update))
  form.addEventListener('entry:change', update)
  form.addEventListener('focusout', e => {
    const q = e.target.closest('[data-variable]')
    if (q && edited.has(q) && !q.contains(e.relatedTarget)) afterPointer(() => judge(q))
  })
  show(settle())
}
