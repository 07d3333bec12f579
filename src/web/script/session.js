/* SPDX-License-Identifier: EUPL-1.2 */
/* How long the session still lasts: a warning before it ends, a way to stay, and a way back once it has ended. Nothing that
 * was typed is touched. */
import { word } from './page.js'

export function session (form, { every, warn, token, back }) {
  const place = form.querySelector('[data-session-warning]')
  let ends = 0, most = Infinity, timer = 0, over = false

  function part (name, attributes, text) {
    const e = document.createElement(name)
    for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v)
    e.textContent = text
    return e
  }
  /* The place is there from the start and is a live region: what is put into it is read out. */
  function say (key, value, action) {
    if (!place) return
    const text = word(form, key, value), was = place.querySelector('p')
    if (!was || was.dataset.key !== key) {
      place.replaceChildren(part('p', { class: 'govuk-body', 'data-key': key }, text), ...(action ? [action] : []))
    } else if (was.textContent !== text) was.textContent = text
    place.hidden = false
    place.classList.toggle('app-session--over', over)
  }
  const hide = () => { if (place) { place.hidden = true; place.replaceChildren() } }
  const plan = ms => {
    clearTimeout(timer)
    timer = setTimeout(look, Math.max(0, ms))
  }

  const stay = () => {
    const button = part('button', { type: 'button', class: 'govuk-button govuk-button--secondary' }, word(form, 'session-extend'))
    button.addEventListener('click', () => ask())
    return button
  }
  const signIn = () =>
    part('a', { class: 'govuk-button', href: '/sign-in', target: '_blank', rel: 'noopener', role: 'button', draggable: 'false' }, word(form, 'session-sign-in'))

  function look () {
    const left = ends - Date.now()
    if (over) return ask()
    if (left <= 0) return ended() /* and asked a little later: a moment before, asking would make it longer */
    if (left > warn) { hide(); return plan(left - warn) }
    const last = most - Date.now() < left + 1500 /* eight hours are over: nothing makes it longer */
    const minutes = Math.ceil(left / 60000)
    say(last ? 'session-last' : minutes > 1 ? 'session' : 'session-minute', minutes, last ? null : stay())
    plan(Math.min(30000, left))
  }

  function lasts (seconds, longest) {
    if (!(seconds > 0)) return
    over = false
    ends = Date.now() + seconds * 1000
    most = longest > 0 ? Date.now() + longest * 1000 : Infinity
    look()
  }

  function ended () {
    if (!over) say('session-over', '', signIn())
    over = true
    place?.classList.add('app-session--over')
    plan(every)
  }

  /* Whether one is signed in now, as whoever loaded the page. */
  async function ask () {
    const was = over
    try {
      const r = await fetch('/session', { credentials: 'same-origin', redirect: 'manual', cache: 'no-store', headers: { Accept: 'application/json' } })
      const answer = r.ok ? await r.json() : null
      if (!answer) {
        if (r.type === 'opaqueredirect' || r.status === 401 || r.status === 403) return ended()
        return plan(every)
      }
      if (form.dataset.account && answer.account !== form.dataset.account) {
        over = true
        return say('session-other', form.dataset.account, signIn()) /* not asked again and again: asking is use */
      }
      token(answer.csrf)
      lasts(answer.session_seconds, answer.longest_seconds)
      if (was) back()
    } catch { plan(every) }
  }

  const seen = () => { if (over && document.visibilityState === 'visible') ask() }
  document.addEventListener('visibilitychange', seen)
  addEventListener('focus', seen)
  if (form.dataset.sessionSeconds) lasts(Number(form.dataset.sessionSeconds), Number(form.dataset.sessionLongest))

  return { lasts, ended, ask, leave: () => clearTimeout(timer) }
}
