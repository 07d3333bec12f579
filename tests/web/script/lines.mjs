/* SPDX-License-Identifier: EUPL-1.2 */
/* The lines that build/tests/model/test_expr_json prints, each a JSON document. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export async function * lines (...args) {
  const program = `${process.env.DCIM_BUILD_DIR}/tests/model/test_expr_json`
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', code => code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}`)))
  })
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line)
  await ended
}

export const expression = await import(`${process.env.DCIM_SOURCE_DIR}/src/web/script/expression.js`)
