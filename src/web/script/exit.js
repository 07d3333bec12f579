/* SPDX-License-Identifier: EUPL-1.2 */
/* Exit this page: a link a[data-exit], or Escape or Shift three times within five seconds. The page is emptied at
 * once, before anything is fetched, and replaced in the history. */

const WITHIN = 5000, TIMES = 3

export function exit (before = () => {}) {
  const link = document.querySelector('a[data-exit]')
  if (!link) return
  const shiftToo = !link.closest('[data-module=govuk-exit-this-page]') /* else app.js listens for it */
  let key = '', times = 0, since = 0, alone = ''

  function go () {
    const url = link.href
    before()
    for (const f of document.forms) f.reset()
    document.title = '…'
    document.body.replaceChildren()
    location.replace(url)
  }

  addEventListener('click', e => { if (e.target.closest?.('a[data-exit]')) { e.preventDefault(); e.stopImmediatePropagation(); go() } }, true)
  /* Shift counts when it is let go with nothing typed between; Escape when nothing else took it. */
  addEventListener('keydown', e => { alone = e.repeat ? '' : e.key })
  addEventListener('keyup', e => {
    if (e.key !== 'Escape' && (e.key !== 'Shift' || !shiftToo)) { times = 0; return }
    if (e.key !== alone) { times = 0; return }
    const now = e.timeStamp
    if (e.key !== key || now - since > WITHIN) { times = 0; since = now }
    key = e.key
    if (++times >= TIMES) go()
  })
}
