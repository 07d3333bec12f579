// SPDX-License-Identifier: EUPL-1.2
// Markup in every text of every page of the router's table is text (S60)
//  1 each page's template is filled, by the names that it and its parts use, with markup in place of every text: once with
//    all its sections, once with what stands for empty ones. In a browser nothing of it is an element, an attribute, or runs
//  2 the same where a text could be the whole of an address: those names are few, and made by the program
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build, complaints, leave, newPage, open, renderGallery, serveFiles, source } from "./browser.mjs";

const markup = `"'><b data-evil=1>{{evil}}</b><img src=x onerror=evil()><script>evil()</script></title></textarea></select><svg onload=evil()>`;
const folder = mkdtempSync(join(tmpdir(), "markup-")), gallery = join(folder, "gallery"), out = join(folder, "out");
const routes = execFileSync(join(build, "tests/browser/routes"), { encoding: "utf8" }).trim().split("\n").map((line) => JSON.parse(line));
const templates = Object.fromEntries(readdirSync(join(source, "src/web/pages")).filter((f) => f.endsWith(".html"))
    .map((f) => [f.slice(0, -5), readFileSync(join(source, "src/web/pages", f), "utf8")]));
const pages = [...new Set(routes.map((r) => r.page).filter(Boolean))];

// What a template and its parts ask for: names of texts, names of sections, lists of texts ({{.}}).
function names(name, used = { text: new Set(), section: new Set(), list: new Set() }, within = [], seen = []) {
    assert.ok(templates[name] !== undefined && !seen.includes(name), name);
    const stack = [...within];
    for (const [, kind, word] of templates[name].matchAll(/\{\{([#^/>!']?)\s*([^}]*?)\s*'?\}\}/g))
        if (kind === "#") used.section.add(word) && stack.push(word);
        else if (kind === "^") stack.push("");
        else if (kind === "/") stack.pop();
        else if (kind === ">") names(word, used, stack, [...seen, name]);
        else if (kind === "" && word === ".") used.list.add(stack.findLast((s) => s !== ""));
        else if (kind === "") used.text.add(word);
    return used;
}
function put(doc, path, value) {
    const way = path.split("."), last = way.pop();
    for (const step of way) {
        if (typeof doc[step] !== "object" || Array.isArray(doc[step])) doc[step] = {};
        doc = doc[step];
    }
    if (typeof doc[last] !== "object" || Array.isArray(doc[last])) doc[last] = value;
}
// A name is looked for in the items around it too: all of them stand at the top.
function documentOf(used, full) {
    const doc = {};
    for (const s of used.section) if (full) put(doc, s, used.list.has(s) ? [markup] : [{}]);
    for (const t of used.text) put(doc, t, markup);
    return doc;
}

let browser, server, n = 0;
before(async () => {
    mkdirSync(gallery);
    mkdirSync(out);
    writeFileSync(join(gallery, "page.json"), "{}");
    for (const page of pages)
        for (const full of [true, false]) {
            const name = `${page}-${full ? "full" : "empty"}`;
            writeFileSync(join(gallery, `${name}.html`), `{{> ${page}}}\n`);
            writeFileSync(join(gallery, `${name}.json`), JSON.stringify(documentOf(names(page), full)));
        }
    renderGallery(out, gallery);
    browser = await open();
    server = await serveFiles(out);
});
after(async () => { await browser?.close(); await server?.close(); });

test("1 every text of every page", async () => {
    assert.ok(pages.length > 80, `${pages.length}`);
    const page = await newPage(browser), plain = [];
    await page.addInitScript(() => { globalThis.ran = 0; globalThis.evil = () => { globalThis.ran++; }; });
    for (const name of pages.flatMap((p) => [`${p}-full`, `${p}-empty`])) {
        const raw = readFileSync(join(out, `${name}.html`), "utf8"), shown = raw.split("data-evil=1").length - 1;
        n += shown;
        if (shown === 0) plain.push(name);
        assert.ok(!raw.includes("<b data-evil") && !raw.includes("<script>evil"), `${name}: unescaped`);
        await page.goto(`${server.address}/${name}.html`);
        const found = await page.evaluate(() => ({
            elements: document.querySelectorAll("[data-evil], img[src=x], [onerror], [onload], svg[onload]").length,
            ran: globalThis.ran,
            inline: document.querySelectorAll("script:not([src])").length,
        }));
        assert.deepEqual(found, { elements: 0, ran: 0, inline: 0 }, name);
        assert.deepEqual(complaints(page).filter((w) => /Content Security|Refused|not found: .x$/.test(w)), [], name);
        complaints(page).length = 0;
    }
    assert.ok(n > 4000, `${n} texts`);
    assert.ok(plain.length < 8, `without any text: ${plain.join(", ")}`);
    await leave(page);
});

test("2 addresses", () => {
    // Made by the program of its own routes, with codes of records and the like in them, never what somebody typed.
    const made = /^(page\.assets\.\w+|page\.(exit|back)|(\w+\.)*(href|action|next|previous|next_page|image|handbook))$/;
    const whole = Object.entries(templates).flatMap(([name, text]) =>
        [...text.matchAll(/\b(?:href|src|action|formaction|srcset|poster|data|cite)="\{\{([^#^}][^}]*)\}\}/g)].map((m) => [name, m[1]]));
    assert.ok(whole.length > 20);
    assert.deepEqual(whole.filter(([, word]) => !made.test(word)), []);
    for (const [name, text] of Object.entries(templates)) {
        assert.ok(!/=\{\{/.test(text.replace(/"[^"]*"/g, '""')), `${name}: an attribute without quotes`);
        assert.ok(!/\s(?:on\w+|style)=/.test(text), `${name}: a script or style in an attribute`);
        assert.ok(!/<script(?![^>]*\ssrc=)/.test(text) && !/<style/.test(text), `${name}: a script or style in the page`);
    }
});
