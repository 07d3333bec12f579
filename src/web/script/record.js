/* SPDX-License-Identifier: EUPL-1.2 */
/* The fields of the form as a document of record_to_json()'s shape, over what the page was given in
 * data-values; README.md has the names. */
import { readValue } from './expression.js'

const NAME = /^((?:\w+\[\d+\]\.)*)(\w+?)(?:\.(year|month|day|missing|is))?$/
const letters = { text: 't', integer: 'i', decimal: 'n', date: 'd', code: 'c', codes: 's' }

/* "episode[0].exploitation[1]." as [["episode", 0], ["exploitation", 1]] */
const steps = path => [...path.matchAll(/(\w+)\[(\d+)\]/g)].map(m => [m[1], Number(m[2])])

/* The row of the document that a path names; made when it is not there. */
export function rowAt (doc, path) {
  let row = doc
  for (const [group, i] of steps(path)) {
    const rows = Array.isArray(row[group]) ? row[group] : (row[group] = [])
    while (rows.length <= i) rows.push({})
    row = rows[i]
  }
  return row
}

/* Path of the instance around an element, "" for the record itself. */
export const pathOf = element => element.closest('[data-instance]')?.dataset.path || ''

/* What a question holds, as text: a missing code, a date of its boxes, codes with blanks between. */
export function questionText (question) {
  const box = {}, codes = [], offered = new Set()
  let text = '', missing = ''
  for (const f of question.querySelectorAll('input, select, textarea')) {
    if (!f.name || f.type === 'hidden' || f.closest('[data-variable]') !== question) continue
    const part = NAME.exec(f.name)?.[3]
    if (!part) for (const o of f.options || [f]) offered.add(o.value)
    if ((f.type === 'radio' || f.type === 'checkbox') && !f.checked) continue
    if (part === 'missing') missing = f.value
    else if (part) box[part] = f.value.trim()
    else if (f.type === 'checkbox') codes.push(f.value)
    else if (f.multiple) codes.push(...[...f.selectedOptions].map(o => o.value))
    else text = f.value
  }
  if (missing) return offered.has(missing) ? 'missing:' + missing : missing /* NA: Namibia */
  if (codes.length) return codes.join(' ')
  if (!('year' in box)) return text
  const two = t => t.replace(/^\d$/, '0$&')
  const all = [box.year, two(box.month || ''), two(box.day || '')]
  while (all.length && all.at(-1) === '') all.pop()
  return all.join('-')
}

/* The variable of a question for readValue(): by data-type, data-partial. */
export const variableOf = question => ({
  name: question.dataset.variable,
  letter: question.dataset.type === 'date' && 'partial' in question.dataset ? 'p' : letters[question.dataset.type] || 't',
  missing: true,
  own: new Set()
})

export const questionValue = question => readValue(variableOf(question), questionText(question))

export const questions = form => [...form.querySelectorAll('[data-variable]')]

/* The document of the page now. Repeats on the page have as many rows as instances there. */
export function read (form, given) {
  const doc = structuredClone(given)
  for (const repeat of form.querySelectorAll('[data-repeat]')) {
    const row = rowAt(doc, pathOf(repeat)), name = repeat.dataset.repeat
    const n = instances(repeat).length, had = Array.isArray(row[name]) ? row[name] : []
    row[name] = Array.from({ length: n }, (_, i) => had[i] || {})
  }
  for (const q of questions(form)) {
    if (!q.hasAttribute('data-calculate')) rowAt(doc, pathOf(q))[q.dataset.variable] = questionText(q)
  }
  return doc
}

export const instances = repeat =>
  [...(repeat.querySelector(':scope > [data-instances]')?.children || [])].filter(e => e.hasAttribute('data-instance'))

/* Names of variables and repeats that the page can tell of: on it (also in instances yet to be added), or given. */
export function known (form, given) {
  const names = new Set()
  const ofPage = root => {
    for (const e of root.querySelectorAll('[data-variable], [data-repeat], template')) {
      if (e.content) ofPage(e.content)
      else names.add(e.dataset.variable || e.dataset.repeat)
    }
  }
  const ofGiven = row => {
    for (const [name, value] of Object.entries(row)) {
      names.add(name)
      if (Array.isArray(value)) value.filter(v => v && typeof v === 'object').forEach(ofGiven)
    }
  }
  ofPage(form)
  ofGiven(given)
  return names
}
