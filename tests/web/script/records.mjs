/* SPDX-License-Identifier: EUPL-1.2 */
/* Generated records of data/ with pack pt: relevant, constraint, required and calculate of every variable, in C
 * and in JavaScript. Both must agree wherever the page does not leave it to the server, which is counted. */
import assert from 'node:assert/strict'
import { lines, expression } from './lines.mjs'

const { prepare, tables, truth, string, Unknown } = expression
const [seed, n] = [process.env.DCIM_SEED || '20260704', process.env.DCIM_RECORDS || '200']
let trees, form
const counts = { compared: 0, unknown: 0 }, unknown = {}
let wrong = 0
for await (const line of lines('records', seed, n)) {
  if (line.trees) {
    form = line.form
    trees = line.trees.map(t => ({ ...t, tree: prepare(t.tree) }))
    continue
  }
  trees.forEach((t, i) => {
    const record = tables(line.record, t.tree.parent)
    line.results[i].forEach((want, row) => {
      if (want === null) return
      let got
      try {
        got = (t.kind === 'calculate' ? string : truth)(t.tree, { record, group: t.tree.variable[t.variable].group, row, today: 19737, now: 1705322096000 })
      } catch (e) {
        if (!(e instanceof Unknown)) throw new Error(`${form}/${t.variable} ${t.kind}`, { cause: e })
        counts.unknown++
        const why = `${t.kind}: ${e.message}`
        unknown[why] = (unknown[why] || 0) + 1
        return
      }
      counts.compared++
      if (got === want) return
      if (++wrong < 20) console.error(`${form}/${t.variable} ${t.kind} row ${row}: C ${want}, here ${got}\n  ${JSON.stringify(line.record)}`.slice(0, 1500))
    })
  })
}
console.log(counts, unknown)
assert.equal(wrong, 0)
assert.ok(counts.compared > 10000)
assert.ok(counts.unknown < counts.compared / 100)
