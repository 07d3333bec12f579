// SPDX-License-Identifier: EUPL-1.2
// A contributor enters records, in the demonstration's register
//  1 a first victim record by keyboard alone, from My work to the record: search before create, sections, a repeat within
//    a repeat, the check, submitting; each page stands up to all that holds for pages (conventions 12)
//  2 the same without script: buttons that add an instance, questions that an answer brings, nothing lost
//  3 two windows of one draft: the second is told, nothing is overwritten, one chooses
//  4 another language in the middle of a section keeps what was typed
//  5 what was typed is saved by itself, and the draft waits on My work after signing out
//  6 another organisation sees neither the draft nor the record (S51), and no address holds a value
//  7 a date that does not exist is said at its field, first, and does not keep anybody
//  8 a reviewer returns a record with a question, the contributor answers and submits it again, the reviewer accepts it
//  9 pages of data entry weigh less than 50 KB compressed, with all that a browser loads on its first visit: every section of
//    an empty draft, and exploitation within an episode
// 10 a repeat that outgrows its page is saved and goes on page by page, with nothing lost
// 11 a date of birth as far as it is known is searched with and goes into the record, with a search and without one
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { checkPage, complaints, dcim, leave, newPage, open, signIn, startServer } from "./browser.mjs";

const password = "seven green rivers at noon";
let browser, server, record;
before(async () => {
    if (!existsSync("demo-entry")) dcim("demo", "demo-entry", "--records", "200");
    server = await startServer({ folder: "demo-entry", key: "demo-entry.key", args: ["--demonstration", "--insecure-no-second-factor"] });
    browser = await open();
});
after(async () => { await browser?.close(); await server?.close(); });

const enter = async (account, options) => {
    const page = await newPage(browser, options);
    await signIn(page, server, account, password);
    return page;
};
// What the browser logs of answers that are refused on purpose.
const forgive = (page) => { complaints(page).length = 0; };

async function tabTo(page, id) {
    for (let i = 0; i < 600; i++) {
        if (await page.evaluate(() => document.activeElement.id) === id) return;
        await page.keyboard.press("Tab");
    }
    assert.fail(`the keyboard does not reach ${id} on ${page.url()}`);
}
async function type(page, id, text) {
    await tabTo(page, id);
    await page.keyboard.type(text);
}
async function press(page, name) {
    for (let i = 0; i < 600; i++) {
        if (await page.evaluate((name) => document.activeElement.matches("button, a") && document.activeElement.textContent.trim().startsWith(name), name)) break;
        await page.keyboard.press("Tab");
        if (i === 599) assert.fail(`the keyboard does not reach ${name} on ${page.url()}`);
    }
    await page.keyboard.press("Enter");
}
const path = (page) => new URL(page.url()).pathname;
async function draftBegun(page, reference) {
    await page.goto(`${server.address}/new`);
    await page.locator("button[value=skip]").click();
    await page.waitForURL(/\/drafts\/\w+$/);
    const draft = path(page);
    await page.goto(`${server.address}${draft}/entry`);
    await page.locator("#f-source_file_no").fill(reference);
    return draft;
}

test("1 a first record by keyboard", async () => {
    const page = await enter("police");
    const addresses = [];
    page.on("request", (r) => addresses.push(r.url()));
    await checkPage(page, "My work");
    await press(page, "Begin a new record");
    await page.waitForURL(/\/new$/);
    await checkPage(page, "/new");
    await type(page, "family_name", "Quimera");
    await type(page, "given_names", "Lia");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/new\/search$/);
    await checkPage(page, "what was found");
    await press(page, "Begin a new record");
    await page.waitForURL(/\/drafts\/\w+$/);
    await checkPage(page, "sections");
    await press(page, "Begin with");
    await page.waitForURL(/\/entry$/);
    await checkPage(page, "a section");
    await type(page, "f-source_file_no", "STORY/2026/1");
    await type(page, "f-entry_date.day", "20");
    await type(page, "f-entry_date.month", "11");
    await type(page, "f-entry_date.year", "2026");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/identity$/);
    await press(page, "Save and continue");
    await page.waitForURL(/\/person$/);
    await tabTo(page, "f-sex-F");
    await page.keyboard.press("Space");
    await type(page, "f-age_at_registration", "24");
    await tabTo(page, "f-citizenship");
    await page.keyboard.type("Romania");
    await press(page, "Save and continue");
    await page.waitForURL(/\/episode$/);
    await press(page, "Add:");
    await page.locator("form[data-ready] [data-path='episode[0]']").first().waitFor();
    await tabTo(page, "f-episode[0].recruitment_country");
    await page.keyboard.type("Romania");
    await page.keyboard.press("Escape");
    await press(page, "Add: Exploitation");
    await page.locator("form[data-ready] [data-path='episode[0].exploitation[0]']").first().waitFor();
    await tabTo(page, "f-episode[0].exploitation[0].exploitation_form");
    await page.keyboard.type("begging");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await tabTo(page, "f-episode[0].exploitation[0].exploitation_country");
    await page.keyboard.type("Portugal");
    await checkPage(page, "a repeat within a repeat");
    await press(page, "Save and continue");
    await page.waitForURL((u) => !u.pathname.endsWith("/episode") || u.search !== "");
    if (page.url().includes("check=1")) assert.fail(await page.locator(".govuk-error-summary").innerText());
    await page.waitForURL(/\/health_consequence$/);
    await press(page, "Save and continue");
    await page.waitForURL(/\/identification$/);
    await tabTo(page, await page.locator("[name=victim_status]").first().getAttribute("id"));
    await page.keyboard.press("Space");
    await tabTo(page, "f-status_decided_by");
    await page.keyboard.type("p");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await press(page, "Save and see all sections");
    await page.waitForURL(/\/drafts\/\w+\?/);
    await page.goto(`${server.address}${path(page)}/governance`);
    await tabTo(page, await page.locator("[name=legal_basis]").first().getAttribute("id"));
    await page.keyboard.press("Space");
    await press(page, "Save and continue");
    await page.waitForURL(/\/check$/);
    await checkPage(page, "check");
    if (await page.getByText("To confirm").count()) await type(page, "reason", "The route is not known.");
    await press(page, "Submit the record").catch(async () => {
        assert.fail(`cannot be submitted:\n${await page.locator("main").innerText()}`);
    });
    await page.waitForURL(/\/records\/\w+\?done=submitted/);
    record = path(page).split("/").pop();
    await checkPage(page, "the record");
    assert.match(await page.locator("main").innerText(), /STORY\/2026\/1/);
    for (const a of addresses) assert.doesNotMatch(a, /Quimera|STORY|Romania/, a); // 6
    await leave(page);
});

test("11 a year of birth alone", async () => {
    const page = await enter("police");
    const born = async () => Promise.all(["day", "month", "year"].map((part) => page.locator(`#f-birth_date\\.${part}`).inputValue()));
    await page.goto(`${server.address}/new`);
    await page.locator("#family_name").fill("Quimera");
    await page.locator("#birth_day").fill("7");
    await page.locator("#birth_year").fill("1990");
    await page.locator("#form button[type=submit]").first().click();
    await page.locator(".govuk-error-summary", { hasText: "or the year alone" }).waitFor();
    forgive(page);
    await checkPage(page, "a day without a month");
    await page.locator("#birth_day").fill("");
    await page.locator("#form button[type=submit]").first().click();
    await page.locator(".govuk-error-summary", { hasText: "This is too little to search for." }).waitFor();
    forgive(page);
    assert.equal(await page.locator("#birth_year").inputValue(), "1990");
    await page.locator("#given_names").fill("Lia");
    await page.locator("#form button[type=submit]").first().click();
    await page.locator("h1", { hasText: "What the register has" }).waitFor();
    await page.getByRole("button", { name: "Begin a new record" }).click();
    await page.waitForURL(/\/drafts\/\w+$/);
    await page.goto(`${page.url()}/identity`);
    assert.deepEqual(await born(), ["", "", "1990"]);
    assert.equal(await page.locator("#f-given_names").inputValue(), "Lia");
    await page.goto(`${server.address}/new`);
    await page.locator("#family_name").fill("Quimera");
    await page.locator("#birth_month").fill("5");
    await page.locator("#birth_year").fill("1990");
    await page.locator("button[value=skip]").click();
    await page.waitForURL(/\/drafts\/\w+$/);
    await page.goto(`${page.url()}/identity`);
    assert.deepEqual(await born(), ["", "05", "1990"]);
    assert.equal(await page.locator("#f-family_name").inputValue(), "Quimera");
});

test("2 without script", async () => {
    const page = await enter("police", { javaScriptEnabled: false });
    const draft = await draftBegun(page, "STORY/2026/2");
    await page.getByRole("button", { name: "Save and continue" }).click();
    assert.equal(path(page), `${draft}/identity`);
    await page.goto(`${server.address}${draft}/episode`);
    await page.getByRole("button", { name: /^Add: / }).first().click();
    assert.match(page.url(), /#q-episode%5B0%5D$/);
    await page.locator("[id='f-episode[0].recruitment_country']").fill("Romania");
    await page.getByRole("button", { name: "Add: Exploitation", exact: true }).click();
    assert.ok(await page.locator("[id='q-episode[0].exploitation[0]']").count());
    assert.equal(await page.locator("[id='f-episode[0].recruitment_country']").count(), 0);
    await page.locator("[id='f-episode[0].exploitation[0].exploitation_country']").fill("Portugal");
    await page.getByRole("button", { name: "Save and go back to this one" }).click();
    assert.equal(await page.locator("[id='f-episode[0].recruitment_country']").inputValue(), "Romania");
    assert.match(await page.locator("[id='q-episode[0].exploitation[0]']").innerText(), /Portugal/);
    await page.locator("button[value='remove:episode[0].exploitation:0']").click();
    assert.equal(await page.locator("[id='q-episode[0].exploitation[0]']").count(), 0);
    await page.locator("button[value='undo:episode[0].exploitation:0']").click();
    assert.ok(await page.locator("[id='q-episode[0].exploitation[0]']").count());
    await page.locator("button[value='close:episode:0']").click();
    assert.match(await page.locator("[id='q-episode[0]']").innerText(), /Romania/);
    await page.goto(`${server.address}${draft}/person`);
    await page.locator("#f-citizenship").fill("Romania; moldova; Atlantis");
    await page.getByRole("button", { name: "Save and continue" }).click();
    assert.match(page.url(), /check=1/);
    assert.equal(await page.locator("#f-citizenship").inputValue(), "Romania; Moldova; Atlantis");
    await page.locator("#f-citizenship").fill("Romania; Moldova");
    await page.getByRole("button", { name: "Save and see all sections" }).click();
    await page.getByRole("link", { name: "Entry", exact: true }).click();
    assert.equal(await page.locator("#f-source_file_no").inputValue(), "STORY/2026/2");
    await page.goto(`${server.address}${draft}/check`);
    await page.getByRole("button", { name: "Keep it as incomplete" }).click();
    assert.match(page.url(), /\/records\/\w+\?done=incomplete/);
    await leave(page);
});

test("3 two windows", async () => {
    const one = await enter("police");
    const draft = await draftBegun(one, "STORY/2026/3");
    const two = await one.context().newPage();
    await two.goto(`${server.address}${draft}/entry`);
    await one.getByRole("button", { name: "Save and see all sections" }).click();
    await one.waitForURL(/done=draft-saved/);
    await two.locator("#f-source_file_no").fill("STORY/2026/3-second");
    await two.getByRole("button", { name: "Save and see all sections" }).click();
    await two.waitForURL(/\/compare$/);
    await two.getByText("STORY/2026/3-second").waitFor();
    await two.getByRole("button", { name: "Save what is chosen" }).click();
    await two.waitForURL(/done=draft-saved/);
    await two.goto(`${server.address}${draft}/entry`);
    assert.equal(await two.locator("#f-source_file_no").inputValue(), "STORY/2026/3-second");
    await leave(one);
});

test("4 another language", async () => {
    const page = await enter("police");
    await draftBegun(page, "STORY/2026/4");
    await page.locator("button[name=switch_language][value=pt]").click();
    await page.locator("html[lang=pt]").waitFor();
    assert.equal(await page.locator("#f-source_file_no").inputValue(), "STORY/2026/4");
    await checkPage(page, "a section in Portuguese");
    await page.locator("button[name=switch_language][value=en]").click();
    await page.locator("html[lang=en]").waitFor();
    await leave(page);
});

test("5 and 6 saved by itself; others see nothing", async () => {
    const page = await enter("police");
    const draft = await draftBegun(page, "STORY/2026/5");
    await page.locator("#f-source_file_no").press("Tab");
    await page.locator("[data-save-status][data-state=saved]").waitFor();
    await page.getByRole("button", { name: "Sign out" }).click();
    await signIn(page, server, "police", password);
    await page.goto(`${server.address}${draft}/entry`);
    assert.equal(await page.locator("#f-source_file_no").inputValue(), "STORY/2026/5");
    await leave(page);
    const other = await enter("shelter");
    for (const p of [draft, `${draft}/entry`, `${draft}/check`, `/records/${record}`, `/records/${record}/history`]) {
        const r = await other.goto(`${server.address}${p}`);
        assert.equal(r.status(), 404, p);
        assert.doesNotMatch(await other.locator("main").innerText(), /STORY/);
    }
    forgive(other);
    await leave(other);
});

test("7 a date that does not exist", async () => {
    const page = await enter("police");
    await draftBegun(page, "STORY/2026/7");
    await page.locator("[id='f-entry_date.day']").fill("31");
    await page.locator("[id='f-entry_date.month']").fill("2");
    await page.locator("[id='f-entry_date.year']").fill("2026");
    await page.getByRole("button", { name: "Save and continue" }).click();
    await page.waitForURL(/check=1/);
    await page.locator(".govuk-error-summary a[href='#f-entry_date']").waitFor();
    assert.equal(await page.locator("[id='f-entry_date.day']").inputValue(), "31");
    await checkPage(page, "a section with an error");
    await page.getByRole("button", { name: "Continue, correct it later" }).click();
    await page.waitForURL(/\/identity$/);
    await leave(page);
});

test("8 review", async () => {
    const manager = await enter("manager");
    await manager.goto(`${server.address}/review`);
    await checkPage(manager, "/review");
    await manager.getByRole("link", { name: record }).click();
    await manager.locator("#text").fill("Which document shows the age?");
    await manager.getByRole("button", { name: "Return it" }).click();
    await manager.waitForURL(/done=returned/);
    const page = await enter("police");
    await page.goto(`${server.address}/records/${record}`);
    await page.getByText("Which document shows the age?").waitFor();
    await checkPage(page, "a record with a question");
    await page.locator("textarea[id^=answer-]").fill("The passport.");
    await page.getByRole("button", { name: "Answer", exact: true }).click();
    await page.waitForURL(/done=answered/);
    await manager.goto(`${server.address}/records/${record}`);
    await manager.getByText("The passport.").waitFor();
    await page.getByRole("button", { name: "Open it for changing" }).click();
    await page.getByText("Say why").first().waitFor(); // no purpose is made up for anybody
    forgive(page);
    await page.locator("#purpose-change").fill("The reviewer's question is answered.");
    await page.getByRole("button", { name: "Open it for changing" }).click();
    await page.waitForURL(/\/drafts\/\w+$/);
    await page.goto(`${server.address}${path(page)}/check`);
    await page.locator("#reason").fill("The question was answered.");
    await page.getByRole("button", { name: "Submit the record" }).click();
    await page.waitForURL(/done=submitted/);
    await page.locator("a", { hasText: "Versions" }).click();
    assert.equal(await page.locator(".app-timeline__item").count(), 2);
    await checkPage(page, "versions");
    await page.getByRole("link", { name: "What changed" }).click();
    await checkPage(page, "what changed");
    await manager.goto(`${server.address}/review`);
    await manager.locator(`#tick-${record}`).check();
    await checkPage(manager, "/review with a record");
    await manager.getByRole("button", { name: "Accept the chosen records" }).click();
    await manager.waitForURL(/done=accepted/);
    assert.equal(await manager.locator(`#tick-${record}`).count(), 0);
    await leave(manager, page);
});

// Everything that a new browser is given for this address, gzipped.
async function weight(page, address) {
    const fresh = await newPage(browser, { storageState: await page.context().storageState() });
    const parts = {};
    const given = [];
    fresh.on("response", (r) => given.push(r.body().then((body) => {
        const kind = /\.(css|js|svg)$/.exec(new URL(r.url()).pathname)?.[1] ?? "html";
        parts[kind] = (parts[kind] ?? 0) + gzipSync(body, { level: 9 }).length;
    })));
    await fresh.goto(address, { waitUntil: "networkidle" });
    await fresh.locator("form[data-ready]").waitFor();
    await Promise.all(given);
    await leave(fresh);
    assert.ok(parts.js > 10000 && parts.css > 5000 && parts.html > 1000, `something was not loaded: ${JSON.stringify(parts)}`);
    return [Object.values(parts).reduce((a, b) => a + b), JSON.stringify(parts)];
}

test("9 weight", async (t) => {
    const page = await enter("police");
    const draft = await draftBegun(page, "STORY/2026/9");
    await page.goto(`${server.address}${draft}`);
    const addresses = await page.locator(".govuk-task-list__link").evaluateAll((all) => all.map((a) => a.href));
    assert.ok(addresses.some((a) => a.endsWith("/person")) && addresses.length > 5);
    await page.goto(`${server.address}${draft}/episode`);
    for (const name of [/^Add: /, "Add: Exploitation"]) {
        await page.locator("form[data-ready]").waitFor();
        await page.getByRole("button", { name }).first().click();
    }
    await page.locator("[id='q-episode[0].exploitation[0]']").waitFor();
    addresses.push(page.url());
    const heavy = [];
    for (const address of addresses) {
        const [bytes, parts] = await weight(page, address);
        t.diagnostic(`${new URL(address).pathname.split("/").pop()}: ${bytes} ${parts}`);
        if (bytes >= 50000) heavy.push(`${address}: ${bytes} bytes ${parts}`);
    }
    assert.deepEqual(heavy, []);
    await leave(page);
});

test("10 a long repeat", async () => {
    const page = await enter("police");
    const draft = await draftBegun(page, "STORY/2026/10");
    await page.getByRole("button", { name: "Save and continue" }).click();
    await page.goto(`${server.address}${draft}/episode`);
    for (let i = 0; i < 22; i++) {
        await page.locator("form[data-ready]").waitFor();
        await page.locator("button[name=act][value^='add:episode:']").first().click();
        if (i < 20) await page.locator(`[data-path='episode[${i}]']`).first().waitFor();
    }
    await page.waitForURL(/from=episode/);
    assert.match(await page.locator("main").innerText(), /21 to 22 of 22/);
    assert.equal(await page.locator("[id='f-episode[21].recruitment_country']").count(), 1);
    await page.getByRole("button", { name: "Save and show the ones before" }).click();
    await page.waitForURL(/from=episode/);
    assert.match(await page.locator("main").innerText(), /1 to 20 of 22/);
    await leave(page);
});
