// SPDX-License-Identifier: EUPL-1.2
// Releases, in the demonstration's register, without script but for the pages that are checked with it
//  1 the publisher saves two questions of the table builder and prepares a release of them; the page stands up to all that
//    holds for pages; nobody decides about their own
//  2 the manager sees a number in their work, looks at the very tables and approves; a contributor saw nothing before
//  3 what is downloaded is what was approved, byte for byte, with the digest that the page shows; a table as CSV
//  4 withdrawn with a reason: listed, its tables gone, nothing to download
//  5 refused with a reason; without a reason it says what is missing and keeps the page
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { checkPage, complaints, dcim, leave, newPage, open, signIn, startServer } from "./browser.mjs";

const password = "seven green rivers at noon";
let browser, server;
before(async () => {
    if (!existsSync("demo-release")) dcim("demo", "demo-release", "--records", "300");
    server = await startServer({ folder: "demo-release", key: "demo-release.key", args: ["--demonstration", "--insecure-no-second-factor"] });
    browser = await open();
});
after(async () => { await browser?.close(); await server?.close(); });

const enter = async (account, options = {}) => {
    const page = await newPage(browser, options);
    await signIn(page, server, account, password);
    return page;
};
const plain = { javaScriptEnabled: false };
const go = (page, path) => page.goto(`${server.address}${path}`);
const main = (page) => page.locator("main").innerText();
const forgive = (page) => { complaints(page).length = 0; };
const download = async (page, button) => {
    const [file] = await Promise.all([page.waitForEvent("download"), button.click()]);
    return readFileSync(await file.path());
};
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const digestOf = async (page) => (await main(page)).match(/[0-9a-f]{64}/)[0];

const ask = async (page, rows, columns) => {
    await go(page, "/explore");
    await page.locator("#row-1").selectOption(rows);
    if (columns) await page.locator("#column-1").selectOption(columns);
    await page.getByRole("button", { name: "Show the table" }).click();
    await page.locator("figure").first().waitFor();
};

const prepare = async (page, title) => {
    await go(page, "/releases/new");
    await page.locator("#title").fill(title);
    for (const box of await page.locator("[name=questions]").all()) await box.check();
    await page.getByRole("button", { name: "Count and protect the tables" }).click();
    await page.waitForURL(/\/releases\/\d+/);
    return Number(new URL(page.url()).pathname.split("/").pop());
};

let number, waiting, digest;

test("1 prepared", async () => {
    const publisher = await enter("publisher", plain);
    await ask(publisher, "sex", "registration_year");
    await publisher.locator("details summary", { hasText: "Save this question" }).click();
    await publisher.locator("#name").fill("Sex by year");
    await publisher.locator("button[formaction='/explore/save']").click();
    await ask(publisher, "age_group_at_identification", "sex").catch(() => ask(publisher, "sex"));
    await publisher.getByRole("button", { name: "Prepare a release" }).click();
    await publisher.waitForURL(/\/releases\/new\?question=/);
    assert.equal(await publisher.locator("[name=questions]:checked").count(), 1);
    await publisher.getByRole("button", { name: "Count and protect the tables" }).click();
    assert.equal(await publisher.locator("#title-error").count(), 1);
    assert.equal(await publisher.locator("[name=questions]:checked").count(), 1);
    forgive(publisher);
    number = await prepare(publisher, "Victims of the year");
    assert.match(await main(publisher), /Waits for a second person/);
    assert.match(await main(publisher), /Earlier releases/);
    assert.equal(await publisher.getByRole("button", { name: "Approve and publish" }).count(), 0);
    assert.equal(await publisher.locator("main figure").count(), 2);
    await go(publisher, "/");
    assert.match(await main(publisher), /Your releases that wait for approval/);
    await leave(publisher);

    const watched = await enter("publisher");
    for (const path of ["/releases", "/releases/new", `/releases/${number}`]) {
        await go(watched, path);
        await checkPage(watched, path);
    }
    await leave(watched);
});

test("2 approved by another person", async () => {
    const police = await enter("police");
    await go(police, `/releases/${number}`);
    assert.match(await main(police), /There is no|there is no/);
    forgive(police);
    const manager = await enter("manager");
    await manager.getByText("Releases that wait for your approval").click();
    await manager.waitForURL(/\/releases$/);
    await checkPage(manager, "the list of who decides");
    await manager.getByRole("link", { name: "Victims of the year" }).click();
    await manager.waitForURL(/\/releases\/\d+$/);
    await checkPage(manager, "a release that waits");
    digest = await digestOf(manager);
    waiting = await download(manager, manager.getByRole("button", { name: "Download the release (JSON)" }));
    assert.equal(sha256(waiting), digest);
    await manager.getByRole("button", { name: "Approve and publish" }).click();
    await manager.getByText("The release is published.").waitFor();
    await checkPage(manager, "a release that is published");
    assert.equal(await digestOf(manager), digest);
    await leave(police, manager);
});

test("3 what is handed out is what was approved", async () => {
    const police = await enter("police");
    await go(police, `/releases/${number}`);
    await checkPage(police, "a release as everybody sees it");
    const bytes = await download(police, police.getByRole("button", { name: "Download the release (JSON)" }));
    assert.ok(bytes.equals(waiting));
    assert.equal(sha256(bytes), digest);
    assert.equal(JSON.parse(bytes).number, number);
    const csv = await download(police, police.getByRole("button", { name: "CSV 1", exact: true }));
    assert.match(csv.toString(), /"sex"/);
    assert.doesNotMatch(await main(police), /publisher/);
    await leave(police);
});

test("4 withdrawn", async () => {
    const publisher = await enter("publisher", plain);
    await go(publisher, `/releases/${number}`);
    await publisher.locator("summary", { hasText: "Withdraw this release" }).click();
    await publisher.getByRole("button", { name: "Withdraw this release" }).click();
    assert.equal(await publisher.locator("#reason-error").count(), 1);
    forgive(publisher);
    await publisher.locator("#reason").fill("A year was missing.");
    await publisher.getByRole("button", { name: "Withdraw this release" }).click();
    await publisher.getByText("The release was withdrawn.").first().waitFor();
    const police = await enter("police");
    await go(police, "/releases");
    assert.match(await main(police), /A year was missing/);
    await go(police, `/releases/${number}`);
    await checkPage(police, "a release that was withdrawn");
    assert.equal(await police.locator("main figure").count(), 0);
    assert.equal(await police.getByRole("button", { name: /Download/ }).count(), 0);
    await leave(publisher, police);
});

test("5 refused", async () => {
    const publisher = await enter("publisher", plain);
    const second = await prepare(publisher, "Once more");
    const manager = await enter("manager");
    await go(manager, `/releases/${second}`);
    await manager.locator("summary", { hasText: "Refuse it" }).click();
    await manager.getByRole("button", { name: "Refuse the release" }).click();
    await manager.locator("#reason-error").waitFor();
    forgive(manager);
    await checkPage(manager, "refusing without a reason");
    await manager.locator("#reason").fill("One group is too small.");
    await manager.getByRole("button", { name: "Refuse the release" }).click();
    await manager.getByText("One group is too small.").waitFor();
    await checkPage(manager, "a release that was refused");
    await go(publisher, `/releases/${second}`);
    assert.match(await main(publisher), /One group is too small/);
    await leave(publisher, manager);
});
