// SPDX-License-Identifier: EUPL-1.2
// What one person may not do alone, and what is watched, in the demonstration's register
//  1 a record of another organisation in an emergency: asked for with a reason, seen for an hour, seen by those concerned,
//    reviewed (S54); each page stands up to all that holds for pages
//  2 a decoy is planted; who opens its identifiers is told nothing, and the administrator and the auditor see the alarm (S58)
//  3 a password for threats opens an empty register and raises an alarm in silence (S48)
//  4 the owner of an account is told of it, until it was read (S45)
//  5 markup in every text that people can type is text on every page that shows it (S60)
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { checkPage, complaints, dcim, leave, newPage, open, signIn, startServer } from "./browser.mjs";

const password = "seven green rivers at noon";
let browser, server, decoy;
const repository = ["--repository", "demo-guard", "--key-file", "demo-guard.key", "--purpose", "test", "--json"];
before(async () => {
    if (!existsSync("demo-guard")) dcim("demo", "demo-guard", "--records", "200");
    server = await startServer({ folder: "demo-guard", key: "demo-guard.key", args: ["--demonstration", "--insecure-no-second-factor"] });
    browser = await open();
});
after(async () => { await browser?.close(); await server?.close(); });

const enter = async (account, secret = password) => {
    const page = await newPage(browser);
    await signIn(page, server, account, secret);
    return page;
};
const go = (page, path) => page.goto(`${server.address}${path}`);
const main = (page) => page.locator("main").innerText();
// What the browser logs of answers that are refused on purpose.
const forgive = (page) => { complaints(page).length = 0; };
const foreign = (not) => JSON.parse(dcim("record", "list", "--form", "victim", ...repository)).records.find((r) => r.organisation === not).record;

test("1 an emergency", async () => {
    const police = await enter("police"), record = foreign("CAP-A");
    await go(police, `/records/${record}`);
    assert.match(await main(police), /There is no/);
    forgive(police);
    await go(police, "/emergency");
    await checkPage(police);
    await police.getByRole("button", { name: "Open a record in an emergency" }).click();
    await checkPage(police);
    await police.locator("#category-danger").check();
    await police.locator("#reason").fill("too short");
    await police.locator("#record").fill(record);
    await police.getByRole("button", { name: "Open the record" }).click();
    await police.getByText("the reason is shorter than 20 characters").waitFor();
    forgive(police);
    await checkPage(police, "an emergency without a reason");
    assert.equal(await police.locator("#record").inputValue(), record);
    assert.equal(await police.locator("#category-danger").isChecked(), true);
    await police.locator("#reason").fill("Seen an hour ago at the station with the man she fears.");
    await police.getByRole("button", { name: "Open the record" }).click();
    await police.waitForURL(/\/emergency\/\w+\/record$/);
    await checkPage(police, "a record in an emergency");
    assert.match(await main(police), /CAP-A/);
    const address = new URL(police.url()).pathname;

    const shelter = await enter("shelter");
    assert.match(await main(shelter), /Emergency accesses to your records/);
    await go(shelter, "/emergency");
    await checkPage(shelter, "/emergency of the other organisation");
    await shelter.locator("main table a").first().click();
    assert.match(await main(shelter), /the man she fears/);
    await go(shelter, address);
    assert.match(await main(shelter), /There is no/);

    const auditor = await enter("auditor");
    await checkPage(auditor, "My work of an auditor");
    await auditor.getByText("Emergency accesses to be reviewed").click();
    await auditor.locator("main table a").first().click();
    await checkPage(auditor, "an emergency access");
    await auditor.locator("#outcome-justified").check();
    await auditor.locator("#text").fill("The shelter was called at once.");
    await auditor.getByRole("button", { name: "Keep the review" }).click();
    await auditor.getByText("The review was kept").waitFor();
    await checkPage(auditor, "an emergency access that was reviewed");
    await leave(police, shelter, auditor);
});

test("2 a decoy", async () => {
    const auditor = await enter("auditor");
    await go(auditor, "/alarms");
    await checkPage(auditor);
    await auditor.locator("#organisation").selectOption("GNR");
    await auditor.locator("#family_name").fill("Quixada");
    await auditor.locator("#given_names").fill("Filomena");
    await auditor.locator("#birth_date").fill("1990-05-03");
    await auditor.getByRole("button", { name: "Plant it" }).click();
    await auditor.getByText("The decoy was planted").waitFor();
    decoy = await auditor.locator("main table tbody th").first().innerText();

    const police = await enter("police");
    await go(police, `/records/${decoy}`);
    await police.locator("#purpose-identity").fill("out of curiosity");
    await police.getByRole("button", { name: "Open the identifiers" }).click();
    await police.getByText("Quixada").waitFor();
    assert.doesNotMatch(await police.content(), /decoy|alarm/i);

    const admin = await enter("admin");
    await go(admin, "/alarms");
    await checkPage(admin, "/alarms of an administrator");
    assert.match(await main(admin), /Identifiers of a decoy were opened/);
    assert.doesNotMatch(await main(admin), new RegExp(decoy));
    await go(auditor, "/alarms");
    assert.match(await main(auditor), new RegExp(decoy));
    await auditor.locator("textarea[name=text]").first().fill("Asked why.");
    await auditor.getByRole("button", { name: "It was seen to" }).first().click();
    await auditor.getByText("The alarm was seen to").waitFor();
    await leave(police, admin, auditor);
});

test("3 under threat", async () => {
    const own = await enter("shelter"), other = "purple harmonica lake";
    await go(own, "/account");
    await own.getByRole("link", { name: "Under threat" }).click();
    await checkPage(own);
    await own.locator("#old").fill(password);
    await own.locator("#password").fill(other);
    await own.getByRole("button", { name: "Keep it" }).click();
    await own.getByText("It was kept").waitFor();
    const threat = await enter("shelter", other);
    await checkPage(threat, "My work under threat");
    await go(threat, "/records");
    await checkPage(threat, "/records under threat");
    assert.equal(await threat.locator("main a[href^='/records/']").count(), 0);
    await go(threat, "/account/recovery");
    assert.doesNotMatch(await threat.content(), /duress|alarm/i);
    const admin = await enter("admin");
    await admin.getByText("Alarms").first().click();
    await admin.getByText("Somebody signed in with the password for threats").waitFor();
    await leave(own, threat, admin);
});

test("4 told of one's account", async () => {
    const page = await enter("analyst");
    await go(page, "/account/password");
    await page.locator("#old").fill(password);
    await page.locator("#password").fill("green tuba in the rain");
    await page.locator("#form button[type=submit]").click();
    await go(page, "/");
    await page.getByText("Your password was changed.").waitFor();
    await checkPage(page, "My work with a notice");
    await page.getByRole("button", { name: "I have read this" }).click();
    await page.waitForURL(`${server.address}/`);
    assert.equal(await page.getByText("Your password was changed.").count(), 0);
    await leave(page);
});

// ---- 5 ----

const markup = `"'><b data-evil=1>{{evil}}</b><img src=x onerror=evil()><script>evil()</script>`;
// Nothing of it became markup, and nothing ran.
async function harmless(page, name) {
    const found = await page.evaluate(() => [document.querySelectorAll("[data-evil], img[src=x], [onerror]").length, typeof globalThis.evil]);
    assert.deepEqual(found, [0, "undefined"], name);
    assert.deepEqual(complaints(page).filter((w) => !/status of 4/.test(w)), [], name);
    forgive(page);
}

test("5 markup is text", async () => {
    const police = await enter("police"), seen = [];
    const shown = async (page, path, name = path) => {
        const answer = await go(page, path);
        const text = await answer.text();
        if (text.includes("data-evil")) seen.push(name);
        await harmless(page, name);
    };
    await go(police, "/new");
    await police.locator("button[value=skip]").click();
    await police.waitForURL(/\/drafts\/\w+$/);
    const draft = new URL(police.url()).pathname;
    const sections = await police.locator(`main a[href^='${draft}/']`).evaluateAll((all) => [...new Set(all.map((a) => a.getAttribute("href")))]);
    assert.ok(sections.length > 5);
    let typed = 0;
    for (const section of sections.filter((s) => !/\/(check|discard)$/.test(s))) {
        await go(police, section);
        for (const box of await police.locator("#form input[type=text]:visible, #form textarea:visible").all()) {
            await box.fill(markup);
            typed++;
        }
        await police.getByRole("button", { name: "Save and see all sections" }).click();
        await police.waitForURL((url) => !url.pathname.startsWith(`${draft}/`) || url.search !== "");
        await harmless(police, `${section} saved`);
        await shown(police, section, "a section");
    }
    assert.ok(typed > 20);
    for (const path of ["/", draft, `${draft}/check`, `${draft}/discard`]) await shown(police, path);
    await go(police, "/new");
    for (const name of ["family_name", "given_names", "alias", "document"]) await police.locator(`#${name}`).fill(markup);
    await police.locator("#form button[type=submit]").last().click();
    await harmless(police, "what was found");

    // what is said beside records: emergency, review, questions
    await go(police, "/emergency/open");
    await police.locator("#category-other").check();
    await police.locator("#reason").fill(markup);
    await police.locator("#family_name").fill(markup);
    await police.locator("#record").fill("nothing");
    await police.getByRole("button", { name: "Open the record" }).click();
    await police.locator(".govuk-error-summary").waitFor();
    await harmless(police, "an emergency that is none");
    await police.locator("#record").fill(foreign("CAP-A"));
    await police.getByRole("button", { name: "Open the record" }).click();
    await police.waitForURL(/\/emergency\/\w+\/record$/);
    const access = new URL(police.url()).pathname.replace(/\/record$/, "");
    const auditor = await enter("auditor");
    await shown(auditor, access, "an emergency access");
    await auditor.locator("#outcome-unjustified").check();
    await auditor.locator("#text").fill(markup);
    await auditor.getByRole("button", { name: "Keep the review" }).click();
    await shown(police, access, "a review");

    await go(auditor, "/add-request");
    await auditor.locator("#right-access").check();
    await auditor.locator("#law-gdpr").check();
    await auditor.locator("#received").fill("2026-01-02");
    for (const name of ["who", "contact", "record", "text"]) await auditor.locator(`#${name}`).fill(name === "record" ? "x" : markup);
    await auditor.locator("#form button[type=submit]").last().click();
    await auditor.waitForURL(/\/requests\/\w+/);
    await shown(auditor, new URL(auditor.url()).pathname, "a request of a data subject");
    await go(auditor, "/audit/trace");
    await auditor.locator("#records").fill("<b data-evil=1>\n".repeat(7));
    await auditor.locator("#form button[type=submit]").last().click();
    await auditor.getByText("No export has its records in this order").waitFor();
    await checkPage(auditor, "/audit/trace");
    await harmless(auditor, "/audit/trace");

    const admin = await enter("admin");
    await go(admin, "/add-organisation");
    await admin.locator("#code").fill("EVIL");
    await admin.locator("#name").fill(markup);
    await admin.locator("#type").selectOption({ index: 1 });
    await admin.locator("#form button[type=submit]").last().click();
    await shown(admin, "/organisations");
    await go(admin, "/invite");
    await admin.locator("#account").fill("evil");
    await admin.locator("#role-analyst").check();
    await admin.locator("#name").fill(markup);
    await admin.locator("#form button[type=submit]").last().click();
    await shown(admin, "/accounts");
    await shown(admin, "/accounts/evil");
    await shown(auditor, "/alarms", "the organisations of decoys");
    assert.ok(seen.length >= 8, `shown as text on: ${seen.join(", ")}`);
    await leave(police, auditor, admin);
});
