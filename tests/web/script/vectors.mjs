/* SPDX-License-Identifier: EUPL-1.2 */
/* Every vector of tests/model/expr_vectors.csv through expr_to_json() and expression.js. Skipped are those
 * below, each for a reason and in a number that is asserted; all others must give what C gives. */
import assert from 'node:assert/strict'
import { lines, expression } from './lines.mjs'

const { prepare, tables, truth, number, string, Unknown } = expression
const TODAY = 19737, NOW = 1705322096000 /* as tests/model/expr_fixture.h has them */

/* What the page leaves to the server. */
const left = [
  ['names of months and days', v => /format-date.*%[ab]/.test(v.expression)],
  ['all children of an instance (*)', v => v.expression.includes('/data/*')],
  ['union of several kinds of nodes', v => / \| /.test(v.expression)],
  ['parameter by a computed name', v => /'name', concat\(/.test(v.expression)],
  ['pattern that RegExp would read otherwise, or slowly', v => /\(\?i|\)\+b|\[\]a|a\{b/.test(v.expression)],
  ['pattern that cannot be read', v => v.type === 'failed']
]

const same = { boolean: truth, number, string }
const counts = { run: 0, 'error of the parser, which is in C alone': 0 }
let wrong = 0

for await (const v of lines('vectors')) {
  if (v.type === 'error') {
    assert.equal(v.tree, undefined, `line ${v.line}: a tree of a wrong expression`)
    counts['error of the parser, which is in C alone']++
    continue
  }
  if (v.tree === null) { counts['tree too long'] = (counts['tree too long'] || 0) + 1; continue }
  /* as the page has it, and with nothing worked out beforehand: then functions of constants meet the script, too */
  for (const given of [v.tree, v.as_written]) if (given) check(v, given)
}

function check (v, given) {
  let got
  try {
    const tree = prepare(given)
    const context = {
      record: tables(v.record, tree.parent), group: tree.group, row: v.row ? Number(v.row) - 1 : 0,
      today: TODAY, now: NOW, choice: v.choice
    }
    got = String((same[v.type] || string)(tree, context))
    if (v.type === 'number') got = String(Number(got) + 0)
  } catch (e) {
    if (!(e instanceof Unknown)) { console.error(`line ${v.line}: ${v.expression}\n   ${e.stack}`); wrong++; return }
    const why = left.find(([, is]) => is(v))
    if (why) { counts[why[0]] = (counts[why[0]] || 0) + 1; return }
    got = `unknown (${e.message})`
  }
  counts.run++
  if (got !== (v.type === 'number' ? String(Number(v.value) + 0) : v.value)) {
    console.error(`line ${v.line}: ${v.expression}\n   expected ${v.type} ${v.value}, got ${got}`)
    wrong++
  }
}
console.log(counts)
assert.equal(wrong, 0)
assert.ok(counts.run >= 1300, 'most vectors are run, twice')
const skipped = Object.entries(counts).filter(([k]) => left.some(([why]) => why === k)).reduce((n, [, c]) => n + c, 0)
assert.ok(skipped <= 50, `${skipped} are left to the server`)
