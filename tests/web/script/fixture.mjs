/* SPDX-License-Identifier: EUPL-1.2 */
/* A small entry page with the parts of src/web/pages as they are drawn (src/web/script/README.md is the contract),
 * and a server that saves, fails, forgets one, and finds conflicts, as told. */
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'

/* What the program gives to browsers, as tools/assets.mjs made it. */
const made = `${process.env.DCIM_BUILD_DIR}/gen/web/web`
const assets = [...(await readFile(`${made}/asset_gen.c`, 'utf8')).matchAll(/\{"([^"]+)", "([^"]+)", "([^"]+)", dcim_asset_(\d+)_plain/g)]
  .map(([, name, at, type, number]) => ({ name, at, type, file: `${made}/asset_${number}.plain` }))
const address = name => assets.find(a => a.name === name).at

const escape = t => String(t).replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')
const data = o => Object.entries(o).map(([k, v]) => ` data-${k}="${escape(typeof v === 'object' ? JSON.stringify(v) : v)}"`).join('')

/* Trees as expr_to_json() writes them. */
export const trees = {
  female: { x: ['is', 1, 'F', null, 0, ['v', 'sex']], v: { sex: 'c' } },
  adult: { x: ['>=n', ['v', 'age'], 18], v: { age: 'i' } },
  ageBelow120: { x: ['and', ['>=n', ['v', 'age'], 0], ['<=n', ['v', 'age'], 120]], self: 'age', v: { age: 'i' } },
  ageGroup: { x: ['if', 's', ['>=n', ['v', 'age'], 18], 'AD', ['if', 's', ['is', 1, null, null, 1, ['v', 'age']], '', 'CH']], v: { age: 'i' } },
  isChild: { x: ['is', 1, 'CH', null, 0, ['v', 'age_group']], v: { age_group: 'c' } },
  elsewhere: { x: ['is', 1, 'Y', null, 0, ['v', 'not_here']], v: { not_here: 'c' } },
  given: { x: ['is', 1, 'PT', null, 0, ['v', 'country_of_case']], v: { country_of_case: 'c' } },
  formOther: { x: ['is', 1, 'OTHER', null, 0, ['v', 'form']], v: { form: 'c@episode' }, g: { episode: '' }, at: 'episode' },
  manyEpisodes: { x: ['>n', ['count()', 'n', ['gs', '*gs', 'episode', '']], 1], g: { episode: '' } },
  placeOfSecond: { x: ['is', 1, 'OTHER', null, 0, ['v', 'form']], v: { form: 'c@episode' }, g: { place: 'episode', episode: '' }, at: 'place' }
}

const question = (path, label, inside, more = {}) => {
  const variable = path.replace(/^.*\./, '')
  return `<div class="govuk-form-group" id="q-${path}" data-variable="${variable}"${data(more)}>${inside(path, label)}</div>`
}
const about = path => `<p class="govuk-error-message" id="q-${path}-error" data-error hidden></p>`
const text = (path, label) => `<label for="f-${path}">${label}</label>${about(path)}<input id="f-${path}" name="${path}" aria-describedby="q-${path}-error">`
const area = (path, label) => `<label for="f-${path}">${label}</label>${about(path)}<textarea id="f-${path}" name="${path}"></textarea>`
const radios = codes => (path, label) => `<fieldset><legend>${label}</legend>${about(path)}${codes.map(c =>
  `<input type="radio" id="f-${path}-${c}" name="${path}" value="${c}"><label for="f-${path}-${c}">${c}</label>`).join('')}</fieldset>`
const radiosWithMore = (codes, more) => (path, label) => `<fieldset><legend>${label}</legend>${about(path)}<div class="govuk-radios" data-module="govuk-radios">${codes.map((c, i) =>
  `<div class="govuk-radios__item"><input class="govuk-radios__input" type="radio" id="f-${path}-${c}" name="${path}" value="${c}"${i ? ` data-aria-controls="f-${path}-${c}-more"` : ''}>
<label for="f-${path}-${c}">${c}</label></div>${i ? `<div class="govuk-radios__conditional" id="f-${path}-${c}-more">${more(path.replace(/\w+$/, ''))}</div>` : ''}`).join('')}</div></fieldset>`
const boxes = codes => (path, label) => `<fieldset><legend>${label}</legend>${about(path)}${codes.map(c =>
  `<input type="checkbox" id="f-${path}-${c}" name="${path}" value="${c}"><label for="f-${path}-${c}">${c}</label>`).join('')}</fieldset>`
const select = options => (path, label) => `<label for="f-${path}">${label}</label>${about(path)}<select id="f-${path}" name="${path}">
<option value=""></option>${options.map(([c, t]) => `<option value="${c}">${escape(t)}</option>`).join('')}</select>`
const date = (path, label) => `<fieldset><legend>${label}</legend>${about(path)}${['day', 'month', 'year'].map(p =>
  `<label for="f-${path}.${p}">${p}</label><input id="f-${path}.${p}" name="${path}.${p}">`).join('')}</fieldset>`
const output = labels => (path, label) => `<span>${label}</span><output id="f-${path}" data-output${data({ labels })}></output>`
const withMissing = inside => (path, label) => inside(path, label) + `<fieldset><legend>If not</legend>${['', 'U', 'RF'].map(c =>
  `<input type="radio" id="f-${path}.missing-${c}" name="${path}.missing" value="${c}"${c ? '' : ' checked'}><label for="f-${path}.missing-${c}">${c || 'answered'}</label>`).join('')}</fieldset>`

const buttons = (path, at) => ['copy', 'up', 'down', 'remove'].map(v => `<button name="act" value="${v}:${path}:${at}">${v}</button>`).join('')
const instance = (path, at, title, inside) => `<div data-instance data-path="${path}[${at}]" id="q-${path}[${at}]">
<h3 tabindex="-1" data-instance-title>${title} <span data-number>1</span></h3><input type="hidden" name="${path}[${at}].is" value="1">
${inside(`${path}[${at}]`)}${buttons(path, at)}</div>`
const repeat = (path, title, inside, more = {}, n = 0) => `<fieldset data-repeat="${path.replace(/^.*\./, '')}" data-path="${path}" id="q-${path}"${data(more)}>
<legend>${title}s</legend><div data-instances>${Array.from({ length: n }, (_, i) => instance(path, i, title, inside)).join('')}</div><p data-none>None yet</p>
<p data-undo hidden><span data-undo-text></span> <button name="act" value="undo:${path}:0">Put back</button></p>
<template data-blank>${instance(path, '~', title, inside)}</template><button name="act" value="add:${path}:0">Add ${title}</button></fieldset>`

const place = p => question(`${p}.town`, 'Town', text, { type: 'text' }) + question(`${p}.town_note`, 'Note', text, { type: 'text', relevant: trees.placeOfSecond })
const episode = p => question(`${p}.form`, 'Form', radiosWithMore(['LABOUR', 'OTHER'], at =>
  question(`${at}form_other`, 'Which', text, { type: 'text', relevant: trees.formOther })), { type: 'code' }) +
  question(`${p}.kind`, 'Kind', select([['A', 'Alpha'], ['B', 'Beta']]), { type: 'code' }) +
  question(`${p}.note`, 'Note', area, { type: 'text' }) + repeat(`${p}.place`, 'Place', place)

const countries = ['Albânia', 'Brasil', 'Česko', 'Côte d’Ivoire', 'Portugal', 'Polska', 'Slovensko', 'Namibia', 'România', 'Україна']
  .concat(Array.from({ length: 15 }, (_, i) => `Land <${i}>`)).map((t, i) => [`C${i}`, t])

const words = {
  saved: 'Saved %s', saving: 'Saving', offline: 'Not saved: no connection; your entries stay in this page', failed: 'Not saved: trying again',
  refused: 'Not saved: %s', 'signed-out': 'Signed out: sign in again in another tab, your draft is kept', conflict: 'Somebody else changed this',
  'conflict-link': 'Compare', session: 'You will be signed out in %s minutes', 'session-extend': 'Stay signed in', 'session-over': 'Your session has ended',
  'session-minute': 'You will be signed out within a minute', 'session-last': 'You cannot stay longer', 'session-sign-in': 'Sign in again',
  'session-other': 'Somebody else is signed in, sign in as %s',
  shown: '%s more questions', hidden: '%s questions less', removed: 'Removed: %s', restored: 'Put back: %s', added: 'Added: %s', moved: 'Moved: %s',
  number: 'Enter a whole number', decimal: 'Enter a number', date: 'Enter a date that exists', day: 'Enter day, month and year', results: '%s found', 'not-listed': 'Not in the list: %s', error: 'Error:'
}

export const page = ({ version = 1, session = 1800, episodes = 0 } = {}) => `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Record</title></head><body>
<a data-exit href="/neutral">Exit this page</a>
<form id="form" method="post" action="/entry" novalidate data-entry data-today="2026-11-22" data-language="en-GB" data-session-seconds="${session}" data-account="anna"
 data-values="${escape(JSON.stringify({ country_of_case: 'PT' }))}">
<button hidden></button><input type="hidden" name="csrf" value="token-1"><input type="hidden" name="version" value="${version}">
<template data-words>${Object.entries(words).map(([k, v]) => `<p data-word="${k}">${v}</p>`).join('')}</template>
<p role="status" data-save-status></p><p role="status" data-announce></p><div role="alert" data-session-warning hidden></div>
${question('sex', 'Sex', withMissing(radios(['F', 'M'])), { type: 'code' })}
${question('age', 'Age', withMissing(text), { type: 'integer', constraint: trees.ageBelow120, 'constraint-message': 'Between 0 and 120' })}
<section data-section id="s-female">${question('pregnant', 'Pregnant', radios(['Y', 'N']), { type: 'code', relevant: trees.female })}</section>
${question('age_group', 'Age group', output({ AD: 'Adult', CH: 'Child' }), { type: 'code', calculate: trees.ageGroup })}
${question('guardian', 'Guardian', text, { type: 'text', relevant: trees.isChild })}
${question('mystery', 'Mystery', text, { type: 'text', relevant: trees.elsewhere })}
${question('pt_only', 'Only here', text, { type: 'text', relevant: trees.given })}
${question('seen', 'First seen', withMissing(date), { type: 'date', partial: '' })}
${question('decided', 'Decided', date, { type: 'date' })}
${question('means', 'Means', boxes(['FORCE', 'FRAUD']), { type: 'codes' })}
${question('country', 'Country', select(countries), { type: 'code' })}
${question('several', 'Why several', text, { type: 'text', relevant: trees.manyEpisodes })}
${repeat('episode', 'Episode', episode, { max: episodes || 5 }, episodes)}
<button name="act" value="done">Done</button></form>
<script type="module" src="${address('app.js')}"></script><script type="module" src="${address('entry.js')}"></script></body></html>`

export const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; " +
  "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

/* { url, posts, mode, version, close() }; mode: ok, error, signed-out, refused, slow. */
export async function serve () {
  const s = { posts: [], asked: 0, mode: 'ok', version: 1, session: 1800, longest: 28800, account: 'anna', csrf: 'token-1' }
  const answer = (res, status, type, body, headers = {}) => {
    res.writeHead(status, { 'Content-Type': type, 'Content-Security-Policy': policy, 'Cache-Control': 'no-store', ...headers })
    res.end(body)
  }
  const json = (res, status, body) => answer(res, status, 'application/json', JSON.stringify(body))
  const server = createServer(async (req, res) => {
    const asset = assets.find(a => a.at === req.url)
    if (asset) return answer(res, 200, asset.type, await readFile(asset.file))
    if (req.url === '/neutral') return answer(res, 200, 'text/html', '<title>Neutral</title>Weather')
    if (req.url === '/session') {
      s.asked++
      if (s.mode === 'signed-out') return answer(res, 303, 'text/html', '', { Location: '/sign-in' })
      return json(res, 200, { account: s.account, csrf: s.csrf, session_seconds: s.session, longest_seconds: s.longest })
    }
    if (req.method === 'GET') return answer(res, 200, 'text/html; charset=utf-8', page(s))
    const chunks = []
    for await (const c of req) chunks.push(c)
    const fields = new URLSearchParams(Buffer.concat(chunks).toString())
    s.posts.push({ at: Date.now(), fields, type: req.headers['content-type'], accept: req.headers.accept })
    if (s.mode === 'error') return answer(res, 500, 'text/html', 'no')
    if (s.mode === 'signed-out') return json(res, 401, { kept: true })
    if (fields.get('csrf') !== s.csrf) return answer(res, 403, 'text/html', 'forged')
    if (s.mode === 'refused') return json(res, 422, { message: 'too many instances' })
    if (s.mode === 'slow') await new Promise(resolve => { s.go = resolve })
    if (Number(fields.get('version')) !== s.version) return json(res, 409, { conflict: true, compare: '/entry/compare' })
    s.version++
    if (!fields.has('autosave')) return answer(res, 200, 'text/html', '<title>Sent</title>')
    json(res, 200, { saved: true, version: s.version, session_seconds: s.session, longest_seconds: s.longest })
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  s.url = `http://127.0.0.1:${server.address().port}/`
  s.close = () => { server.closeAllConnections(); server.close() }
  return s
}
