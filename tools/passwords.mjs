// SPDX-License-Identifier: EUPL-1.2
// The passwords that everybody guesses first, into C: passwords.mjs SOURCE OUT.c reads the list of the pinned package
// @zxcvbn-ts/language-common and writes it, sorted, one a line. The same list gives the same bytes (S7).
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [source, out] = process.argv.slice(2);
const list = JSON.parse(
    readFileSync(join(source, "node_modules/@zxcvbn-ts/language-common/src/passwords.json"), "utf8"));
const words = [...new Set(list.map((w) => w.toLowerCase()))].filter((w) => /^[\x20-\x7e]{6,}$/.test(w)).sort();
if (words.length < 10000) throw new Error(`only ${words.length} passwords: S40 asks for 10,000`);
const escape = (w) => w.replace(/[\\"?]/g, (c) => `\\${c}`);
writeFileSync(out,
    `/* SPDX-License-Identifier: EUPL-1.2 */\n/* Made by tools/passwords.mjs: ${words.length} of them. */\n` +
    `#include "service/password_rule.h"\n\nconst char common_passwords[] = "\\n"\n` +
    words.map((w) => `"${escape(w)}\\n"\n`).join("") + ";\n" +
    `const size_t common_passwords_size = sizeof common_passwords - 1;\n`);
