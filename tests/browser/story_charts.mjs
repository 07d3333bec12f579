// SPDX-License-Identifier: EUPL-1.2
// Charts (src/web/script/chart*.js) under the real policy, drawn of the tables that stand in the page
//  1 every kind is drawn as SVG, once, named by its title and finding; its table is closed and still there
//  2 what is hidden is no number: neither in the table nor in the drawing; what is refused has no chart
//  3 axe, policy, console, 320 px and a telephone; nothing is fetched for charts where there are none
//  4 without script the tables are open and whole    5 the builder is one form with everything in it
//  6 a table as data: groups, order, pairs, sets
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { bySize, groups, middle, pairs, sets } from "../../src/web/script/chart-data.js";
import { checkPage, complaints, leave, newPage, open, renderGallery, serveFiles, source } from "./browser.mjs";

const folder = mkdtempSync(join(tmpdir(), "charts-"));
renderGallery(folder);
const figures = JSON.parse(readFileSync(join(source, "tests/browser/gallery/figures-all.json"), "utf8")).result.figures;
let browser, server;
before(async () => { browser = await open(); server = await serveFiles(folder); });
after(async () => { await browser?.close(); await server?.close(); });

async function visit(name, options) {
    const page = await newPage(browser, options);
    await page.goto(`${server.address}/${name}`);
    return page;
}
const drawn = (page) => page.waitForSelector("html[data-charts=drawn]", { timeout: 20000 });

test("1 every kind is drawn", async () => {
    const page = await visit("figures-all.html");
    await drawn(page);
    for (const f of figures) {
        const svgs = page.locator(`[id="${f.id}"] [data-chart-place] svg[role=img]`);
        const wanted = f.kind === "none" || f.kind === "" ? 0 : f.kind === "routes" ? 2 : 1;
        assert.equal(await svgs.count(), wanted, `${f.id} (${f.kind})`);
        if (!wanted) continue;
        assert.equal(await svgs.first().getAttribute("aria-labelledby"), f.finding ? `${f.id}-title ${f.id}-finding` : `${f.id}-title`);
        assert.ok(await svgs.first().locator("path").count() > 2, `${f.id}: nothing is drawn`);
        assert.equal(await page.locator(`[id="${f.id}"] details`).getAttribute("open"), null);
        assert.equal(await page.locator(`[id="${f.id}"] tbody tr`).count(), f.table.body.length);
    }
    assert.deepEqual(complaints(page), []);
    await leave(page);
});

test("2 what is hidden", async () => {
    const page = await visit("figures-all.html");
    await drawn(page);
    const hidden = await page.locator("td[data-hidden]").evaluateAll((cells) => cells.map((c) => [c.textContent.trim(), Object.keys(c.dataset)]));
    assert.ok(hidden.length > 3);
    for (const [text, data] of hidden) assert.deepEqual([text, data], ["..hidden", ["hidden"]]);
    assert.match(await page.locator("#forms svg").textContent(), /\(\.\.\)/);
    assert.equal(await page.locator("#refused svg").count(), 0);
    assert.match(await page.locator("#refused").textContent(), /cannot be shown/);
    await leave(page);
});

test("3 axe, policy, widths", async () => {
    for (const viewport of [{ width: 1280, height: 900 }, { width: 360, height: 740 }]) {
        for (const name of ["figures-all.html", "explore-table.html"]) {
            const page = await visit(name, { viewport });
            await drawn(page);
            await checkPage(page, `${name} at ${viewport.width}`);
            await page.evaluate(() => { for (const d of document.querySelectorAll("details")) d.open = true; });
            await checkPage(page, `${name} at ${viewport.width}, opened`);
            await leave(page);
        }
    }
    const page = await newPage(browser);
    const fetched = [];
    page.on("request", (r) => fetched.push(r.url()));
    await page.goto(`${server.address}/records.html`);
    assert.ok(!fetched.some((u) => /echarts|map-world|chart/.test(u)), fetched.join(" "));
    await leave(page);
});

test("4 without script", async () => {
    const page = await visit("figures-all.html", { javaScriptEnabled: false });
    assert.equal(await page.locator("figure details:not([open])").count(), 0);
    assert.equal(await page.locator("figure table:visible").count(), figures.filter((f) => f.table).length);
    assert.equal(await page.locator("[data-chart-place]:visible").count(), 0);
    assert.deepEqual(complaints(page), []);
    await leave(page);
});

test("5 the builder", async () => {
    for (const javaScriptEnabled of [true, false]) {
        const page = await visit("explore-table.html", { javaScriptEnabled });
        await page.locator("#form button[name=do][value=table]").first().click();
        await page.waitForURL("**/explore");
        const [address, fields] = server.posts.at(-1);
        assert.equal(address, "/explore");
        const all = (name) => fields.filter(([n]) => n === name).map(([, v]) => v);
        assert.deepEqual(all("rows"), ["age_group", ""]);
        assert.deepEqual(all("columns"), ["sex"]);
        assert.deepEqual(all("only"), ["registration_year=2020"]);
        assert.deepEqual(all("filter"), ["sex", "registration_year", ""]);
        assert.deepEqual(all("count"), ["persons"]);
        assert.equal(all("csrf").length, 1);
        await leave(page);
    }
});

test("6 a table as data", () => {
    const head = (code, more = {}) => ({ code, text: code, level: 0, total: false, ...more });
    const data = {
        columns: [head("F"), head("M"), head("T", { total: true })],
        rows: [
            { ...head("a"), values: [1, 2, 3], hidden: [false, false, false] },
            { ...head("a1", { level: 1 }), values: [1, 2, 3], hidden: [false, false, false] },
            { ...head("U"), values: [9, 9, 18], hidden: [false, false, false] },
            { ...head("b"), values: [null, 5, null], hidden: [true, false, true] },
            { ...head("T", { total: true }), values: [10, 16, 26], hidden: [false, false, false] },
        ],
    };
    const g = groups(data);
    assert.deepEqual(g.columns.map((c) => c.code), ["F", "M"]);
    assert.deepEqual(g.rows.map((r) => [r.code, ...r.values]), [["a", 1, 2], ["U", 9, 9], ["b", null, 5]]);
    assert.deepEqual(bySize(g.rows).map((r) => r.code), ["a", "b", "U"]);
    assert.deepEqual(pairs(data).map((p) => [p.from.code, p.to.code, p.count]), [["a", "F", 1], ["a", "M", 2], ["a1", "F", 1], ["a1", "M", 2], ["b", "M", 5]]);
    const s = sets({ columns: [], rows: [
        { ...head("X"), values: [5] }, { ...head("X + Y"), values: [7] }, { ...head("Y + Z"), values: [null] }, { ...head("T", { total: true }), values: [12] },
    ] }, 10);
    assert.deepEqual(s.rows, [{ members: ["X", "Y"], count: 7 }, { members: ["X"], count: 5 }]);
    assert.deepEqual(s.members, ["X", "Y"]);
    const square = (x, w) => [[[x, 0], [x + w, 0], [x + w, w], [x, w], [x, 0]]];
    assert.deepEqual(middle({ geometry: { coordinates: [square(0, 1), square(10, 4)] } }), [12, 2]);
    assert.deepEqual(middle({ geometry: { coordinates: [square(0, 2), square(10, 2)] } }, true), [6, 1]);
});
