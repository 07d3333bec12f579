/* SPDX-License-Identifier: EUPL-1.2 */
/* Saving the draft while one types, saying how that went, and the end of the session. README.md has what the desk
 * answers. Nothing that was typed is ever taken out of the page. */
import { afterPointer, word } from './page.js'
import { session } from './session.js'

const EVERY = 10000, AGAIN_MOST = 60000, PATIENCE = 20000, WARN = 120000, ASK = 5000

export function autosave (form) {
  const status = form.querySelector('[data-save-status]')
  const state = { dirty: false, saving: null, failures: 0, stopped: false, submitting: false, left: false, out: false }
  let timer = 0

  const clock = () => new Intl.DateTimeFormat(form.dataset.language || undefined, { hour: '2-digit', minute: '2-digit' }).format(new Date())
  const say = (key, value) => {
    const text = word(form, key, value)
    if (status && text && status.textContent !== text) status.textContent = text
    if (status) status.dataset.state = key
  }
  const plan = ms => {
    clearTimeout(timer)
    timer = setTimeout(save, ms)
  }
  const again = (key, ms) => {
    state.dirty = true
    state.failures++
    say(key)
    plan(ms ?? Math.min(AGAIN_MOST, 1000 * 2 ** state.failures))
  }

  function body () {
    const data = new URLSearchParams()
    for (const [name, value] of new FormData(form)) if (typeof value === 'string') data.append(name, value)
    data.append('autosave', '1')
    return data
  }

  function conflict (answer) {
    state.stopped = true
    state.dirty = true
    say('conflict')
    if (!status || !answer.compare || status.querySelector('a')) return
    const link = document.createElement('a')
    link.className = 'govuk-link'
    link.href = new URL(answer.compare, location.href).origin === location.origin ? answer.compare : '#'
    link.target = '_blank'
    link.rel = 'noopener'
    link.textContent = word(form, 'conflict-link')
    status.append(' ', link)
  }

  async function heard (r) {
    if (r.type === 'opaqueredirect' || r.status === 401 || r.status === 403) {
      state.dirty = true
      state.out = true
      say('signed-out')
      return watch.ended()
    }
    let answer = null
    try { answer = await r.json() } catch { /* not ours */ }
    if (answer && answer.csrf && form.elements.csrf) form.elements.csrf.value = answer.csrf
    if (r.status === 409) return conflict(answer || {})
    if (r.status === 413 || r.status === 422) {
      state.dirty = true
      return say('refused', answer?.message || '')
    }
    if (!r.ok || !answer || answer.saved !== true) return again('failed')
    if (Number.isInteger(answer.version) && form.elements.version) form.elements.version.value = answer.version
    watch.lasts(answer.session_seconds, answer.longest_seconds)
    state.failures = 0
    if (state.dirty) plan(EVERY)
    say('saved', clock())
  }

  async function send (keepalive) {
    try {
      await heard(await fetch(form.getAttribute('action'), {
        method: 'POST', body: body(), credentials: 'same-origin', redirect: 'manual', keepalive, cache: 'no-store',
        headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(PATIENCE)
      }))
    } catch (e) {
      again(navigator.onLine === false || e.name === 'TypeError' || e.name === 'TimeoutError' ? 'offline' : 'failed')
    }
  }

  function save (keepalive = false) {
    clearTimeout(timer)
    timer = 0
    /* What the submit under way sends is all of it; a second one of the same version would be a conflict. */
    if (state.stopped || state.left || state.submitting || state.out) return Promise.resolve()
    if (state.saving) return state.saving
    state.dirty = false
    say('saving')
    state.saving = send(keepalive).finally(() => {
      state.saving = null
      if (state.left || state.stopped || state.out) return
      if (state.dirty && !timer && status?.dataset.state !== 'refused') plan(EVERY)
    })
    return state.saving
  }

  const touch = () => {
    state.dirty = true
    if (!timer && !state.stopped && !state.out) timer = setTimeout(save, EVERY)
  }
  const soon = () => afterPointer(() => { if (state.dirty && !state.failures && !state.saving) plan(0) })

  form.addEventListener('input', touch)
  form.addEventListener('change', () => { touch(); soon() })
  form.addEventListener('entry:change', () => { touch(); soon() })
  form.addEventListener('focusout', soon)
  addEventListener('online', () => { if (state.failures) plan(0) })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden' && state.dirty && !state.saving) save(true)
  })
  addEventListener('beforeunload', e => {
    const exiting = document.body.classList.contains('govuk-exit-this-page-hide-content')
    if (!state.submitting && !state.left && !exiting && (state.dirty || state.saving)) e.preventDefault()
  })
  /* A save under way would make the version that is about to be sent stale; and who has signed in again has another
   * token. */
  form.addEventListener('submit', e => {
    clearTimeout(timer)
    const first = state.saving || (state.out && !state.asked && watch.ask())
    if (first) {
      e.preventDefault()
      state.asked = state.out
      first.then(() => form.requestSubmit(e.submitter))
      return
    }
    state.submitting = true
  })
  addEventListener('pageshow', () => { state.submitting = false })

  /* The session: README.md. Signed in again, by whoever it was, one goes on with the new session's token. */
  const watch = session(form, {
    every: ASK,
    warn: WARN,
    token (csrf) { if (form.elements.csrf) form.elements.csrf.value = csrf },
    back () {
      state.out = false
      state.asked = false
      state.failures = 0
      if (state.dirty) save()
      else say('saved', clock())
    }
  })

  return {
    save,
    /* What is unsaved, sent once more; then silence: the page is being left for good. */
    leave () {
      if (state.dirty || state.saving) {
        fetch(form.getAttribute('action'), { method: 'POST', body: body(), credentials: 'same-origin', redirect: 'manual', keepalive: true }).catch(() => {})
      }
      state.left = true
      clearTimeout(timer)
      watch.leave()
    }
  }
}
