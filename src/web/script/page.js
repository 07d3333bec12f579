/* SPDX-License-Identifier: EUPL-1.2 */
/* What all parts share: the sentences that the page brings, and saying something politely. */

/* The sentence data-word="key" of the form's template[data-words], %s filled in; '' when there is none. */
export function word (form, key, value = '') {
  const of = form.querySelector('template[data-words]')
  const found = of && of.content.querySelector(`[data-word="${key}"]`)
  return found ? found.textContent.trim().replace('%s', value) : ''
}

/* For ears only; the text is set anew so that the same sentence is said again. */
export function announce (form, text) {
  const place = form.querySelector('[data-announce]')
  if (!place || !text) return
  place.textContent = ''
  setTimeout(() => { place.textContent = text }, 50)
}

/* Something changed that no field told: a repeat, a value set by script. */
export const changed = form => form.dispatchEvent(new CustomEvent('entry:change'))

/* Now, or when the pointer that is down is up again and its click has happened: what moves the page in between
 * makes the click miss. */
let down = false, waiting = []
const up = () => {
  down = false
  setTimeout(() => waiting.splice(0).forEach(fn => fn()), 0)
}
addEventListener('pointerdown', () => { down = true }, true)
addEventListener('pointerup', up, true)
addEventListener('pointercancel', up, true)
export const afterPointer = fn => { if (down) waiting.push(fn); else fn() }
