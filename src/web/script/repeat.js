/* SPDX-License-Identifier: EUPL-1.2 */
/* Repeats: what the buttons name="act" ask for is done in the page, by the same names as the desk would give. */
import { announce, changed, word } from './page.js'
import { instances } from './record.js'

const ATTRIBUTES = ['name', 'data-typeahead-name', 'data-typeahead-on', 'id', 'for', 'href', 'data-path', 'aria-describedby', 'aria-labelledby', 'aria-controls', 'data-aria-controls']
const PAGE = 20 /* with more, the desk shows them page by page (service/entry_form.h): it takes over from here */
const NEW = '+' /* number of an instance that is being put in: no two groups of radios ever share a name */

const quoted = text => text.replace(/[.[\]+~]/g, '\\$&')

/* path[from] becomes path[to] in all that `root` holds, templates included. */
function rename (root, path, from, to) {
  const prefix = new RegExp(`(?<![\\w.])${quoted(`${path}[${from}]`)}`, 'g')
  const rewrite = e => {
    for (const a of ATTRIBUTES) {
      if (e.hasAttribute(a)) e.setAttribute(a, e.getAttribute(a).replace(prefix, `${path}[${to}]`))
    }
    const act = e.name === 'act' && /^(\w+):(.*):([^:]*)$/.exec(e.value)
    if (!act) return
    if (act[2] === path && act[3] === String(from)) e.value = `${act[1]}:${path}:${to}`
    else e.value = `${act[1]}:${act[2].replace(prefix, `${path}[${to}]`)}:${act[3]}`
  }
  const walk = e => {
    if (e.getAttribute) rewrite(e)
    for (const inside of e.querySelectorAll('*')) {
      rewrite(inside)
      if (inside.content) walk(inside.content)
    }
  }
  walk(root)
}

const numberOf = instance => /\[([^\]]*)\]$/.exec(instance.dataset.path)[1]

function setNumber (instance, number) {
  for (const n of instance.querySelectorAll('[data-number]')) {
    if (n.closest('[data-instance]') === instance) n.textContent = number
  }
}

function renumber (repeat) {
  const path = repeat.dataset.path, all = instances(repeat)
  const moved = all.filter((e, i) => numberOf(e) !== String(i))
  moved.forEach((e, k) => rename(e, path, numberOf(e), `+${k}`))
  all.forEach((e, i) => {
    if (numberOf(e) !== String(i)) rename(e, path, numberOf(e), i)
    setNumber(e, i + 1)
  })
  for (const b of repeat.querySelectorAll('button[name=act]')) {
    if (b.value.startsWith(`add:${path}:`)) b.value = `add:${path}:${all.length}`
    if (b.value.startsWith(`up:${path}:`)) b.hidden = b.value === `up:${path}:0`
    if (b.value.startsWith(`down:${path}:`)) b.hidden = b.value === `down:${path}:${all.length - 1}`
  }
  const none = repeat.querySelector(':scope > [data-none]')
  if (none) none.hidden = all.length > 0
  /* where the record cannot do without one, adding it is the thing to do; then saving is */
  const add = repeat.querySelector(':scope > [data-first]')
  add?.classList.toggle('govuk-button--secondary', all.length > 0)
  if (add) repeat.closest('form')?.querySelector('.app-save .govuk-button:not([name])')?.classList.toggle('govuk-button--secondary', !all.length)
}

const title = instance => instance.querySelector('[data-instance-title]')
const nameOf = instance => title(instance)?.textContent.replace(/\s+/g, ' ').trim() || ''

/* cloneNode() keeps what inputs hold, but not what selects and text areas do. */
function copyOf (instance) {
  const copy = instance.cloneNode(true)
  const from = instance.querySelectorAll('input, select, textarea'), to = copy.querySelectorAll('input, select, textarea')
  from.forEach((f, i) => {
    if (f.type === 'checkbox' || f.type === 'radio') to[i].checked = f.checked
    else if (f.multiple) [...f.options].forEach((o, k) => { to[i].options[k].selected = o.selected })
    else to[i].value = f.value
  })
  return copy
}

export function repeats (form, prepared = () => {}, plain = () => {}) {
  const removed = new WeakMap() /* repeat -> { instance, at } */

  function put (repeat, instance, at) {
    const list = repeat.querySelector(':scope > [data-instances]')
    rename(instance, repeat.dataset.path, numberOf(instance), NEW)
    list.insertBefore(instance, instances(repeat)[at] || null)
    renumber(repeat)
    prepared(instance)
    instance.dispatchEvent(new CustomEvent('entry:added', { bubbles: true })) /* app.js makes its parts alive */
  }

  function done (repeat, instance, key) {
    announce(form, word(form, key, nameOf(instance)))
    title(instance)?.focus()
    changed(form)
  }

  const full = repeat => instances(repeat).length >= Number(repeat.dataset.max || 1000)

  const acts = {
    add (repeat) {
      const blank = repeat.querySelector(':scope > template[data-blank]')
      if (full(repeat)) return
      const instance = document.importNode(blank.content, true).querySelector('[data-instance]')
      put(repeat, instance, instances(repeat).length)
      done(repeat, instance, 'added')
    },
    copy (repeat, at) {
      if (full(repeat)) return
      const copy = copyOf(instances(repeat)[at])
      plain(copy)
      put(repeat, copy, at + 1)
      done(repeat, copy, 'added')
    },
    up (repeat, at) {
      const all = instances(repeat)
      if (at > 0) all[at - 1].before(all[at])
      renumber(repeat)
      done(repeat, all[at], 'moved')
    },
    down (repeat, at) {
      const all = instances(repeat)
      if (at + 1 < all.length) all[at + 1].after(all[at])
      renumber(repeat)
      done(repeat, all[at], 'moved')
    },
    remove (repeat, at) {
      const instance = instances(repeat)[at], undo = repeat.querySelector(':scope > [data-undo]')
      const what = word(form, 'removed', nameOf(instance))
      instance.remove()
      renumber(repeat)
      removed.set(repeat, { instance, at })
      if (undo) {
        const text = undo.querySelector('[data-undo-text]'), button = undo.querySelector('button')
        if (text && what) text.textContent = what
        button.value = `undo:${repeat.dataset.path}:${at}`
        undo.hidden = false
        button.focus()
      }
      announce(form, what)
      changed(form)
    },
    undo (repeat) {
      const last = removed.get(repeat), undo = repeat.querySelector(':scope > [data-undo]')
      if (!last) return false
      removed.delete(repeat)
      put(repeat, last.instance, last.at)
      if (undo) undo.hidden = true
      done(repeat, last.instance, 'restored')
    }
  }

  form.addEventListener('click', e => {
    const button = e.target.closest('button[name=act]')
    const act = button && /^(add|copy|up|down|remove|undo):(.*):(\d+)$/.exec(button.value)
    const repeat = act && button.closest('[data-repeat]')
    if (!repeat || repeat.dataset.path !== act[2]) return
    if (act[1] === 'undo' && !removed.has(repeat)) return /* removed before the page came: the desk has it */
    if ((act[1] === 'add' || act[1] === 'copy') && instances(repeat).length >= PAGE) return
    e.preventDefault()
    acts[act[1]](repeat, Number(act[3]))
  })
}
