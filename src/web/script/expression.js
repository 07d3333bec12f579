/* SPDX-License-Identifier: EUPL-1.2 */
/* Evaluates the trees that model/expr_json.h writes over a record, meaning what model/expr_eval.c
 * means: tests/model/expr_vectors.csv is the contract of both. What cannot be worked out here (a
 * variable that is neither on the page nor given, a list that was left out, a pattern whose meaning
 * would differ) throws Unknown; `or` and `and` answer nevertheless when the rest decides.
 *
 *   const tree = prepare(text)          text of expr_to_json(); throws when it is none
 *   const record = tables(document, tree groups, knows)
 *   truth(tree, context) / number() / string()
 *
 * Context: { record, group, row, today (day number), now (ms), choice, language }.
 * A number is an interval [lo, hi], as in C; one number is [v, v], none is NONE. */

export class Unknown extends Error {}

const NAN = NaN
const NONE = [NAN, NAN]
const MISSING = new Set(['U', 'NC', 'NA', 'RF', 'WH'])
const STEPS = 20000
const STRING_MAX = 65536
const DAY_FIRST = -135140, DAY_LAST = 157419 /* 1600-01-01, 2400-12-31 */
const DAY_MS = 86400000

const cannot = why => { throw new Unknown(why) }
const exact = v => [v, v]
const one = s => s[0] === s[1] ? s[0] : NAN
const isNone = s => Number.isNaN(s[0])

/* ---- dates ---- */

const dayOf = (y, m, d) => {
  if (y < 1600 || y > 2400 || m < 1 || m > 12 || d < 1) return NAN
  const t = Date.UTC(y, m - 1, d)
  return new Date(t).getUTCDate() === d ? t / DAY_MS : NAN
}

/* "2020", "2020-03", "2020-03-15": { lo, hi, precision 0 day, 1 month, 2 year } or null. */
export function readDate (text) {
  const m = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/.exec(text)
  if (!m) return null
  const [y, mo, d] = m.slice(1).map(Number)
  if (m[3]) { const v = dayOf(y, mo, d); return Number.isNaN(v) ? null : { lo: v, hi: v, precision: 0 } }
  const lo = dayOf(y, m[2] ? mo : 1, 1)
  if (Number.isNaN(lo)) return null
  const hi = Date.UTC(m[2] && mo < 12 ? y : y + 1, m[2] ? mo % 12 : 0, 1) / DAY_MS - 1
  return { lo, hi, precision: m[2] ? 1 : 2 }
}

const parts = day => {
  const d = new Date(day * DAY_MS)
  return [d.getUTCFullYear(), d.getUTCMonth() + 1, d.getUTCDate(), d.getUTCDay()]
}
const pad = (v, n) => String(v).padStart(n, '0')
const dateText = d => {
  const p = parts(d.lo)
  return pad(p[0], 4) + (d.precision < 2 ? '-' + pad(p[1], 2) : '') + (d.precision < 1 ? '-' + pad(p[2], 2) : '')
}

const readTime = text => { /* { ms, offset } or null */
  const m = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)?$/.exec(text)
  if (!m || m[1] > 23 || m[2] > 59 || m[3] > 59 || m[6] > 14 || m[7] > 59) return null
  const part = Math.trunc(Number('0.' + (m[4] || '0').slice(0, 3).padEnd(3, '0')) * 1000 + 0.5)
  const offset = m[5] ? (m[5] === '-' ? -1 : 1) * (m[6] * 60 + Number(m[7] || 0)) : 0
  return { ms: m[1] * 3600000 + m[2] * 60000 + (m[3] || 0) * 1000 + part, offset }
}

const readMoment = text => { /* { lo, hi, precision, ms (-1 none), offset } or null */
  if (text.length < 4 || text.length > 40) return null
  const d = readDate(text.slice(0, 10))
  if (!d) return null
  const moment = { ...d, ms: -1, offset: 0 }
  if (text.length <= 10) return moment
  if (d.precision || !/[T ]/.test(text[10])) return null
  const t = readTime(text.slice(11))
  return t ? { ...moment, ...t } : null
}
const momentNumber = m => m.ms < 0 ? m.lo : m.lo + (m.ms - m.offset * 60000) / DAY_MS
const momentSpan = m => m.precision ? [m.lo, m.hi] : exact(momentNumber(m))

const dateOfSpan = s => { /* as readDate() */
  if (!(s[0] >= DAY_FIRST && s[1] <= DAY_LAST)) return null
  const lo = Math.floor(s[0]), hi = Math.floor(s[1])
  if (lo === hi) return { lo, hi, precision: 0 }
  const text = dateText({ lo, precision: 0 })
  for (const n of [7, 4]) {
    const d = readDate(text.slice(0, n))
    if (d && d.lo === lo && d.hi === hi) return d
  }
  return null
}
const momentOfSpan = s => {
  const d = dateOfSpan(s)
  if (!d) return null
  const m = { ...d, ms: -1, offset: 0 }
  if (d.precision || s[0] !== s[1] || s[0] === Math.floor(s[0])) return m
  m.ms = Math.floor((s[0] - Math.floor(s[0])) * DAY_MS + 0.5)
  if (m.ms >= DAY_MS) { m.ms = 0; m.lo++; m.hi++ }
  return m
}

function formatMoment (m, format, withTime) {
  const [year, month, day] = parts(m.lo)
  const ms = m.ms < 0 ? 0 : m.ms
  let out = ''
  for (let i = 0; i < format.length; i++) {
    if (format[i] !== '%' || i + 1 === format.length) { out += format[i]; continue }
    const letter = format[++i]
    if (letter === '%') { out += '%'; continue }
    if (letter === 'a' || letter === 'b') cannot('names of months and days')
    const piece = {
      Y: [year, 4, 2], y: [year % 100, 2, 2], m: [month, 2, 1], n: [month, 1, 1], d: [day, 2, 0], e: [day, 1, 0],
      H: [ms / 3600000, 2, 0], h: [ms / 3600000, 1, 0], M: [ms / 60000 % 60, 2, 0], S: [ms / 1000 % 60, 2, 0],
      3: [ms % 1000, 3, 0]
    }[letter]
    if (!piece || m.precision > piece[2] || ('HhMS3'.includes(letter) && !withTime)) return ''
    out += pad(Math.trunc(piece[0]), piece[1])
  }
  return out
}

/* ---- numbers and texts ---- */

const textNumber = text => {
  const t = text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, '')
  return /^-?(\d+\.?\d*|\.\d+)$/.test(t) ? Number(t) : NAN
}
const textSpan = text => {
  const v = textNumber(text)
  if (!Number.isNaN(v)) return exact(v)
  const m = text.length >= 7 && readMoment(text)
  return m ? momentSpan(m) : NONE
}
const textDateSpan = text => {
  const m = readMoment(text)
  return m ? momentSpan(m) : textSpan(text)
}

/* Digits that tell a number from its neighbours, never an exponent. */
function numberText (v) {
  const text = String(v)
  const m = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (!m) return Object.is(v, -0) ? '0' : text
  const digits = m[2] + (m[3] || ''), point = Number(m[4]) + 1
  if (point <= 0) return m[1] + '0.' + '0'.repeat(-point) + digits
  return m[1] + digits.padEnd(point, '0') + (digits.length > point ? '.' : '')
}
const spanText = (s, type) => {
  if (type === 'd') { const d = dateOfSpan(s); return d ? dateText(d) : '' }
  return s[0] === s[1] ? numberText(s[0]) : 'NaN'
}

const compare = {
  '=': (a, b) => a[0] <= b[1] && b[0] <= a[1],
  '!=': (a, b) => a[0] < b[1] || a[1] > b[0],
  '<': (a, b) => a[0] < b[1],
  '<=': (a, b) => a[0] <= b[1],
  '>': (a, b) => a[1] > b[0],
  '>=': (a, b) => a[1] >= b[0]
}

const extremes = p => p.some(Number.isNaN) ? NONE : [Math.min(...p), Math.max(...p)]
const arithmetic = {
  '+': (a, b) => [a[0] + b[0], a[1] + b[1]],
  '-': (a, b) => [a[0] - b[1], a[1] - b[0]],
  '*': (a, b) => extremes([a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]]),
  '/': (a, b) => (b[0] < b[1] && b[0] <= 0 && b[1] >= 0) || (b[0] === 0 && a[0] < a[1])
    ? NONE : extremes([a[0] / b[0], a[0] / b[1], a[1] / b[0], a[1] / b[1]]),
  '%': () => NONE
}
const ofOne = { '+': (a, b) => a + b, '-': (a, b) => a - b, '*': (a, b) => a * b, '/': (a, b) => a / b, '%': (a, b) => a % b }
const calculate = (op, a, b) => {
  if (a[0] === a[1] && b[0] === b[1]) return exact(ofOne[op](a[0], b[0]))
  const s = arithmetic[op](a, b)
  return Number.isNaN(s[0]) || Number.isNaN(s[1]) ? NONE : s
}

/* A pattern of base/regex.h as a RegExp that means the same, or Unknown. Those cost time linear in the
 * text; RegExp goes back, so a repeated group with a repeat within is left to the server. */
const patterns = new Map()
function pattern (source) {
  if (!patterns.has(source)) patterns.set(source, translate(source))
  return patterns.get(source) || cannot('pattern')
}
function translate (source) {
  let out = '', inClass = false
  if (/\([^()]*[*+{][^()]*\)[*+{]/.test(source) || /\)[^()]*\)[*+{]/.test(source) || source.length > 1024) return null
  for (let i = 0; i < source.length; i++) {
    const c = source[i], next = source[i + 1]
    if (c === '\\') {
      i++
      if (next === undefined) return null
      if (next === 's' || next === 'S') {
        if (inClass && next === 'S') return null
        out += inClass ? '\\t-\\r ' : next === 's' ? '[\\t-\\r ]' : '[^\\t-\\r ]'
      } else if (/[dDwWtnrf]/.test(next) || (!inClass && /[bB]/.test(next))) out += c + next
      else if (/[pP]/.test(next) && source[i + 1] === '{') out += c + next
      else if (/\w/.test(next)) return null
      else out += /[\^$\\.*+?()[\]{}|/]/.test(next) || (inClass && next === '-') ? c + next : next
    } else if (inClass) {
      if (c === '[') return null
      if (c === ']') inClass = false
      out += c
    } else if (c === '[') {
      inClass = true
      if (next === ']' || (next === '^' && source[i + 2] === ']')) return null
      out += c
    } else if (c === '(' && next === '?' && source[i + 2] !== ':') return null
    else out += c === '.' ? '[^\\n]' : c
  }
  try { return new RegExp(out, 'u') } catch { return null }
}

/* ---- trees ---- */

/* ["t-@child!NA"] as { type, required missing codes, group, own } */
function variableOf (name, spec) {
  const m = /^([tindpsc])(-?)(?:@(\w+))?(?:!(.*))?$/.exec(spec)
  if (!m) throw new SyntaxError('variable ' + name)
  return {
    name, letter: m[1], missing: !m[2], group: m[3] || '', own: new Set(m[4] ? m[4].split(',') : []),
    type: { i: 'n', n: 'n', d: 'd', p: 'd' }[m[1]] || 's'
  }
}

const isPath = new Set(['vs', 'here', 'gs', 'child', 'up', 'filter', 'range', '|', 'doc', 'items', 'item', 'col', 'at'])
const takes = { vs: 1, gs: 1, filter: 1, range: 1, at: 2, is: 4, has: 4, same: 1, in: 3, part: 1, regex: 1, shape: 1, pull: 2, label: 1 }

function build (j, tree) {
  if (typeof j === 'boolean') return { op: 'bool constant', type: 'b', value: j }
  if (typeof j === 'number') return { op: 'span', type: 'n', span: exact(j) }
  if (typeof j === 'string') return { op: 'text', type: 's', text: j }
  if (!Array.isArray(j)) throw new SyntaxError('tree')
  const op = j[0]
  if (op === 'n' || op === 'd') {
    const lo = Number(j[1])
    return { op: 'span', type: op, span: [lo, j.length > 2 ? Number(j[2]) : lo] }
  }
  if (op === '?') return { op, type: 's', why: j[1], arg: [] }
  if (op === 'v') {
    const of = j[1] === null ? { name: null, type: 's', group: tree.group } : tree.variable[j[1]]
    return { op, type: of.type, many: 1, place: 'v', of, group: of.group, origin: !!j[2], arg: [] }
  }
  const n = { op, type: 'b', place: '', info: [] }
  let at = 1
  if (isPath.has(op)) {
    n.many = j[1][0]
    n.place = j[1][1]
    n.type = j[1][2]
    if (n.place === 'v' && j[2] !== null) n.of = tree.variable[j[2]]
    if (n.place === 'v' || n.place === 'g') n.group = n.of ? n.of.group : n.place === 'g' ? j[2] : tree.group
    if (n.place === 'i') n.list = j[2]
    if (n.place === 'c') [n.list, n.column] = j[2]
    at = 3
  }
  const count = takes[op] || 0
  n.info = j.slice(at, at + count)
  at += count
  if (['if', 'coalesce', 'once'].includes(op) || op.endsWith('()')) n.type = j[at++]
  if ('+-*/%'.includes(op) || op === 'neg') n.type = 'n'
  if (op === 'date') n.type = 'd'
  if (['part', 'pull', 'label'].includes(op)) n.type = 's'
  const c = /^(!?=|[<>]=?)([ntbs])$/.exec(op)
  if (c) { n.op = 'compare ' + c[2]; n.compare = c[1] }
  if (['vs', 'gs', 'here'].includes(op)) { n.origin = j[at] === 1; n.arg = [] } else n.arg = j.slice(at).map(a => build(a, tree))
  if (op === 'regex') n.pattern = n.info[0]
  return n
}

export function prepare (text) {
  const j = JSON.parse(text)
  const tree = { variable: {}, group: j.at || '', parent: j.g || {}, lists: j.l || {}, self: j.self }
  for (const [name, spec] of Object.entries(j.v || {})) tree.variable[name] = variableOf(name, spec)
  tree.root = build(j.x, tree)
  return tree
}

/* ---- values ---- */

/* What a field or document holds, as value_read() has it: { kind, text, span, ... }. */
export function readValue (v, raw) {
  const text = raw === null || raw === undefined ? '' : Array.isArray(raw) ? raw.join(' ') : String(raw)
  const t = text.trim()
  if (t === '') return { kind: 'empty', text: '' }
  const prefixed = t.startsWith('missing:') ? t.slice(8) : ''
  if (MISSING.has(prefixed) || (MISSING.has(t) && !v.own.has(t) && (v.letter !== 't' || v.missing))) {
    const code = prefixed || t
    return v.missing ? { kind: 'missing', missing: code, text: v.own.has(code) ? 'missing:' + code : code } : { kind: 'empty', text: '' }
  }
  if (v.letter === 'i' || v.letter === 'n') {
    const m = /^([+-]?)(\d+)(?:[.,](\d+))?$/.exec(t)
    const behind = m && (m[3] || '').replace(/0+$/, '')
    if (!m || (v.letter === 'i' && (behind || m[2].replace(/^0+/, '').length > 15)) || behind.length > 18) return { kind: 'empty', text: '' }
    const digits = m[2].replace(/^0+(?=\d)/, ''), zero = /^0*$/.test(digits + behind)
    const written = (m[1] === '-' && !zero ? '-' : '') + digits + (behind ? '.' + behind : '')
    return { kind: 'number', text: written, span: exact(Number(written)) }
  }
  if (v.letter === 'd' || v.letter === 'p') {
    const d = readDate(t)
    if (!d || (d.precision && v.letter === 'd')) return { kind: 'empty', text: '' }
    return { kind: 'date', text: t, span: [d.lo, d.hi], date: d }
  }
  if (v.letter === 'c') return { kind: 'code', text: t, codes: [t] }
  if (v.letter === 's') { const codes = t.split(/\s+/); return { kind: 'codes', text: codes.join(' '), codes } }
  return { kind: 'text', text }
}

const EMPTY = { kind: 'empty', text: '' }
const isBlank = value => value.text === ''
const valueSpan = v => v.span || (v.kind === 'text' || v.kind === 'code' || (v.kind === 'codes' && v.codes.length === 1) ? textSpan(v.text) : NONE)

/* A document (record_to_json()) as tables, rows of a repeat below their parents' in order. `parent`:
 * { child: '', toy: 'child' }. `knows(name)`: whether a variable or repeat that a row lacks is known to be
 * blank; without it all are. */
export function tables (document, parent, knows) {
  const table = { '': { rows: [document], parent: [0] } }
  const below = name => {
    if (table[name]) return table[name]
    const of = below(parent[name]), t = { rows: [], parent: [] }
    of.rows.forEach((row, i) => {
      for (const r of row[name] || []) { t.rows.push(r); t.parent.push(i) }
    })
    table[name] = t
    return t
  }
  Object.keys(parent).forEach(below)
  return { table, parent, knows: knows || (() => true) }
}

/* ---- evaluation ---- */

class State {
  constructor (tree, context) {
    this.tree = tree
    this.context = context
    this.record = context.record
    this.lists = context.lists ? { ...context.lists, ...tree.lists } : tree.lists
    this.steps = 0
    /* from where the record is looked at to where the tree stands */
    let g = context.group || '', row = context.row || 0
    while (g !== tree.group && g !== '') {
      row = this.record.table[g].parent[row]
      g = this.record.parent[g]
    }
    if (g !== tree.group) cannot('the expression is of another repeat')
    this.group = this.originGroup = g
    this.row = this.originRow = row
    this.item = -1
    this.choice = context.choice
    this.position = 1
  }

  step () {
    if (++this.steps > STEPS) cannot('too long')
  }

  table (g) {
    const t = this.record.table[g]
    if (!t || (g !== '' && !this.record.knows(g))) cannot('repeat ' + g)
    return t
  }

  rowOf (g, origin) {
    let h = origin ? this.originGroup : this.group, row = origin ? this.originRow : this.row
    while (h !== g && h !== '') {
      row = this.record.table[h].parent[row]
      h = this.record.parent[h]
    }
    return g === '' ? 0 : row
  }

  /* Rows of g below rows [from, to) of its ancestor `within`. */
  below (g, within, from, to) {
    if (g === within) return Array.from({ length: to - from }, (_, i) => from + i)
    const up = this.record.parent[g]
    const above = new Set(up === within ? this.below(within, within, from, to) : this.below(up, within, from, to))
    const t = this.table(g), out = []
    t.parent.forEach((p, i) => { if (above.has(p)) out.push(i) })
    return out
  }

  valueAt (of, row) {
    if (!of || of.name === null) return EMPTY
    const at = this.record.table[of.group].rows[row]
    if (at === undefined) return EMPTY
    if (!(of.name in at) && !this.record.knows(of.name)) cannot('variable ' + of.name)
    return readValue(of, at[of.name])
  }

  value (n) { /* of VAR and INDEXED */
    if (n.op === 'v') return n.of.name === null ? EMPTY : this.valueAt(n.of, this.rowOf(n.of.group, n.origin))
    const row = this.indexedRow(n)
    return row < 0 ? EMPTY : this.valueAt(n.of, row)
  }

  indexedRow (n) {
    let within = n.info[0], rows = [this.rowOf(within, false)]
    n.info[1].forEach((g, i) => {
      const index = one(this.span(n.arg[i]))
      const all = rows.length ? this.below(g, within, rows[0], rows[0] + 1) : []
      rows = index >= 1 && index - 1 < all.length ? [all[Math.trunc(index) - 1]] : []
      within = g
    })
    if (!rows.length) return -1
    rows = this.below(n.of.group, within, rows[0], rows[0] + 1)
    return rows.length ? rows[0] : -1
  }

  /* ---- lists ---- */

  column (list, name) {
    const l = this.lists[list]
    if (!l || !l[name]) cannot('list ' + list)
    return l[name]
  }

  columnText (list, name, code) {
    return code < 0 ? '' : this.column(list, name)[code] ?? ''
  }

  currentItem (list) {
    if (this.item >= 0) return this.item
    return this.choice === undefined ? -1 : this.column(list, 'name').indexOf(this.choice)
  }

  /* ---- node sets: rows, or numbers of codes ---- */

  nodes (n) {
    this.step()
    switch (n.op) {
      case 'v': return [n.of.name === null ? 0 : this.rowOf(n.of.group, n.origin)]
      case 'here': return [this.rowOf(n.group, n.origin)]
      case 'vs': case 'gs': {
        const from = this.rowOf(n.info[0], n.origin)
        return this.below(n.group, n.info[0], from, from + 1)
      }
      case 'child': return this.childNodes(n)
      case 'up': return this.parentNodes(n)
      case 'filter': return this.filtered(n)
      case 'range': return this.ranged(n)
      case '|': return [...new Set(n.arg.flatMap(a => this.nodes(a)))].sort((a, b) => a - b)
      case 'items': return this.column(n.list, 'name').map((_, i) => i)
      case 'item': { const c = this.currentItem(n.list); return c < 0 ? [] : [c] }
      case 'col': {
        if (n.arg.length) return this.nodes(n.arg[0])
        const c = this.currentItem(n.list)
        return c < 0 ? [] : [c]
      }
      case 'at': { const row = this.indexedRow(n); return row < 0 ? [] : [row] }
      case '?': return cannot(n.why)
      default: return []
    }
  }

  childNodes (n) {
    const base = this.nodes(n.arg[0]), g = n.arg[0].group
    if (g === n.group) return base
    return base.flatMap(row => this.below(n.group, g, row, row + 1))
  }

  parentNodes (n) {
    const of = n.arg[0], base = this.nodes(of)
    return of.place === 'v' ? base : [...new Set(base.map(row => this.record.table[of.group].parent[row]))]
  }

  filtered (n) {
    const [of, condition] = n.arg, base = this.nodes(of), saved = [this.group, this.row, this.item, this.position]
    let before = 0, place = 0
    const kept = base.filter((row, i) => {
      const under = !n.info[0] ? 0 : of.place === 'v' ? row : of.place === 'g' && of.group !== '' ? this.record.table[of.group].parent[row] : 0
      place = i > 0 && under === before ? place + 1 : 1
      before = under
      if (of.place === 'v' || of.place === 'g') { this.group = of.group; this.row = row } else this.item = row
      this.position = place
      return this.bool(condition)
    });
    [this.group, this.row, this.item, this.position] = saved
    return kept
  }

  ranged (n) {
    const bounds = n.arg.map(a => this.span(a))
    if (bounds.some(isNone)) return []
    const ranges = n.info[0]
    return ranges[0][1].map((_, i) => i).filter(i =>
      ranges.every(([c, numbers], k) => compare[c](exact(Number(numbers[i])), bounds[k])))
  }

  nodeValue (n, row) { return n.place === 'v' ? this.valueAt(n.of, row) : null }

  nodeText (n, row) {
    const v = this.nodeValue(n, row)
    if (v) return v.text
    if (n.place === 'c') return this.columnText(n.list, n.column, row)
    return n.place === 'i' ? this.columnText(n.list, 'name', row) : ''
  }

  nodeSpan (n, row) {
    const v = this.nodeValue(n, row)
    return v ? valueSpan(v) : textSpan(this.nodeText(n, row))
  }

  /* ---- truth ---- */

  bool (n) {
    this.step()
    switch (n.op) {
      case 'bool constant': return n.value
      case 'span': return n.span[0] < 0 || n.span[0] > 0 || n.span[1] < 0 || n.span[1] > 0
      case 'text': return n.text !== ''
      case 'or': return this.several(n, true)
      case 'and': return this.several(n, false)
      case 'not': return !this.bool(n.arg[0])
      case 'bool': return this.bool(n.arg[0])
      case 'compare n': return compare[n.compare](this.span(n.arg[0]), this.span(n.arg[1]))
      case 'compare t': return this.compareText(n)
      case 'compare b': return (this.bool(n.arg[0]) === this.bool(n.arg[1])) === (n.compare === '=')
      case 'compare s': return this.compareSet(n)
      case 'is': case 'has': return this.codeHolds(n)
      case 'same': return (this.value(n.arg[0]).text === this.value(n.arg[1]).text) === !!n.info[0]
      case 'in': return this.inTable(n)
      case 'regex': return pattern(n.pattern).test(this.text(n.arg[0]))
      case 'shape': { const v = this.value(n.arg[0]); return v.kind === 'date' && (n.info[0] >> v.date.precision & 1) !== 0 }
      case 'v': case 'at': return !isBlank(this.value(n))
      case 'if': case 'coalesce': case 'once': return this.bool(this.chosen(n))
      case '?': return cannot(n.why)
    }
    if (n.type === 'b' && functions[n.op]) return functions[n.op](this, n)
    if (n.many) return this.nodesAreTrue(n)
    if (n.type === 's') return this.text(n) !== ''
    const s = this.span(n)
    return s[0] < 0 || s[0] > 0 || s[1] < 0 || s[1] > 0
  }

  /* Some, or all: what is unknown does not matter when another part decides. */
  several (n, decides) {
    let unknown = null
    for (const a of n.arg) {
      try {
        if (this.bool(a) === decides) return decides
      } catch (e) {
        if (!(e instanceof Unknown) || this.steps > STEPS) throw e
        unknown = e
      }
    }
    if (unknown) throw unknown
    return !decides
  }

  nodesAreTrue (n) {
    const s = this.nodes(n)
    if (n.place === 'g' || n.place === 'i') return s.length > 0
    if (n.place === 'd' || n.place === 'r') return true
    return s.some(row => this.nodeText(n, row) !== '')
  }

  matches (v, n, whole) {
    const [, code, missing, blank] = n.info
    switch (v.kind) {
      case 'empty': return !!blank
      case 'missing': return missing === v.missing
      case 'code': return v.text === code
      case 'codes': return whole ? v.codes.length === 1 && v.codes[0] === code : v.codes.includes(code)
      case 'text': return !!blank && v.text === ''
      default: return false
    }
  }

  codeHolds (n) {
    const of = n.arg[0], whole = n.op === 'is', wanted = !!n.info[0]
    if (of.op === 'v' || of.op === 'at') return this.matches(this.value(of), n, whole) === wanted
    return this.nodes(of).some(row => this.matches(this.valueAt(of.of, row), n, whole) === wanted)
  }

  inTable (n) {
    const [wanted, codes, missing] = n.info, v = this.value(n.arg[0])
    return (v.kind === 'missing' ? missing.includes(v.missing) : codes.includes(v.text)) === !!wanted
  }

  /* ---- comparisons of texts and sets ---- */

  side (n, row) { /* row undefined: a scalar or a single node */
    if (row === undefined) n = this.chosen(n)
    const value = row !== undefined ? this.nodeValue(n, row) : n.op === 'v' || n.op === 'at' ? this.value(n) : null
    return { n, row, value }
  }

  sideText (s) {
    return s.value ? s.value.text : s.row !== undefined ? this.nodeText(s.n, s.row) : this.text(s.n)
  }

  sideNumber (s) {
    if (s.value) return s.value.kind === 'number' ? s.value.span : NONE
    return s.row === undefined && !s.n.many && s.n.type === 'n' ? this.span(s.n) : NONE
  }

  sideIsDate (s) {
    return s.value ? s.value.kind === 'date' : s.row === undefined && !s.n.many && s.n.type === 'd'
  }

  sideDate (s) {
    if (this.sideIsDate(s)) return s.value ? valueSpan(s.value) : this.span(s.n)
    if (s.value && s.value.kind !== 'text') return NONE
    const t = this.sideText(s)
    return readMoment(t) ? textDateSpan(t) : NONE
  }

  sidesEqual (c, l, r) {
    let a = this.sideNumber(l), b
    if (!isNone(a) && !isNone(b = this.sideNumber(r))) return compare[c](a, b)
    if (this.sideIsDate(l) || this.sideIsDate(r)) {
      a = this.sideDate(l)
      b = this.sideDate(r)
      if (!isNone(a) && !isNone(b)) return compare[c](a, b)
    }
    return (this.sideText(l) === this.sideText(r)) === (c === '=')
  }

  compareText (n) { return this.sidesEqual(n.compare, this.side(n.arg[0]), this.side(n.arg[1])) }

  sideSpan (s, date) {
    if (s.value) return date && s.value.kind === 'text' ? textDateSpan(s.value.text) : valueSpan(s.value)
    if (s.row === undefined) return this.span(s.n)
    const t = this.nodeText(s.n, s.row)
    return date ? textDateSpan(t) : textSpan(t)
  }

  compareSet (n) {
    const [l, r] = n.arg, c = n.compare
    const computed = a => !a.many && (a.type === 'n' || a.type === 'd') && !isChoice(a)
    const numbers = (c !== '=' && c !== '!=') || computed(l) || computed(r)
    const date = l.type === 'd' || r.type === 'd'
    const sides = a => a.many === '*' ? this.nodes(a).map(row => this.side(a, row)) : [this.side(a)]
    const left = sides(l)
    return sides(r).some(b => left.some(a => {
      this.step()
      return numbers ? compare[c](this.sideSpan(a, date), this.sideSpan(b, date)) : this.sidesEqual(c, a, b)
    }))
  }

  /* ---- numbers ---- */

  span (n) {
    this.step()
    switch (n.op) {
      case 'span': return n.span
      case 'text': return textSpan(n.text)
      case 'v': case 'at': return valueSpan(this.value(n))
      case '+': case '-': case '*': case '/': case '%': return calculate(n.op, this.span(n.arg[0]), this.span(n.arg[1]))
      case 'neg': { const s = this.span(n.arg[0]); return [-s[1], -s[0]] }
      case 'part': { const p = this.datePart(n); return p < 0 ? this.span(n.arg[1]) : exact(p) }
      case 'date': {
        const a = this.chosen(n.arg[0])
        return a.many !== '*' && a.type !== 's' ? this.span(a) : textDateSpan(this.text(a))
      }
      case 'if': case 'coalesce': case 'once': return this.span(this.chosen(n))
      case '?': return cannot(n.why)
    }
    if (n.type !== 'b' && n.type !== 's' && functions[n.op]) return functions[n.op](this, n)
    if (n.many) { const s = this.nodes(n); return s.length ? this.nodeSpan(n, s[0]) : NONE }
    return n.type === 'b' ? exact(Number(this.bool(n))) : textSpan(this.text(n))
  }

  number (n) { return one(this.span(n)) }

  datePart (n) {
    const v = this.value(n.arg[0])
    return v.kind !== 'date' || v.date.precision > 2 - n.info[0] ? -1 : parts(v.date.lo)[n.info[0]]
  }

  /* ---- texts ---- */

  text (n) {
    const t = this.anyText(n)
    return t.length > STRING_MAX ? cannot('text too long') : t
  }

  anyText (n) {
    this.step()
    switch (n.op) {
      case 'text': return n.text
      case 'span': return spanText(n.span, n.type)
      case 'v': case 'at': return this.value(n).text
      case 'pull': return this.pull(n)
      case 'label': return this.label(n)
      case 'part': { const p = this.datePart(n); return p < 0 ? this.text(n.arg[1]) : pad(p, n.info[0] ? 2 : 4) }
      case 'if': case 'coalesce': case 'once': return this.text(this.chosen(n))
      case '?': return cannot(n.why)
    }
    if (n.type === 's' && functions[n.op]) return functions[n.op](this, n)
    if (n.many) { const s = this.nodes(n); return s.length ? this.nodeText(n, s[0]) : '' }
    return n.type === 'b' ? String(this.bool(n)) : spanText(this.span(n), n.type)
  }

  pull (n) {
    const [[list, column], by] = n.info, key = this.text(n.arg[0])
    const from = this.column(list, by)
    /* the text of a missing value is never a code of its list: "missing:NA" */
    return this.columnText(list, column, key === '' && by === 'name' ? -1 : from.indexOf(key))
  }

  label (n) {
    const t = this.text(n.arg[0])
    const of = list => this.column(list, 'label')[this.column(list, 'name').indexOf(t.replace(list === 'CL_MISSING' ? /^missing:/ : /^$/, ''))]
    const own = of(n.info[0])
    if (own !== undefined) return own
    const code = t.replace(/^missing:/, '')
    return MISSING.has(code) ? (this.lists.CL_MISSING ? of('CL_MISSING') ?? code : code) : ''
  }

  /* ---- choices ---- */

  blank (n) {
    if (n.op === 'v') return isBlank(this.value(n))
    if (!n.many && n.type === 'b') return false
    if (!n.many && n.type !== 's' && !isChoice(n)) return isNone(this.span(n))
    return this.text(n) === ''
  }

  chosen (n) {
    while (isChoice(n)) {
      this.step()
      if (n.op === 'if') n = n.arg[this.bool(n.arg[0]) ? 1 : 2]
      else if (n.op === 'once') n = n.arg[this.blank(n.arg[0]) ? 1 : 0]
      else {
        const last = n.arg.length - 1
        n = n.arg.slice(0, last).map(a => () => this.chosen(a)).reduce((found, a) => {
          if (found) return found
          const c = a()
          return this.blank(c) ? null : c
        }, null) || n.arg[last]
      }
    }
    return n
  }

  /* The moment an argument stands for: a text as it is written, a number as days since 1970. */
  moment (a) {
    a = this.chosen(a)
    if (a.type !== 's' && a.many !== '*') return momentOfSpan(this.span(a))
    const t = this.text(a)
    return readMoment(t) || momentOfSpan(textSpan(t))
  }

  /* All nodes of all arguments, as texts or numbers. */
  each (args, ofNode, ofScalar) {
    return args.flatMap(a => a.many === '*' ? this.nodes(a).map(row => ofNode(a, row)) : [ofScalar(a)])
  }

  texts (args) { return this.each(args, (a, row) => this.nodeText(a, row), a => this.text(a)) }
}

const isChoice = n => n.op === 'if' || n.op === 'coalesce' || n.op === 'once'

/* ---- functions ---- */

const words = t => t.split(/[ \t\n\r]+/).filter(Boolean)
const place = (v, n) => {
  v = Math.trunc(v)
  if (v < 0) v += n
  return !(v > 0) ? 0 : Math.min(v, n)
}
const halfUp = v => { const below = Math.floor(v); return v - below >= 0.5 ? below + 1 : below }
const rounded = (v, digits) => {
  if (digits === 0 || !Number.isFinite(v)) return halfUp(v)
  const p = 10 ** Math.abs(digits), r = digits > 0 ? halfUp(v * p) / p : halfUp(v / p) * p
  return Number.isFinite(r) ? r : v
}
const fold = (s, n, none, add) => {
  const all = s.each(n.arg, (a, row) => s.nodeSpan(a, row), a => s.span(a))
  return all.length ? all.reduce(add) : none
}
const ofBoth = fn => (a, b) => isNone(a) || isNone(b) ? NONE : [fn(a[0], b[0]), fn(a[1], b[1])]
const between = (s, n, step) => {
  const least = s.number(n.arg[0]), most = s.number(n.arg[1])
  let sum = 0
  for (let i = 2; i + step <= n.arg.length; i += step) {
    if (s.number(n.arg[i]) > 0) sum += step === 1 ? 1 : s.number(n.arg[i + 1])
  }
  return (least === -1 || sum >= least) && (most === -1 || sum <= most)
}
const ofOneNumber = fn => (s, n) => exact(fn(s.number(n.arg[0])))
const ofTwoTexts = fn => (s, n) => fn(s.text(n.arg[0]), s.text(n.arg[1]))

const functions = {
  'boolean-from-string()': (s, n) => ['true', '1'].includes(s.text(n.arg[0])),
  'selected()': (s, n) => {
    const value = s.text(n.arg[1]).trim()
    return s.texts([n.arg[0]]).some(t => words(t).includes(value))
  },
  'contains()': ofTwoTexts((t, p) => t.includes(p)),
  'starts-with()': ofTwoTexts((t, p) => t.startsWith(p)),
  'ends-with()': ofTwoTexts((t, p) => t.endsWith(p)),
  'regex()': (s, n) => pattern(s.text(n.arg[1])).test(s.text(n.arg[0])),
  'checklist()': (s, n) => between(s, n, 1),
  'weighted-checklist()': (s, n) => between(s, n, 2),
  'string()': (s, n) => s.text(n.arg[0]),
  'concat()': (s, n) => s.texts(n.arg).join(''),
  'join()': (s, n) => s.texts(n.arg.slice(1)).join(s.text(n.arg[0])),
  'substr()': (s, n) => {
    const t = [...s.text(n.arg[0])], from = s.number(n.arg[1]), to = n.arg[2] ? s.number(n.arg[2]) : Infinity
    return Number.isNaN(from) || Number.isNaN(to) ? '' : t.slice(place(from, t.length), place(to, t.length)).join('')
  },
  'substring-before()': ofTwoTexts((t, p) => t.includes(p) ? t.slice(0, t.indexOf(p)) : ''),
  'substring-after()': ofTwoTexts((t, p) => t.includes(p) ? t.slice(t.indexOf(p) + p.length) : ''),
  'string-length()': (s, n) => exact([...s.text(n.arg[0])].length),
  'normalize-space()': (s, n) => words(s.text(n.arg[0])).join(' '),
  'translate()': (s, n) => {
    const from = [...s.text(n.arg[1])], to = [...s.text(n.arg[2])]
    return [...s.text(n.arg[0])].map(c => from.includes(c) ? to[from.indexOf(c)] ?? '' : c).join('')
  },
  'selected-at()': (s, n) => {
    const i = Math.trunc(s.number(n.arg[1]))
    return i >= 0 ? words(s.text(n.arg[0]))[i] ?? '' : ''
  },
  'count-selected()': (s, n) => exact(words(s.text(n.arg[0])).length),
  'number()': (s, n) => s.span(n.arg[0]),
  'int()': (s, n) => s.span(n.arg[0]).map(Math.trunc),
  'round()': (s, n) => {
    const digits = n.arg[1] ? Math.trunc(s.number(n.arg[1])) : 0
    return Math.abs(digits) <= 30 ? s.span(n.arg[0]).map(v => rounded(v, digits)) : NONE
  },
  'abs()': (s, n) => {
    const [lo, hi] = s.span(n.arg[0])
    return lo >= 0 || Number.isNaN(lo) ? [lo, hi] : hi <= 0 ? [-hi, -lo] : [0, Math.max(-lo, hi)]
  },
  'pow()': (s, n) => {
    const base = s.number(n.arg[0]), power = s.number(n.arg[1])
    return Number.isNaN(base) || Number.isNaN(power) ? NONE : exact(base ** power)
  },
  'sqrt()': ofOneNumber(Math.sqrt),
  'log()': ofOneNumber(Math.log),
  'log10()': ofOneNumber(Math.log10),
  'exp()': ofOneNumber(Math.exp),
  'sum()': (s, n) => fold(s, n, exact(0), (a, b) => [a[0] + b[0], a[1] + b[1]]),
  'min()': (s, n) => fold(s, n, NONE, ofBoth(Math.min)),
  'max()': (s, n) => fold(s, n, NONE, ofBoth(Math.max)),
  'count()': (s, n) => exact(s.nodes(n.arg[0]).length),
  'count-non-empty()': (s, n) => exact(s.each(n.arg, (a, row) => s.nodeText(a, row), a => a.many ? s.text(a) : '').filter(t => t !== '').length),
  'position()': (s, n) => {
    const of = n.arg[0]
    if (!of) return exact(s.position)
    const rows = s.nodes(of)
    if (!rows.length) return NONE
    if (of.place === 'v' || of.group === '') return exact(1)
    const parent = s.record.table[of.group].parent
    return exact(parent.slice(0, rows[0] + 1).filter(p => p === parent[rows[0]]).length)
  },
  'today()': s => exact(s.context.today),
  'now()': s => new Date(s.context.now).toISOString().replace(/\.\d+/, ''),
  'date()': (s, n) => {
    const m = s.moment(n.arg[0])
    return m ? [m.lo, m.hi] : NONE
  },
  'decimal-date-time()': (s, n) => {
    const a = s.chosen(n.arg[0])
    return a.type === 's' || a.many === '*' ? textDateSpan(s.text(a)) : s.span(a)
  },
  'decimal-time()': (s, n) => {
    const t = s.text(n.arg[0]), time = readTime(t), m = readMoment(t)
    if (time) return exact(time.ms / DAY_MS)
    return m && !m.precision ? exact(m.ms < 0 ? 0 : m.ms / DAY_MS) : NONE
  },
  'format-date()': (s, n) => { const m = s.moment(n.arg[0]); return m ? formatMoment(m, s.text(n.arg[1]), false) : '' },
  'format-date-time()': (s, n) => { const m = s.moment(n.arg[0]); return m ? formatMoment(m, s.text(n.arg[1]), true) : '' },
  'random()': () => exact(crypto.getRandomValues(new Uint32Array(1))[0] / 2 ** 32),
  'uuid()': () => crypto.randomUUID()
}

/* ---- the doors ---- */

export function truth (tree, context) {
  const s = new State(tree, context)
  return s.bool(tree.root)
}
export function number (tree, context) {
  const s = new State(tree, context)
  return s.number(tree.root)
}
export function string (tree, context) {
  const s = new State(tree, context)
  return s.text(tree.root)
}
