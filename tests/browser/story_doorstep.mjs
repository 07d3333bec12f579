// SPDX-License-Identifier: EUPL-1.2
// What anybody sees before signing in, from the real program
//  1 every page that is open: axe finds nothing, no violation of the policy, 320 px; in each language
//  2 a wrong code says so, focuses the summary, and keeps the name but not the password
//  3 another language in the middle of typing keeps what was typed
//  4 assets come compressed, may be kept for ever, and are the only things that may (S33)
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, complaints, leave, newPage, open, startServer } from "./browser.mjs";

let browser, server;
before(async () => { server = await startServer(); browser = await open(); });
after(async () => { await browser?.close(); await server?.close(); });

test("1 pages that are open", async () => {
    for (const language of ["en", "pt", "cs", "pl", "sk"]) {
        const page = await newPage(browser, { locale: language });
        for (const path of ["/setup", "/activate", "/accessibility", "/leave"]) {
            await page.goto(`${server.address}${path}`);
            assert.equal(await page.locator("html").getAttribute("lang"), language);
            await checkPage(page, `${path} in ${language}`);
        }
        await leave(page);
    }
});

test("2 a wrong code", async () => {
    const page = await newPage(browser);
    await page.goto(`${server.address}/setup`);
    await page.locator("#code").fill("AAAA-BBBB-CCCC-DDDD");
    await page.locator("#account").fill("maria.lopes");
    await page.locator("#name").fill("María <Lopes> & \"filha\"");
    await page.locator("#password").fill("secret words of mine 2026");
    await page.locator("#password").press("Enter");
    await page.locator(".govuk-error-summary").waitFor();
    assert.match(await page.title(), /^Error: /);
    assert.equal(await page.locator("#account").inputValue(), "maria.lopes");
    assert.equal(await page.locator("#name").inputValue(), "María <Lopes> & \"filha\"");
    assert.equal(await page.locator("#password").inputValue(), "");
    assert.ok(await page.evaluate(() => document.activeElement.closest(".govuk-error-summary")));
    complaints(page).length = 0; // that an answer was 422 is said on the console
    await checkPage(page, "/setup with an error");
    await leave(page);
});

test("3 another language while typing", async () => {
    const page = await newPage(browser);
    await page.goto(`${server.address}/setup`);
    await page.locator("#account").fill("maria.lopes");
    await page.locator("#password").fill("secret words of mine");
    await page.locator("button[name=switch_language][value=pt]").click();
    await page.locator("html[lang=pt]").waitFor();
    assert.equal(await page.locator("#account").inputValue(), "maria.lopes");
    assert.equal(await page.locator("#password").inputValue(), "");
    assert.equal(await page.locator(".govuk-error-summary").count(), 0);
    await checkPage(page, "/setup after the switch");
    await leave(page);
});

test("4 what may be kept", async () => {
    const page = await newPage(browser);
    const seen = [];
    page.on("response", (r) => seen.push(r));
    await page.goto(`${server.address}/sign-in`, { waitUntil: "networkidle" });
    assert.ok(seen.length >= 4);
    for (const r of seen) {
        const asset = new URL(r.url()).pathname.startsWith("/assets/"), headers = await r.allHeaders();
        assert.match(headers["cache-control"], asset ? /immutable/ : /no-store/, r.url());
        if (/\.(js|css)$/.test(r.url())) assert.equal(headers["content-encoding"], "gzip", r.url());
        assert.match(headers["content-security-policy"], /default-src 'none'/);
    }
    await leave(page);
});
