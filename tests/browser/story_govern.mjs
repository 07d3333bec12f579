// SPDX-License-Identifier: EUPL-1.2
// A register is set up and looked after, from the real program
//  1 the first administrator is led to the end of setting up, until a backup was opened with a recovery code (S99)
//  2 every page of an administrator: axe finds nothing, no violation of the policy, 320 px
//  3 somebody is invited, activates the account, and sees the pages of an auditor
//  4 a request of a data subject is registered, kept through a mistake, and answered
//  5 the log: filtered, verified, with its checkpoint as a picture
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { checkPage, complaints, newPage, open, startServer } from "./browser.mjs";

const password = "seven green rivers at noon";
let browser, server, admin, auditor;
before(async () => { server = await startServer(); browser = await open(); });
after(async () => { await browser?.close(); await server?.close(); });

const main = (page) => page.locator("main").innerText();
const send = async (page, button = "#form button.govuk-button") => {
    await Promise.all([page.waitForNavigation(), page.locator(button).click()]);
};

test("1 setting up ends with a backup that was opened", async () => {
    admin = await newPage(browser);
    await admin.goto(`${server.address}/setup`);
    await admin.locator("#code").fill(server.printed().match(/enter this code: (\S+)/)[1]);
    await admin.locator("#account").fill("admin");
    await admin.locator("#name").fill("Ana Admin");
    await admin.locator("#password").fill(password);
    await send(admin);
    assert.equal(new URL(admin.url()).pathname, "/setup/finish");
    await checkPage(admin, "/setup/finish");

    await admin.goto(`${server.address}/keys`);
    await admin.locator("#label").fill("safe");
    await send(admin, "form[action='/keys'] button");
    const code = await admin.locator(".app-code").innerText();
    await checkPage(admin, "a recovery code");

    await admin.goto(`${server.address}/`);
    assert.equal(new URL(admin.url()).pathname, "/setup/finish");
    await admin.locator("#recovery_code").fill(code);
    await send(admin);
    assert.equal(new URL(admin.url()).pathname, "/");
    assert.match(await main(admin), /The register is set up/);
});

test("2 pages of an administrator", async () => {
    for (const path of ["/account", "/account/password", "/account/recovery", "/account/keys", "/accounts", "/invite",
        "/accounts/admin", "/organisations", "/add-organisation", "/health", "/backups", "/backup-schedule", "/keys", "/keys/1", "/packs"]) {
        await admin.goto(`${server.address}${path}`);
        await checkPage(admin, path);
    }
    await admin.goto(`${server.address}/backups`);
    await send(admin, "form[action='/backups'] button");
    assert.match(await main(admin), /The backup was made/);
    assert.match(await main(admin), /not yet/);
    await checkPage(admin, "/backups with one");
    await admin.locator("tbody a").first().click();
    await admin.locator("#recovery_code").waitFor();
    await checkPage(admin, "/backups/{backup}");
    await admin.goto(`${server.address}/backup-schedule`);
    assert.equal(await admin.locator("#time").inputValue(), "02:30");
    await admin.locator("#time").fill("03:15");
    await admin.locator("#keep").fill("5");
    await send(admin, "#form button.govuk-button");
    assert.match(await main(admin), /every day at 03:15/);
    await admin.goto(`${server.address}/health`);
    assert.match(await main(admin), /every day at 03:15/);
    assert.match(await main(admin), /Answers of the server/);
    await send(admin, "form[action='/health'] button");
    assert.match(await main(admin), /Everything is in order/);
    await checkPage(admin, "a full check");
});

test("3 somebody is invited", async () => {
    await admin.goto(`${server.address}/invite`);
    await admin.locator("#name").fill("Rui Auditor");
    await admin.locator("#account").fill("rui");
    await admin.locator("#role-auditor").check();
    await send(admin);
    const code = await admin.locator(".app-code").first().innerText();
    await checkPage(admin, "an activation code");
    await admin.goto(`${server.address}/accounts/rui`);
    assert.ok(await admin.locator("#role-auditor").isChecked());
    await checkPage(admin, "/accounts/rui");

    auditor = await newPage(browser);
    await auditor.goto(`${server.address}/activate`);
    await auditor.locator("#code").fill(code);
    await auditor.locator("#account").fill("rui");
    await auditor.locator("#password").fill(password);
    await send(auditor);
    assert.equal(new URL(auditor.url()).pathname, "/");
    for (const path of ["/audit", "/audit/record", "/requests", "/add-request", "/health", "/packs"]) {
        await auditor.goto(`${server.address}${path}`);
        await checkPage(auditor, `${path} of an auditor`);
        if (path === "/health") assert.doesNotMatch(await main(auditor), /Answers of the server/);
    }
});

test("4 a request of a data subject", async () => {
    await auditor.goto(`${server.address}/add-request`);
    await auditor.locator("#right-erasure").check();
    await auditor.locator("#law-gdpr").check();
    await auditor.locator("#received").fill("2026-01-31");
    await auditor.locator("#text").fill("Please erase <b>all</b>.");
    await send(auditor);
    assert.match(await auditor.title(), /^Error: /);
    assert.ok(await auditor.locator("#right-erasure").isChecked());
    assert.equal(await auditor.locator("#text").inputValue(), "Please erase <b>all</b>.");
    complaints(auditor).length = 0; // that an answer was 422 is said on the console
    await auditor.locator("#who").fill("Maria");
    await send(auditor);
    assert.match(await main(auditor), /2026-02-28/);
    await checkPage(auditor, "/requests/{request}");
    await auditor.locator("#state-answered").check();
    await auditor.locator("#answer").fill("Erased, and told so.");
    await send(auditor);
    assert.match(await main(auditor), /The request was changed/);
});

test("5 the log", async () => {
    await auditor.goto(`${server.address}/audit`);
    await auditor.locator("details.app-filter summary").click();
    await auditor.locator("#actor").fill("admin");
    await send(auditor, ".app-filter button");
    assert.equal(await auditor.locator("#actor").inputValue(), "admin");
    const who = await auditor.locator("tbody tr td:nth-child(3)").allInnerTexts();
    assert.ok(who.length > 3 && who.every((text) => text.startsWith("admin")));
    await checkPage(auditor, "/audit filtered");
    await send(auditor, "form[action='/audit/verify'] button");
    assert.match(await main(auditor), /The log holds/);
    assert.equal(await auditor.locator("svg.app-qr").count(), 1);
    await checkPage(auditor, "the checkpoint");
});
