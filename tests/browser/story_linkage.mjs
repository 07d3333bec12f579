// SPDX-License-Identifier: EUPL-1.2
// Which records are one person, decided by people in the demonstration's register (src/web/routes_link.c, src/web/script/keys.js)
//  1 a run is begun, shows itself, and leads to the pairs that wait; where none waits, the page says what to do
//  2 a pair side by side: no identifier, agreements in words, what each decision will do; every page holds for axe and 320 px
//  3 one pair after the other by the keyboard alone; keys do nothing while typing, and can be turned off (WCAG 2.1.4)
//  4 what is missing is said at its place, and nothing typed is lost; the same works without script
//  5 a decision is taken back, with a reason, and what it changed is as before
//  6 two people decide at once: the second one sees what the first one said, and nothing is overruled unseen
//  7 a decision that contradicts others is listed with them until one of them is taken back
//  8 identifiers of both are opened for a purpose, side by side, and not without one (S51)
//  9 a person's records, and where each value comes from; quality with its charts, found from the figures too; the sample
//  12 answers that contradict each other: one is chosen, with a reason and without script; it counts, is settled, is taken back;
//     what is missing is said at its place; somebody who was quicker is not overruled unseen
// 10 who may not link sees neither page nor menu nor card (S51)    11 where two persons must agree, the second one confirms
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, before, test } from "node:test";

// The demonstration with a second data manager; of it, a register where two persons must agree.
const source = process.env.DCIM_SOURCE_DIR ?? resolve(import.meta.dirname, "../..");
function dataWith(folder, fourEyes) {
    if (existsSync(folder)) return;
    cpSync(join(source, "data"), folder, { recursive: true });
    const accounts = join(folder, "demo/pt/accounts.csv");
    writeFileSync(accounts, readFileSync(accounts, "utf8") + "second,Demo second reviewer,data-manager,OTSH,seven green rivers at noon\n");
    const parameters = join(folder, "parameters.csv");
    const text = readFileSync(parameters, "utf8");
    assert.match(text, /^linkage\.four_eyes,no,/m);
    if (fourEyes) writeFileSync(parameters, text.replace(/^linkage\.four_eyes,no,/m, "linkage.four_eyes,yes,"));
}
dataWith("data-link", false);
dataWith("data-four", true);
cpSync(join(source, "docs/handbook"), "docs/handbook", { recursive: true }); // it lies beside the data
process.env.DCIM_DATA = resolve("data-link");
const { checkPage, complaints, dcim, leave, newPage, open, signIn, startServer } = await import("./browser.mjs");

const password = "seven green rivers at noon";
let browser, server, manager, second, police;
const enter = async (account, options, where = server) => {
    const page = await newPage(browser, options);
    await signIn(page, where, account, password);
    return page;
};
before(async () => {
    if (!existsSync("demo-link")) dcim("demo", "demo-link", "--records", "300");
    server = await startServer({ folder: "demo-link", key: "demo-link.key", args: ["--demonstration", "--insecure-no-second-factor"] });
    browser = await open();
    manager = await enter("manager");
    second = await enter("second");
    police = await enter("police");
});
after(async () => { await browser?.close(); await server?.close(); });

const main = (page) => page.locator("main").innerText();
const path = (page) => new URL(page.url()).pathname;
const send = (page, button) => Promise.all([page.waitForNavigation(), page.locator(button).first().click()]);
const forgive = (page) => { complaints(page).length = 0; };
const visit = (page, where, from = server) => page.goto(`${from.address}${where}`);
const names = /family_name|Raposo|Silva|Ferreira|Santos/; // of the generator: none may stand on a page of a pair

async function compare(page, from = server) {
    await visit(page, "/linkage/runs", from);
    await page.locator("#form-code").selectOption("victim");
    await page.locator("#purpose").fill("yearly counts");
    await send(page, "#form button.govuk-button");
    assert.match(path(page), /^\/linkage\/jobs\//);
    for (let i = 0; i < 60 && await page.locator("progress").count(); i++) await page.waitForTimeout(1000);
    assert.match(await main(page), /The records were compared/);
}

async function decide(page, a, b, verdict, reason, from = server) {
    await visit(page, `/linkage/pairs/${a}/${b}`, from);
    await page.locator(`#verdict-${verdict}`).check();
    await page.locator("#reason").fill(reason);
    await send(page, "#form button.govuk-button");
}

const personsOf = async (page, record) => {
    await visit(page, `/linkage/persons/${record}`);
    return (await page.locator("main table").first().locator("tbody th").allInnerTexts()).sort();
};

test("1 a run", async () => {
    await visit(manager, "/linkage/runs");
    await checkPage(manager, "/linkage/runs");
    await compare(manager);
    await checkPage(manager, "a run that is done");
    // what the program was sure of is taken back, so that pairs wait
    await visit(manager, "/linkage/decisions?who=automatic");
    const undo = await manager.locator("main a[href$='/undo']").evaluateAll((all) => all.slice(0, 6).map((link) => link.getAttribute("href")));
    for (const where of undo) {
        await visit(manager, where);
        await manager.locator("#reason").fill("to be looked at by people");
        await send(manager, "#form button.govuk-button");
    }
    await visit(manager, "/linkage");
    assert.ok(await manager.locator("main tbody tr").count() >= 3);
    await checkPage(manager, "/linkage");
    await visit(manager, "/");
    await manager.locator("main a[href='/linkage']").first().click();
    await manager.waitForURL(/\/linkage/);
    await visit(manager, "/linkage?state=unsure");
    assert.match(await main(manager), /No pair waits here/);
    await checkPage(manager, "/linkage without pairs");
});

let a, b;
test("2 a pair", async () => {
    await visit(manager, "/linkage");
    await send(manager, "main a.govuk-button[href^='/linkage/pairs/']");
    [a, b] = path(manager).split("/").slice(-2);
    const text = await main(manager);
    assert.doesNotMatch(text, names);
    assert.match(text, /kept apart/);
    assert.ok(await manager.locator(".app-agree").count() > 3);
    for (const words of await manager.locator(".app-agree").allTextContents()) assert.ok(words.trim().length > 3, words);
    for (const words of await manager.locator(".app-weight .govuk-visually-hidden").allTextContents()) assert.match(words, /speaks (for|against|neither)/);
    assert.match(await manager.locator("#verdict-same-about").innerText(), /records \d+, organisations \d+/);
    await checkPage(manager, "a pair");
    await manager.setViewportSize({ width: 360, height: 740 });
    await checkPage(manager, "a pair on a telephone");
    // the two values of a row stand below each other, each with its letter
    const row = manager.locator(".app-pair__row").first();
    const [left, right] = [await row.locator("td").nth(0).boundingBox(), await row.locator("td").nth(1).boundingBox()];
    assert.ok(right.y >= left.y + left.height - 1 && Math.abs(left.x - right.x) < 2);
    await manager.setViewportSize({ width: 1280, height: 900 });
});

test("3 by the keyboard alone", async () => {
    await visit(manager, "/linkage");
    const begin = manager.locator("main a.govuk-button[href^='/linkage/pairs/']").first();
    for (let i = 0; i < 60 && !await begin.evaluate((e) => e === document.activeElement); i++) await manager.keyboard.press("Tab");
    await Promise.all([manager.waitForNavigation(), manager.keyboard.press("Enter")]);
    const first = path(manager);
    const chosen = () => manager.locator("#form input[name=verdict]:checked").evaluateAll((all) => all.map((e) => e.value));
    await manager.keyboard.press("u");
    assert.deepEqual(await chosen(), ["unsure"]);
    assert.equal(await manager.evaluate(() => document.activeElement.id), "reason");
    assert.equal(await manager.locator("#reason").inputValue(), "");
    await manager.keyboard.type("sudden doubts"); // has s, u and d in it
    assert.deepEqual(await chosen(), ["unsure"]);
    assert.equal(await manager.locator("[data-keys-said]").textContent(), "Unsure");
    await Promise.all([manager.waitForNavigation(), manager.keyboard.press("Enter")]);
    assert.notEqual(path(manager), first);
    assert.match(path(manager), /^\/linkage\/pairs\//);
    assert.match(await main(manager), /Decided: unsure/);
    await checkPage(manager, "the pair after it");
    assert.equal(await manager.locator(`main .govuk-notification-banner a[href='${first}']`).count(), 1);

    const next = path(manager);
    await manager.keyboard.press("d");
    await manager.keyboard.type("born twenty years apart");
    await Promise.all([manager.waitForNavigation(), manager.keyboard.press("Enter")]);
    assert.match(await main(manager), /Decided: different persons/);
    assert.notEqual(path(manager), next);

    await manager.locator("#keys").uncheck();
    await manager.keyboard.press("s");
    assert.deepEqual(await chosen(), []);
    assert.equal(await manager.locator("kbd:visible").count(), 0);
    await manager.reload();
    assert.equal(await manager.locator("#keys").isChecked(), false);
    await manager.locator("#keys").check();
    await manager.locator("main h1").click();
    await manager.keyboard.press("Control+s");
    assert.deepEqual(await chosen(), []);
    await manager.keyboard.press("s");
    assert.deepEqual(await chosen(), ["same"]);
});

test("4 what is missing, and without script", async () => {
    await visit(manager, `/linkage/pairs/${a}/${b}`);
    await manager.locator("#reason").fill("the same document");
    await send(manager, "#form button.govuk-button");
    assert.match(await manager.title(), /^Error: /);
    assert.equal(await manager.locator("#reason").inputValue(), "the same document");
    forgive(manager);
    await checkPage(manager, "a pair without a verdict");
    await manager.locator("#verdict-same").check();
    await manager.locator("#reason").fill("");
    await send(manager, "#form button.govuk-button");
    assert.match(await manager.locator("#reason-error").innerText(), /Fill this in/);
    assert.ok(await manager.locator("#verdict-same").isChecked());
    forgive(manager);
    await checkPage(manager, "a pair without a reason");

    const plain = await enter("manager", { javaScriptEnabled: false });
    await visit(plain, `/linkage/pairs/${a}/${b}`);
    assert.equal(await plain.locator("[data-keys]:visible").count(), 0);
    assert.equal(await plain.locator("kbd:visible").count(), 0);
    await plain.locator("#verdict-same").check();
    await plain.locator("#reason").fill("the same document");
    await send(plain, "#form button.govuk-button");
    assert.match(await main(plain), /Decided: the same person/);
    await leave(plain);
    assert.deepEqual(await personsOf(manager, a), await personsOf(manager, b));
});

test("5 taken back", async () => {
    await visit(manager, "/linkage/decisions");
    assert.match(await main(manager), /the same document/);
    await checkPage(manager, "/linkage/decisions");
    await send(manager, `main a[href='/linkage/pairs/${a}/${b}/undo']`);
    await checkPage(manager, "taking back");
    await send(manager, "#form button.govuk-button");
    assert.match(await manager.title(), /^Error: /);
    forgive(manager);
    await manager.locator("#reason").fill("the document was another one");
    await send(manager, "#form button.govuk-button");
    assert.match(await main(manager), /The decision was taken back/);
    assert.match(await main(manager), /the document was another one/);
    await checkPage(manager, "a pair with decisions");
    assert.ok(!(await personsOf(manager, a)).includes(b));
});

test("6 two decide at once", async () => {
    await visit(manager, `/linkage/pairs/${a}/${b}`);
    await decide(second, a, b, "different", "twins, both in one file");
    await manager.locator("#verdict-same").check();
    await manager.locator("#reason").fill("one and the same");
    await send(manager, "#form button.govuk-button");
    const text = await main(manager);
    assert.match(text, /somebody else has decided on these two meanwhile/i);
    assert.match(text, /twins, both in one file/);
    assert.equal(await manager.locator("#reason").inputValue(), "one and the same");
    forgive(manager);
    await checkPage(manager, "a pair that somebody else decided meanwhile");
    assert.ok(!(await personsOf(manager, a)).includes(b));
});

test("7 contradictions", async () => {
    // a and b are two, by test 6; c is said to be both
    await visit(manager, "/records?form=victim");
    const codes = await manager.locator("tbody th a").allInnerTexts();
    const c = codes.find((code) => code !== a && code !== b);
    await decide(manager, a, c, "same", "told so by both");
    await decide(manager, b, c, "same", "told so by both");
    await visit(manager, "/linkage/conflicts");
    assert.match(await main(manager), /twins, both in one file/);
    await checkPage(manager, "/linkage/conflicts");
    // of two that cannot both hold, the newer one does
    await visit(manager, `/linkage/pairs/${a}/${c}`);
    assert.match(await main(manager), /count as two/);
    await checkPage(manager, "a pair that is held apart");
    for (const x of [b, a]) {
        await visit(manager, `/linkage/pairs/${x}/${c}/undo`);
        await manager.locator("#reason").fill("a mistake");
        await send(manager, "#form button.govuk-button");
        await visit(manager, "/linkage/conflicts");
        assert.match(await main(manager), /No decisions contradict each other/);
    }
});

test("8 identifiers of both", async () => {
    await visit(manager, `/linkage/pairs/${a}/${b}`);
    await send(manager, "form[action$='/identifiers'] button");
    assert.match(await manager.locator("#purpose-error").innerText(), /Fill this in/);
    forgive(manager);
    await manager.locator("#purpose").fill("twins or not");
    await send(manager, "form[action$='/identifiers'] button");
    assert.match(await main(manager), /audit log, for both records/);
    assert.ok(await manager.locator(".app-pair__row").count() > 1);
    await checkPage(manager, "identifiers of both");
    await send(manager, "main a.govuk-button");
    assert.equal(path(manager), `/linkage/pairs/${a}/${b}`);
});

test("9 person, quality, sample", async () => {
    await visit(manager, "/linkage/persons/" + a);
    assert.match(await main(manager), /What holds for the person/);
    await checkPage(manager, "/linkage/persons/{record}");
    await visit(manager, "/linkage/sample");
    await checkPage(manager, "/linkage/sample");
    await visit(manager, "/linkage/quality");
    await manager.waitForSelector("html[data-charts=drawn]", { timeout: 20000 });
    assert.ok(await manager.locator("#victim-weights svg[role=img]").count() === 1);
    assert.match(await manager.locator("#victim-weights-finding").innerText(), /pairs for one person/);
    await checkPage(manager, "/linkage/quality");
    // who counts persons finds it beside the figures; who sees no raw counts does not
    const analyst = await enter("analyst");
    for (const where of ["/explore", "/dashboards"]) {
        await visit(analyst, where);
        await send(analyst, "main a[href='/linkage/quality']");
        assert.equal(path(analyst), "/linkage/quality");
        await visit(police, where);
        assert.equal(await police.locator("main a[href='/linkage/quality']").count(), 0);
    }
    await leave(analyst);
    await visit(manager, "/help/one-person");
    await checkPage(manager, "/help/one-person");
});

test("12 whose answer counts", async () => {
    // records are called one person until their answers contradict each other
    await visit(manager, "/records?form=victim");
    const codes = await manager.locator("tbody th a").allInnerTexts();
    const contradicting = async () => { await visit(manager, "/linkage/answers"); return manager.locator("main section.govuk-summary-card").count(); };
    for (let i = 0; i + 1 < codes.length && !await contradicting(); i += 2) {
        await decide(manager, codes[i], codes[i + 1], "same", "told so by both");
        await manager.waitForTimeout(5200); // a snapshot may be five seconds old
    }
    await checkPage(manager, "/linkage/answers");
    const cards = await manager.locator("main section.govuk-summary-card").count();
    assert.ok(cards >= 1);
    const card = manager.locator("main section.govuk-summary-card").first();
    assert.ok(await card.locator("input[type=radio]").count() >= 2);
    const person = (await card.locator("a[href^='/linkage/persons/']").first().getAttribute("href")).split("/")[3];
    await visit(manager, "/");
    assert.ok(await manager.locator("main a[href='/linkage/answers']").count() >= 1);

    // nothing chosen, nothing said
    await visit(manager, "/linkage/answers");
    await send(manager, "main section.govuk-summary-card button");
    const value = path(manager);
    assert.match(value, new RegExp(`/linkage/persons/${person}/values/[a-z_]+$`));
    assert.match(await manager.locator("#chosen-error").innerText(), /Choose the answer that counts/);
    assert.match(await manager.locator("#reason-error").innerText(), /Fill this in/);
    forgive(manager);
    await checkPage(manager, "choosing without an answer");
    await manager.locator("#reason").fill("seen on the passport");
    await send(manager, "#form button.govuk-button");
    assert.equal(await manager.locator("#reason").inputValue(), "seen on the passport");
    assert.equal(await manager.locator("#reason-error").count(), 0);
    forgive(manager);
    await manager.setViewportSize({ width: 360, height: 740 });
    await checkPage(manager, "choosing on a telephone");
    await manager.setViewportSize({ width: 1280, height: 900 });

    // without script; meanwhile another one's page was made
    await visit(second, value);
    const plain = await enter("manager", { javaScriptEnabled: false });
    await visit(plain, `/linkage/persons/${person}`);
    const answers = plain.locator(`form[action='${value}']`);
    const other = answers.locator(".govuk-radios__item").filter({ hasNot: plain.locator(".govuk-tag--green") }).first();
    const wanted = (await other.locator("label").innerText()).trim();
    await other.locator("input").check();
    await answers.locator("input[name=reason]").fill("seen on the passport");
    await Promise.all([plain.waitForNavigation(), answers.locator("button").click()]);
    assert.match(await main(plain), /this answer counts for the person now/);
    assert.match(await main(plain), /seen on the passport/);
    await leave(plain);
    await visit(manager, value);
    assert.match(await main(manager), new RegExp(`Counts now: ${wanted}`));
    await checkPage(manager, "a value that was chosen");
    await visit(manager, "/linkage/answers?state=settled");
    assert.match(await main(manager), /seen on the passport/);
    await checkPage(manager, "/linkage/answers that are settled");
    await visit(manager, `/linkage/persons/${person}`);
    await checkPage(manager, "a person with a choice");

    await second.locator("#form input[type=radio]").first().check();
    await second.locator("#reason").fill("told so by the shelter");
    await send(second, "#form button.govuk-button");
    assert.match(await main(second), /somebody else has chosen here meanwhile/i);
    assert.match(await main(second), /seen on the passport/);
    assert.equal(await second.locator("#reason").inputValue(), "told so by the shelter");
    forgive(second);
    await checkPage(second, "choosing where somebody was quicker");

    await visit(manager, `${value}/undo`);
    await checkPage(manager, "taking a choice back");
    await send(manager, "#form button.govuk-button");
    assert.match(await manager.locator("#reason-error").innerText(), /Fill this in/);
    forgive(manager);
    await manager.locator("#reason").fill("the passport was false");
    await send(manager, "#form button.govuk-button");
    assert.equal(path(manager), `/linkage/persons/${person}`);
    assert.match(await main(manager), /The choice was taken back/);
    await visit(manager, value);
    assert.match(await main(manager), /the passport was false/);
    assert.equal(await contradicting(), cards);
});

test("10 who may not link", async () => {
    await visit(police, "/");
    assert.equal(await police.locator("a[href^='/linkage']").count(), 0);
    for (const where of ["/linkage", `/linkage/pairs/${a}/${b}`, "/linkage/decisions", "/linkage/quality", `/linkage/persons/${a}`, `/linkage/persons/${a}/values/sex`, "/linkage/answers", "/linkage/runs"]) {
        const answer = await visit(police, where);
        assert.equal(answer.status(), 403, where);
        assert.doesNotMatch(await main(police), new RegExp(`${b}`));
    }
    forgive(police);
});

test("11 two persons", async () => {
    process.env.DCIM_DATA = resolve("data-four");
    if (!existsSync("demo-four")) dcim("demo", "demo-four", "--data", resolve("data-four"), "--records", "100");
    const other = await startServer({ folder: "demo-four", key: "demo-four.key", args: ["--demonstration", "--insecure-no-second-factor"] });
    try {
        const one = await enter("manager", {}, other), two = await enter("second", {}, other);
        await compare(one, other);
        await visit(one, "/records?form=victim", other);
        const [p, q] = await one.locator("tbody th a").allInnerTexts();
        await visit(one, `/linkage/pairs/${p}/${q}`, other);
        assert.match(await main(one), /a second person confirms each decision/);
        await decide(one, p, q, "same", "the same document", other);
        assert.match(await main(one), /waits for a second person/);
        await visit(one, `/linkage/pairs/${p}/${q}`, other);
        assert.equal(await one.locator("form[action$='/confirm']").count(), 0);
        await checkPage(one, "a pair that waits for a second person");
        await visit(two, "/linkage/decisions?state=confirm", other);
        await send(two, "main tbody th a");
        assert.deepEqual(path(two).split("/").slice(-2).sort(), [p, q].sort());
        await checkPage(two, "a pair to be confirmed");
        await send(two, "form[action$='/confirm'] button");
        assert.match(await main(two), /The decision is confirmed/);
        await visit(two, `/linkage/pairs/${p}/${q}`, other);
        assert.match(await main(two), /Confirmed/);
        await checkPage(two, "a pair that was confirmed");
    } finally {
        await other.close();
    }
});
