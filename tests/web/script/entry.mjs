/* SPDX-License-Identifier: EUPL-1.2 */
/* The behaviour of entry.js and its parts in Chromium, on the page of fixture.mjs. Time is the test's
 * (page.clock), so that ten seconds do not take ten seconds. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { leave } from '../../browser/browser.mjs'
import { serve } from './fixture.mjs'

const { chromium } = createRequire(`${process.env.DCIM_SOURCE_DIR}/package.json`)('playwright-core')
const only = process.argv[2]
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
let failed = 0

async function open (server, context) {
  const page = await context.newPage()
  page.complaints = []
  page.on('console', m => { if (m.type() === 'error' && !/Failed to load resource/.test(m.text())) page.complaints.push(m.text()) })
  page.on('pageerror', e => page.complaints.push(String(e.stack || e)))
  page.setDefaultTimeout(30000)
  await page.clock.install({ time: new Date('2026-11-22T12:03:00Z') })
  await page.goto(server.url)
  await page.waitForSelector('form[data-ready]')
  return page
}

/* Each test has a server and a page of its own; a policy violation or an error in the console fails it. */
async function test (name, run) {
  if (only && !name.includes(only)) return
  const server = await serve()
  const context = await browser.newContext({ timezoneId: 'UTC' })
  try {
    const page = await open(server, context)
    await run(page, server, context)
    assert.deepEqual(page.complaints, [])
    console.log(`ok      ${name}`)
  } catch (e) {
    failed++
    console.error(`FAILED  ${name}\n${e.stack}`)
  }
  await leave(...context.pages())
  server.close()
}

const q = path => `[id="q-${path}"]`
const f = path => `[id="f-${path}"]`
const seen = (page, path) => page.locator(q(path)).isVisible()
const status = page => page.locator('[data-save-status]').textContent()
const focused = page => page.evaluate(() => document.activeElement.value || document.activeElement.closest('[data-path]')?.dataset.path || document.activeElement.id)
const act = (page, value) => page.locator(`button[name=act][value="${value}"]`).click()
const until = async (what, check) => {
  for (let i = 0; i < 600; i++) {
    if (await check()) return
    await new Promise(resolve => setTimeout(resolve, 30))
  }
  assert.fail(`never: ${what}`)
}
const saved = (page, text) => until(`status ${text}`, async () => (await status(page)).includes(text))

await test('skip logic: shown, hidden, kept; what is not known is shown', async page => {
  assert.equal(await seen(page, 'pregnant'), false)
  assert.equal(await page.locator('#s-female').isVisible(), false)
  assert.equal(await seen(page, 'mystery'), true) // reads a variable that is not here
  assert.equal(await seen(page, 'pt_only'), true) // data-values
  await page.check(f('sex-F'))
  assert.equal(await seen(page, 'pregnant'), true)
  assert.equal(await page.locator('#s-female').isVisible(), true)
  await page.check(f('pregnant-Y'))
  await page.check(f('sex-M'))
  assert.equal(await seen(page, 'pregnant'), false)
  assert.equal(await page.isChecked(f('pregnant-Y')), true) // kept
  assert.equal(await page.evaluate(() => new FormData(document.forms.form).get('pregnant')), 'Y') // and posted
  await page.clock.runFor(100)
  assert.equal(await page.locator('[data-announce]').textContent(), '1 questions less')
})

await test('calculations are shown, and decide what is asked', async page => {
  assert.equal(await page.locator(f('age_group')).textContent(), '')
  assert.equal(await seen(page, 'guardian'), false)
  await page.fill(f('age'), '12')
  await page.clock.runFor(200)
  assert.equal(await page.locator(f('age_group')).textContent(), 'Child')
  assert.equal(await seen(page, 'guardian'), true)
  await page.fill(f('age'), '30')
  await page.clock.runFor(200)
  assert.equal(await page.locator(f('age_group')).textContent(), 'Adult')
  assert.equal(await seen(page, 'guardian'), false)
})

await test('messages beside the field on leaving it, never in the way', async (page, server) => {
  await page.fill(f('age'), '200')
  await page.press(f('age'), 'Tab') // to its missing codes: still the same question
  assert.equal(await page.locator('[id="q-age-error"]').isVisible(), false)
  await page.focus(f('guardian').replace('guardian', 'mystery'))
  assert.equal(await page.locator('[id="q-age-error"]').textContent(), 'Error: Between 0 and 120')
  assert.equal(await page.getAttribute(f('age'), 'aria-invalid'), 'true')
  assert.match(await page.getAttribute(f('age'), 'aria-describedby'), /q-age-error/)
  await until('saved all the same', () => server.posts.length > 0 && server.posts.at(-1).fields.get('age') === '200')
  await page.fill(f('age'), 'old')
  await page.focus(f('mystery'))
  assert.match(await page.locator('[id="q-age-error"]').textContent(), /Enter a whole number/)
  await page.fill(f('age'), '20')
  await page.focus(f('mystery'))
  assert.equal(await page.locator('[id="q-age-error"]').isVisible(), false)
  assert.equal(await page.getAttribute(f('age'), 'aria-invalid'), null)
  // dates: a year or a month where that is enough, a day where it is not; days that exist
  for (const [path, boxes, wrong] of [['seen', { year: '2020' }, ''], ['seen', { year: '2020', month: '3' }, ''],
    ['seen', { year: '2020', month: '2', day: '30' }, 'a date that exists'], ['seen', { day: '5' }, 'a date that exists'],
    ['decided', { year: '2020', month: '3' }, 'day, month and year'], ['decided', { year: '2020', month: '3', day: '5' }, '']]) {
    for (const b of ['day', 'month', 'year']) await page.fill(f(`${path}.${b}`), boxes[b] || '')
    await page.focus(f('mystery'))
    const said = await page.locator(`[id="q-${path}-error"]`).textContent()
    assert.ok(wrong ? said.includes(wrong) : said === '', `${path} ${JSON.stringify(boxes)}: ${said}`)
  }
})

await test('a missing code and an answer put each other out', async page => {
  await page.fill(f('age'), '20')
  await page.check(f('age.missing-U'))
  assert.equal(await page.inputValue(f('age')), '')
  await page.fill(f('age'), '21')
  assert.equal(await page.isChecked(f('age.missing-U')), false)
  assert.equal(await page.isChecked(f('age.missing-')), true)
  await page.check(f('sex-F'))
  await page.check(f('sex.missing-RF'))
  assert.equal(await page.isChecked(f('sex-F')), false)
  assert.equal(await seen(page, 'pregnant'), false)
  await page.fill(f('seen.year'), '2020')
  await page.check(f('seen.missing-U'))
  assert.equal(await page.inputValue(f('seen.year')), '')
})

await test('saving: ten seconds after a change, on leaving a field, with the version of the answer', async (page, server) => {
  await page.focus(f('mystery'))
  await page.keyboard.type('abc')
  await page.clock.runFor(9000)
  assert.equal(server.posts.length, 0)
  await page.clock.runFor(1500)
  await saved(page, 'Saved 12:03')
  const [post] = server.posts
  assert.match(post.type, /^application\/x-www-form-urlencoded/)
  assert.equal(post.accept, 'application/json')
  assert.deepEqual(['mystery', 'csrf', 'version', 'autosave'].map(k => post.fields.get(k)), ['abc', 'token-1', '1', '1'])
  assert.equal(await page.inputValue('[name=version]'), '2')
  await page.keyboard.type('d')
  await page.keyboard.press('Tab')
  await page.clock.runFor(10)
  await until('saved on leaving', () => server.posts.length === 2)
  await until('version', async () => await page.inputValue('[name=version]') === '3')
  await page.clock.runFor(60000)
  assert.equal(server.posts.length, 2) // nothing changed, nothing sent
})

await test('saving fails: said, tried again with growing pauses, nothing lost', async (page, server, context) => {
  server.mode = 'error'
  await page.clock.pauseAt(new Date('2026-11-22T12:05:00Z')) // else the pauses pass while a busy machine looks
  await page.fill(f('mystery'), 'abc')
  await page.focus(f('pt_only'))
  await page.clock.runFor(10)
  await saved(page, 'trying again')
  for (const [n, pause] of [[2, 2000], [3, 4000], [4, 8000]]) {
    await page.clock.runFor(pause - 100)
    assert.equal(server.posts.length, n - 1)
    await page.clock.runFor(200)
    await until(`${n} tries`, () => server.posts.length === n)
    await saved(page, 'trying again')
  }
  server.mode = 'ok'
  await context.setOffline(true)
  await page.clock.runFor(16500)
  await saved(page, 'no connection')
  await context.setOffline(false) // at once, not after the pause
  await page.clock.runFor(10)
  await saved(page, 'Saved')
  assert.equal(server.posts.at(-1).fields.get('mystery'), 'abc')
})

const panel = '[data-session-warning]'
await test('signed out: said, nothing lost, saved with the new token after signing in elsewhere', async (page, server) => {
  server.mode = 'signed-out'
  await page.fill(f('mystery'), 'abc')
  await page.focus(f('pt_only'))
  await page.clock.runFor(10)
  await saved(page, 'Signed out')
  assert.match(await page.locator(panel).textContent(), /has ended.*Sign in again/)
  assert.equal(await page.locator(`${panel} a`).getAttribute('target'), '_blank')
  await page.fill(f('pt_only'), 'typed while out')
  for (let n = 1; n < 4; n++) {
    await page.clock.runFor(5100)
    await until('asked', () => server.asked >= n)
  }
  assert.equal(server.posts.length, 1) // it is asked whether one is back, not saved over and over
  server.account = 'eva' // somebody else signs in at this machine
  server.mode = 'ok'
  await page.clock.runFor(5100)
  await until('another account', async () => /Somebody else.*anna/.test(await page.locator(panel).textContent()))
  assert.equal(server.posts.length, 1)
  server.account = 'anna'
  server.csrf = 'token-2'
  await page.evaluate(() => dispatchEvent(new Event('focus')))
  await saved(page, 'Saved')
  assert.equal(await page.locator(panel).isVisible(), false)
  assert.equal(server.posts.at(-1).fields.get('csrf'), 'token-2')
  assert.equal(server.posts.at(-1).fields.get('mystery'), 'abc')
  assert.equal(server.posts.at(-1).fields.get('pt_only'), 'typed while out')
})

await test('sent while signed out: with the token of the new session', async (page, server) => {
  server.mode = 'signed-out'
  await page.fill(f('mystery'), 'abc')
  await page.focus(f('pt_only'))
  await page.clock.runFor(10)
  await saved(page, 'Signed out')
  server.mode = 'ok'
  server.csrf = 'token-2'
  await page.click('button[value=done]')
  /* The answer has arrived, too: Chromium may hang for good when its context is closed in the middle of a way to a page. */
  await until('sent', async () => await page.title().catch(() => '') === 'Sent')
  assert.equal(server.posts.at(-1).fields.has('autosave'), false)
  assert.equal(server.posts.at(-1).fields.get('csrf'), 'token-2')
})

await test('refused: said why, and again after the next change only', async (page, server) => {
  server.mode = 'refused'
  await page.fill(f('mystery'), 'abc')
  await page.focus(f('pt_only'))
  await page.clock.runFor(10)
  await saved(page, 'Not saved: too many instances')
  await page.clock.runFor(60000)
  assert.equal(server.posts.length, 1)
  server.mode = 'ok'
  await page.fill(f('pt_only'), 'x')
  await page.clock.runFor(10100)
  await saved(page, 'Saved')
})

await test('two tabs: the second is told of the conflict, and loses nothing', async (page, server, context) => {
  const other = await open(server, context)
  await page.fill(f('mystery'), 'first')
  await page.focus(f('pt_only'))
  await page.clock.runFor(10)
  await saved(page, 'Saved')
  await other.fill(f('mystery'), 'second')
  await other.focus(f('pt_only'))
  await other.clock.runFor(10)
  await saved(other, 'Somebody else changed this')
  assert.equal(await other.inputValue(f('mystery')), 'second')
  assert.equal(await other.locator('[data-save-status] a').getAttribute('href'), '/entry/compare')
  await other.clock.runFor(60000)
  assert.equal(server.posts.length, 2)
  assert.deepEqual(other.complaints, [])
})

await test('leaving asks only when something is unsaved; a submit waits for the save under way', async (page, server) => {
  const asked = []
  page.on('dialog', async d => { asked.push(d.type()); await d.accept() })
  server.mode = 'error'
  await page.fill(f('mystery'), 'abc')
  await page.reload()
  assert.deepEqual(asked, ['beforeunload'])
  await page.waitForSelector('form[data-ready]')
  await page.reload()
  assert.deepEqual(asked, ['beforeunload'])
  await page.waitForSelector('form[data-ready]')
  server.mode = 'slow'
  server.posts.length = 0
  await page.fill(f('mystery'), 'abc')
  await page.focus(f('pt_only'))
  await page.clock.runFor(10)
  await until('a save under way', () => server.posts.length === 1 && server.go)
  server.mode = 'ok'
  await act(page, 'done')
  server.go()
  await until('sent', async () => await page.title().catch(() => '') === 'Sent')
  assert.equal(server.posts.at(-1).fields.get('act'), 'done')
  assert.equal(server.posts.at(-1).fields.get('version'), '2')
  assert.equal(asked.length, 1)
})

const shape = page => page.evaluate(() => [...new FormData(document.forms.form)].map(([k]) => k).filter(k => k.startsWith('episode')))

await test('repeats: added, numbered, nested, with focus on the new one', async page => {
  assert.equal(await seen(page, 'several'), false)
  await act(page, 'add:episode:0')
  assert.equal(await focused(page), 'episode[0]')
  assert.equal(await page.locator('[id="q-episode"] > [data-none]').isVisible(), false)
  assert.equal(await page.locator('[id="q-episode[0].form_other"]').isVisible(), false)
  await page.check(f('episode[0].form-OTHER'))
  assert.equal(await page.locator('[id="q-episode[0].form_other"]').isVisible(), true)
  await act(page, 'add:episode:1')
  assert.equal(await focused(page), 'episode[1]')
  assert.equal(await seen(page, 'several'), true) // count(episode) > 1
  await act(page, 'add:episode[1].place:0')
  await act(page, 'add:episode[1].place:1')
  await page.fill(f('episode[1].place[1].town'), 'Braga')
  assert.deepEqual(await shape(page), ['episode[0].is', 'episode[0].form', 'episode[0].form_other', 'episode[0].kind', 'episode[0].note',
    'episode[1].is', 'episode[1].form_other', 'episode[1].kind', 'episode[1].note', 'episode[1].place[0].is', 'episode[1].place[0].town',
    'episode[1].place[0].town_note', 'episode[1].place[1].is', 'episode[1].place[1].town', 'episode[1].place[1].town_note'])
  // skip logic within an instance of an instance
  assert.equal(await page.locator('[id="q-episode[1].place[1].town_note"]').isVisible(), false)
  await page.check(f('episode[1].form-OTHER'))
  assert.equal(await page.locator('[id="q-episode[1].place[1].town_note"]').isVisible(), true)
  assert.equal(await page.locator('[id="q-episode[1]"] > h3 [data-number]').textContent(), '2')
})

await test('repeats: parts of a new or copied instance come alive', async page => {
  const hidden = i => page.evaluate(i => document.getElementById(`f-episode[${i}].form-OTHER-more`).hidden, i)
  await act(page, 'add:episode:0')
  assert.equal(await hidden(0), true)
  await page.check(f('episode[0].form-OTHER'))
  assert.equal(await hidden(0), false)
  await act(page, 'copy:episode:0')
  assert.deepEqual([await hidden(0), await hidden(1)], [false, false])
  await page.check(f('episode[1].form-LABOUR'))
  assert.deepEqual([await hidden(0), await hidden(1)], [false, true])
  await page.check(f('episode[1].form-OTHER'))
  assert.equal(await hidden(1), false)
})

await test('repeats: copied, moved, removed and put back; every answer stays with its instance', async page => {
  await act(page, 'add:episode:0')
  await page.check(f('episode[0].form-OTHER'))
  await page.fill(f('episode[0].form_other'), 'first')
  await page.selectOption(f('episode[0].kind'), 'B')
  await page.fill(f('episode[0].note'), 'long')
  await act(page, 'add:episode[0].place:0')
  await page.fill(f('episode[0].place[0].town'), 'Porto')
  await act(page, 'copy:episode:0')
  assert.equal(await focused(page), 'episode[1]')
  for (const i of [0, 1]) {
    assert.equal(await page.isChecked(f(`episode[${i}].form-OTHER`)), true)
    assert.equal(await page.inputValue(f(`episode[${i}].form_other`)), 'first')
    assert.equal(await page.inputValue(f(`episode[${i}].kind`)), 'B')
    assert.equal(await page.inputValue(f(`episode[${i}].note`)), 'long')
    assert.equal(await page.inputValue(f(`episode[${i}].place[0].town`)), 'Porto')
  }
  await page.check(f('episode[1].form-LABOUR'))
  await page.fill(f('episode[1].place[0].town'), 'Faro')
  await act(page, 'up:episode:1')
  assert.equal(await focused(page), 'episode[0]')
  const answers = () => page.evaluate(() => [0, 1].map(i => [document.querySelector(`[name="episode[${i}].form"]:checked`)?.value,
    document.querySelector(`[name="episode[${i}].place[0].town"]`)?.value]))
  assert.deepEqual(await answers(), [['LABOUR', 'Faro'], ['OTHER', 'Porto']])
  await act(page, 'down:episode:0')
  assert.deepEqual(await answers(), [['OTHER', 'Porto'], ['LABOUR', 'Faro']])
  await act(page, 'remove:episode:0')
  assert.equal(await focused(page), 'undo:episode:0')
  assert.match(await page.locator('[id="q-episode"] > [data-undo]').textContent(), /Removed: Episode 1/)
  assert.deepEqual(await answers(), [['LABOUR', 'Faro'], [undefined, undefined]])
  await act(page, 'undo:episode:0')
  assert.equal(await focused(page), 'episode[0]')
  assert.deepEqual(await answers(), [['OTHER', 'Porto'], ['LABOUR', 'Faro']])
  const ids = await page.evaluate(() => [...document.querySelectorAll('[id]')].map(e => e.id))
  assert.equal(new Set(ids).size, ids.length, 'ids are unique')
  const labels = await page.evaluate(() => [...document.querySelectorAll('label')].filter(l => !l.control).map(l => l.htmlFor))
  assert.deepEqual(labels, [])
  for (let i = 2; i < 5; i++) await act(page, `add:episode:${i}`)
  await act(page, 'add:episode:5') // data-max
  assert.equal(await page.locator('[data-instances] > [data-path^="episode["]:not([data-path*="].place"])').count(), 5)
})

await test('a thousand instances: still at hand', async (page, server) => {
  server.episodes = 1000
  await page.goto(server.url)
  await page.waitForSelector('form[data-ready]')
  const took = await page.evaluate(() => {
    const radio = document.getElementById('f-episode[999].form-OTHER'), began = performance.now()
    radio.click()
    return performance.now() - began
  })
  assert.equal(await page.locator('[id="q-episode[999].form_other"]').isVisible(), true)
  console.log(`        one answer among 1000 instances: ${Math.round(took)} ms`)
  assert.ok(took < 5000, `${took} ms`)
})

await test('by keyboard alone: a record with an instance, a choice from a long list, saved', async (page, server) => {
  const tabTo = async id => {
    for (let i = 0; i < 80; i++) {
      if (await page.evaluate(() => document.activeElement.id || document.activeElement.value) === id) return
      await page.keyboard.press('Tab')
    }
    assert.fail(`Tab never comes to ${id}`)
  }
  await tabTo('f-sex-F')
  await page.keyboard.press('Space')
  await tabTo('f-age')
  await page.keyboard.type('17')
  await tabTo('f-pregnant-Y')
  await page.keyboard.press('ArrowDown')
  await tabTo('f-country')
  await page.keyboard.type('cote')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  assert.equal(await page.inputValue('[name=country]'), 'C3')
  await tabTo('add:episode:0')
  await page.keyboard.press('Enter')
  assert.equal(await focused(page), 'episode[0]')
  await tabTo('f-episode[0].form-LABOUR')
  await page.keyboard.press('Space')
  await tabTo('f-episode[0].form_other').catch(() => {}) // hidden: not on the way
  await page.focus(f('episode[0].note'))
  await tabTo('remove:episode:0')
  await page.keyboard.press('Enter')
  assert.equal(await focused(page), 'undo:episode:0')
  await page.keyboard.press('Enter')
  assert.equal(await page.isChecked(f('episode[0].form-LABOUR')), true)
  await page.clock.runFor(10100)
  await saved(page, 'Saved')
  const post = server.posts.at(-1).fields
  assert.deepEqual(['sex', 'age', 'pregnant', 'country', 'episode[0].form'].map(k => post.get(k)), ['F', '17', 'N', 'C3', 'LABOUR'])
})

await test('long lists: typing finds without accents, only what is in the list is taken', async page => {
  const input = page.locator(f('country'))
  assert.equal(await input.getAttribute('role'), 'combobox')
  assert.equal(await page.evaluate(() => document.querySelector('label[for="f-country"]').control.getAttribute('role')), 'combobox')
  await input.pressSequentially('ces')
  assert.deepEqual(await page.locator('[role=option]').allTextContents(), ['Česko'])
  assert.equal(await input.getAttribute('aria-expanded'), 'true')
  await page.clock.runFor(100)
  assert.equal(await page.locator('[data-announce]').textContent(), '1 found')
  await page.locator('[role=option]').click()
  assert.equal(await input.inputValue(), 'Česko')
  assert.equal(await page.inputValue('[name=country]'), 'C2')
  const note = page.locator('.app-typeahead__note')
  await input.fill('nowhere')
  assert.match(await note.textContent(), /nowhere/)
  await page.focus(f('mystery'))
  assert.equal(await input.inputValue(), 'Česko')
  assert.equal(await note.isVisible(), true) // it is said still, for the text has gone
  await input.click()
  assert.ok(await page.locator('[role=option]').count() > 20) // the whole list, for who does not know its words
  assert.equal(await note.isVisible(), false)
  await page.keyboard.press('Escape')
  await input.fill('<')
  assert.equal(await page.locator('[role=option]').first().textContent(), 'Land <0>') // text, never markup
  await page.keyboard.press('Escape')
  assert.equal(await input.getAttribute('aria-expanded'), 'false')
  await input.fill('')
  await page.keyboard.press('Enter') // of the open list nothing is taken unasked
  await page.focus(f('mystery'))
  assert.equal(await page.inputValue('[name=country]'), '')
  assert.equal(await page.locator(f('episode')).count(), 0)
})

await test('exit this page: by Escape or Shift three times, or its link; what was typed is sent, nothing stays', async (page, server) => {
  for (const way of ['Escape', 'Shift', 'link']) {
    server.posts.length = 0
    server.version = 1
    await page.goto(server.url)
    await page.waitForSelector('form[data-ready]')
    await page.fill(f('mystery'), 'abc')
    if (way === 'link') await page.click('a[data-exit]')
    else {
      await page.keyboard.press(way)
      await page.keyboard.press(way)
      await page.keyboard.type('x')
      await page.keyboard.press(way)
      assert.equal(await page.title(), 'Record') // a letter between: from the beginning
      await page.keyboard.press(way)
      await page.keyboard.press(way)
    }
    await until(`left by ${way}`, async () => await page.title().catch(() => '') === 'Neutral')
    await until('sent before', () => server.posts.length > 0)
    assert.match(server.posts.at(-1).fields.get('mystery'), /abc/)
    await page.goBack().catch(() => {})
    assert.notEqual(await page.locator('form').count() && await page.inputValue(f('mystery')), 'abc')
  }
})

await test('the end of the session is said two minutes before, and can be put off', async (page, server) => {
  server.session = 600
  await page.clock.runFor(1670000) /* the clock goes on while the machine is busy */
  assert.equal(await page.locator(panel).isVisible(), false)
  await page.clock.runFor(11000)
  assert.match(await page.locator(panel).textContent(), /signed out in 2 minutes/)
  assert.equal(await page.locator(panel).getAttribute('role'), 'alert')
  await page.clock.runFor(60000)
  assert.match(await page.locator(panel).textContent(), /within a minute/)
  await page.fill(f('mystery'), 'not yet saved')
  await page.click(`${panel} button`)
  await until('put off', async () => !(await page.locator(panel).isVisible()))
  assert.equal(await page.inputValue(f('mystery')), 'not yet saved')
  server.session = 0
  server.mode = 'signed-out'
  await page.clock.runFor(601000)
  await until('ended', async () => /has ended/.test(await page.locator(panel).textContent()))
})

await test('what cannot last longer is not offered', async (page, server) => {
  server.session = 90
  server.longest = 90
  await page.reload()
  await until('said', () => page.locator(panel).isVisible())
  assert.equal(await page.locator(`${panel} button`).count() > 0, true)
  await page.click(`${panel} button`)
  await until('said', async () => /cannot stay longer/.test(await page.locator(panel).textContent()))
  assert.equal(await page.locator(`${panel} button`).count(), 0)
})

await browser.close()
if (failed) console.error(`${failed} failed`)
process.exit(failed ? 1 : 0)
