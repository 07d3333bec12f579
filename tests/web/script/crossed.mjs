/* SPDX-License-Identifier: EUPL-1.2 */
/* The expressions of tests/model/expr_vectors.csv, each over generated records of their small dictionary, as truths and
 * as texts: what hardly any expression of data/ has (paths, predicates, intervals) meets all kinds of values here. */
import assert from 'node:assert/strict'
import { lines, expression } from './lines.mjs'

const { prepare, tables, truth, string, Unknown } = expression
const [seed, n] = [process.env.DCIM_SEED || '20260704', process.env.DCIM_RECORDS || '20']
const counts = { expressions: 0, compared: 0, unknown: 0 }
let wrong = 0
for await (const line of lines('crossed', seed, n)) {
  if (line.tree === null) continue
  const tree = prepare(line.tree)
  counts.expressions++
  line.records.forEach((document, i) => {
    const record = tables(document, tree.parent)
    line.results[i].forEach((want, k) => {
      if (want === null) return
      let got
      try {
        got = [truth, string][k % 2](tree, { record, group: tree.group, row: k >> 1, today: 19737, now: 1705322096000 })
      } catch (e) {
        if (!(e instanceof Unknown)) throw new Error(line.expression, { cause: e })
        counts.unknown++
        return
      }
      counts.compared++
      if (got === want) return
      if (++wrong < 12) console.error(`${line.expression} row ${k >> 1}: C ${JSON.stringify(want)}, here ${JSON.stringify(got)}\n  ${JSON.stringify(document)}`.slice(0, 900))
    })
  })
}
console.log(counts)
assert.equal(wrong, 0)
assert.ok(counts.expressions > 650)
assert.ok(counts.unknown < counts.compared / 20)
