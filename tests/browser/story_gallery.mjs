// SPDX-License-Identifier: EUPL-1.2
// The parts that pages are made of, each in a page as it might be (tests/browser/gallery)
//  1 axe finds nothing, no policy is violated, nothing sticks out at 320 px, ids and references are whole: every page,
//    then with all that opens opened (S32, S35, conventions 12)
//  2 the same without script, and nothing is hidden there that script would show
//  3 Enter in a text box presses none of the buttons that stand in the form
//  4 another language sends what was typed, and the page's token
//  5 the keyboard: skip link first, focus always to be seen, errors focused and leading to their questions
//  6 three times Shift leaves the page    7 what belongs to a chosen answer appears with it
//  8 400 % zoom, forced colours, paper and reduced motion    9 weight of a page of data entry
// 10 the parts of an entry page are those its script knows: repeats, long lists, in each state axe finds nothing
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { axeFindings, checkPage, complaints, leave, newPage, open, renderGallery, serveFiles, sideways, structure } from "./browser.mjs";

const folder = mkdtempSync(join(tmpdir(), "gallery-"));
renderGallery(folder);
const pages = readdirSync(folder).filter((f) => f.endsWith(".html"));
let browser, server;
before(async () => { browser = await open(); server = await serveFiles(folder); });
after(async () => { await browser?.close(); await server?.close(); });

async function visit(name, options) {
    const page = await newPage(browser, options);
    await page.goto(`${server.address}/${name}`);
    return page;
}
// The last that was sent by a button, not by autosave.
const sentLast = () => server.posts.filter(([, fields]) => !fields.some(([name]) => name === "autosave")).pop();
const openAll = (page) => page.evaluate(() => {
    for (const d of document.querySelectorAll("details")) d.open = true;
    document.querySelector(".govuk-js-service-navigation-toggle:not([hidden])")?.click();
});

test("1 every page, closed and opened", async () => {
    assert.ok(pages.length >= 12);
    for (const name of pages) {
        const page = await visit(name);
        await checkPage(page, name);
        await openAll(page);
        await checkPage(page, `${name} opened`);
        await leave(page);
        const phone = await visit(name, { viewport: { width: 360, height: 740 } });
        await openAll(phone);
        await checkPage(phone, `${name} on a telephone`);
        await leave(phone);
    }
});

test("2 without script", async () => {
    for (const name of pages) {
        const page = await visit(name, { javaScriptEnabled: false });
        assert.equal(await page.locator("h1:visible").count(), 1, name);
        assert.ok(await page.locator("#main-content").isVisible());
        assert.equal(await page.locator(".govuk-tabs__panel:not(:visible)").count(), 0, `${name}: a panel is hidden`);
        assert.equal(await page.locator(".govuk-service-navigation__list:not(:visible)").count(), 0, `${name}: the menu is hidden`);
        assert.equal(await page.locator(".govuk-radios__conditional:not(:visible)").count(), 0, `${name}: a part of an answer is hidden`);
        assert.deepEqual(complaints(page), [], name);
        await leave(page);
    }
});

test("3 Enter in a text box", async () => {
    for (const javaScriptEnabled of [true, false]) {
        const page = await visit("entry.html", { javaScriptEnabled });
        await page.locator("#f-reference").fill("APF/2026/0114");
        await page.locator("#f-reference").press("Enter");
        await page.waitForURL("**/entry/7Q2M");
        const [address, fields] = sentLast();
        assert.equal(address, "/entry/7Q2M");
        const sent = Object.fromEntries(fields);
        assert.equal(sent.reference, "APF/2026/0114");
        assert.equal(sent.csrf, "kq3Zt0");
        assert.ok(!("act" in sent) && !("switch_language" in sent), JSON.stringify(sent));
        await leave(page);
    }
});

test("4 another language", async () => {
    for (const javaScriptEnabled of [true, false]) {
        const page = await visit("entry.html", { javaScriptEnabled });
        await page.locator("#f-notes").fill("  zażółć\n");
        await page.locator("button[name=switch_language][value=pl]").click();
        await page.waitForURL("**/entry/7Q2M");
        const sent = Object.fromEntries(sentLast()[1]);
        assert.equal(sent.switch_language, "pl");
        assert.equal(sent.notes, "  zażółć\r\n");
        assert.equal(sent["birth_date.month"], "5");
        assert.equal(sent["citizenship.missing"], "U");
        assert.equal(sent["episode[0].is"], "1");
        assert.equal(sent.csrf, "kq3Zt0");
        assert.ok(!("act" in sent));
        await leave(page);
    }
    const stranger = await visit("records-none.html");
    assert.equal(await stranger.locator(".app-languages a[lang=cs]").getAttribute("href"), "?language=cs");
    await leave(stranger);
    const known = await visit("home.html");
    await known.locator(".app-languages button[lang=cs]").click();
    await known.waitForURL("**/language");
    assert.deepEqual(sentLast(), ["/language", [["csrf", "kq3Zt0"], ["back", "/"], ["language", "cs"]]]);
    await leave(known);
});

test("5 keyboard", async () => {
    const page = await visit("entry.html");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "govuk-skip-link");
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement.id), "main-content");
    const seen = [];
    for (let i = 0; i < 60; i++) {
        await page.keyboard.press("Tab");
        const at = await page.evaluate(() => {
            const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e), b = e.nextElementSibling && getComputedStyle(e.nextElementSibling, "::before");
            const middle = document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2);
            return { name: e.id || e.value || e.textContent.trim().slice(0, 30), body: e === document.body, covered: middle?.closest(".app-exit") && !e.closest(".app-exit"),
                marked: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 || s.boxShadow !== "none" || (b && b.boxShadow !== "none"), inside: r.bottom > 0 && r.top < innerHeight };
        });
        if (at.body) break;
        assert.ok(at.marked, `${at.name}: focus is not to be seen`);
        assert.ok(at.inside && !at.covered, `${at.name}: focused out of sight`);
        seen.push(at.name);
    }
    assert.ok(seen.includes("f-reference") && seen.includes("copy:episode:0") && seen.includes("leave"), seen.join(" "));
    assert.ok(seen.indexOf("copy:episode:0") < seen.indexOf("copy:episode:1"));
    await leave(page);

    const wrong = await visit("entry-errors.html");
    assert.match(await wrong.title(), /^Error: The person/);
    assert.ok(await wrong.evaluate(() => document.activeElement.classList.contains("govuk-error-summary")));
    for (const [words, id] of [["A name seems", "f-reference"], ["Say the sex", "f-sex"], ["There is no 31", "f-birth_date.day"]]) {
        await wrong.locator(".govuk-error-summary a", { hasText: words }).click();
        assert.equal(await wrong.evaluate(() => document.activeElement.id), id);
    }
    assert.equal(await wrong.locator("[id='f-reference']").getAttribute("aria-invalid"), "true");
    await leave(wrong);
});

test("6 leaving at once", async () => {
    const page = await visit("entry.html");
    await page.route("**/leave", (route) => route.fulfill({ body: "<title>Weather</title>", contentType: "text/html" }));
    for (let i = 0; i < 3; i++) await page.keyboard.press("Shift");
    await page.waitForURL("**/leave");
    await leave(page);
});

test("7 what belongs to an answer", async () => {
    const page = await visit("entry.html");
    const more = page.locator("#f-contact_other");
    assert.ok(await more.isVisible());
    await page.getByLabel("By herself or himself").check();
    assert.ok(!await more.isVisible());
    await page.getByLabel("Referred by another organisation").check();
    assert.ok(await more.isVisible());
    assert.equal(await more.inputValue(), "Labour inspectorate");
    await leave(page);
});

test("8 zoom, forced colours, paper", async () => {
    for (const name of ["entry.html", "records.html", "record.html", "dashboard.html"]) {
        const zoomed = await visit(name, { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 });
        assert.deepEqual(await sideways(zoomed, 320), [], name);
        await leave(zoomed);
        const forced = await visit(name, { forcedColors: "active", reducedMotion: "reduce" });
        assert.deepEqual([...await structure(forced), ...complaints(forced)], [], name);
        assert.notEqual(await forced.locator(".app-header").evaluate((e) => getComputedStyle(e).borderTopStyle), "none");
        assert.ok(await forced.locator(".app-navigation a").first().evaluate((e) => parseFloat(getComputedStyle(e).transitionDuration) < 0.01));
        await leave(forced);
        const paper = await visit(name);
        await paper.emulateMedia({ media: "print" });
        for (const gone of [".app-navigation", ".app-exit", ".app-languages"]) assert.ok(!await paper.locator(gone).first().isVisible(), `${gone} is printed`);
        assert.ok(await paper.locator("h1").isVisible());
        await leave(paper);
    }
});

test("9 weight", async (t) => {
    const page = await newPage(browser);
    const parts = { html: 0, css: 0, js: 0, svg: 0 };
    page.on("response", async (r) => {
        const file = join(folder, new URL(r.url()).pathname);
        parts[file.split(".").pop()] += gzipSync(readFileSync(file), { level: 9 }).length;
    });
    await page.goto(`${server.address}/entry.html`, { waitUntil: "networkidle" });
    const all = Object.values(parts).reduce((a, b) => a + b);
    t.diagnostic(`a page of data entry, gzipped: ${JSON.stringify(parts)}, ${all} bytes in all`);
    assert.ok(parts.js > 10000 && parts.css > 5000, "something was not loaded");
    assert.ok(all < 50 * 1000, `${all} bytes`);
    await leave(page);
});

test("10 entry with script", async () => {
    const page = await visit("entry.html");
    await page.locator("form[data-ready]").waitFor();
    const instances = page.locator("[data-instances] > [data-instance]");
    assert.equal(await instances.count(), 2);
    await page.getByRole("button", { name: "Add another exploitation" }).click();
    assert.equal(await instances.count(), 3);
    assert.equal(await page.locator("[name='episode[2].form']").count(), 5);
    assert.equal(await page.locator("[name='episode[2].is']").inputValue(), "1");
    assert.match(await page.evaluate(() => document.activeElement.textContent), /^Exploitation 3/);
    await checkPage(page, "entry.html with a third instance");
    await page.locator("button[value='up:episode:2']").click();
    await page.locator("button[value='remove:episode:0']").click();
    assert.equal(await instances.count(), 2);
    assert.ok(await page.locator("[data-undo]").isVisible());
    await checkPage(page, "entry.html after one was removed");

    const box = page.getByRole("combobox", { name: "Citizenship" });
    await box.fill("mol");
    assert.deepEqual(await page.locator("#f-citizenship-list [role=option]").allTextContents(), ["Moldova"]);
    await checkPage(page, "entry.html with an open list");
    await box.press("ArrowDown");
    await box.press("Enter");
    assert.equal(await page.locator("select[name=citizenship]").inputValue(), "MD");
    await leave(page);
});
