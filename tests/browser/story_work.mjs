// SPDX-License-Identifier: EUPL-1.2
// What waits for somebody, and what is done with records that are there, in the demonstration's register
//  1 each card of My work leads to as many rows as it says
//  2 a record is linked to another after it was seen, and the link taken away
//  3 a record is withdrawn with a reason, is in no list, and is brought back
//  4 a question to the table builder is saved, opened, renamed, shared and deleted; its address is a code alone
//  5 a person is referred with consent; the other organisation sees what serves assistance, and answers
//  6 a reporting year is closed; a reason is asked for to open it again
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { checkPage, complaints, dcim, newPage, open, signIn, startServer } from "./browser.mjs";

const password = "seven green rivers at noon";
let browser, server, police, shelter, manager;
before(async () => {
    if (!existsSync("demo-work")) {
        dcim("demo", "demo-work", "--records", "200");
        const where = ["--repository", "demo-work", "--key-file", "demo-work.key"];
        const columns = "source_file_no,family_name,given_names,birth_date,entry_date,sex,citizenship,recruitment_country,exploitation_form,"
            + "exploitation_country,exploitation_start,main_form_flag,victim_status,status_decided_by,legal_basis,case_status,retention_until";
        const row = (no, more) => `${no},Rocha,Ana,1990-05-31,2023-05-11,F,PT,PT,E100,PT,2022-03,yes,S30,14,LB3,active,${more}`;
        writeFileSync("twice.csv", `${columns}\n${row("W-1", "")}\n${row("W-2", "2020-01-01")}\n`);
        dcim("import", "twice.csv", "--form", "victim", "--organisation", "GNR", ...where);
        writeFileSync("consent.csv", "source_file_no,entry_date,sex,citizenship,recruitment_country,exploitation_form,exploitation_country,"
            + "exploitation_start,main_form_flag,victim_status,status_decided_by,legal_basis,birth_date,consent_purpose,consent_organisation,"
            + "consent_decision,interpreter_needed\nW-3,2023-05-11,F,PT,PT,E100,PT,2022-03,yes,S30,14,LB3,1990-05-31,sharing_named_org,CAP-A,given,yes\n");
        dcim("import", "consent.csv", "--form", "victim", "--organisation", "GNR", ...where);
        // linkage was sure of the two, and joined them; whether one is too many is for people to say
        const { pairs } = JSON.parse(dcim("link", "list", "--state", "all", "--organisation", "GNR", "--limit", "500", "--json", ...where));
        for (const p of pairs.filter((x) => x.organisation_a === x.organisation_b))
            dcim("link", "undo", p.a, p.b, "--reason", "perhaps entered twice", ...where);
    }
    server = await startServer({ folder: "demo-work", key: "demo-work.key", args: ["--demonstration", "--insecure-no-second-factor"] });
    browser = await open();
    const enter = async (account) => { const page = await newPage(browser); await signIn(page, server, account, password); return page; };
    police = await enter("police");
    shelter = await enter("shelter");
    manager = await enter("manager");
});
after(async () => { await browser?.close(); await server?.close(); });

const main = (page) => page.locator("main").innerText();
const path = (page) => new URL(page.url()).pathname;
const send = (page, button) => Promise.all([page.waitForNavigation(), page.locator(button).first().click()]);
// What the browser logs of answers that are refused on purpose.
const forgive = (page) => { complaints(page).length = 0; };

async function rows(page) {
    let n = 0;
    for (;;) {
        n += await page.locator("main tbody tr").count();
        // persons whose answers contradict each other have a card for each question
        n += new Set(await page.locator("main .govuk-summary-card a[href^='/linkage/persons/']").evaluateAll((all) => all.map((a) => a.pathname.split("/")[3]))).size;
        const next = page.locator("main a[rel=next]");
        if (await next.count() === 0) return n;
        await Promise.all([page.waitForNavigation(), next.click()]);
    }
}

test("1 cards lead to as many rows", async () => {
    for (const page of [police, shelter, manager]) {
        await page.goto(`${server.address}/`);
        const cards = await page.locator(".app-card__link").evaluateAll((all) => all.map((a) => [a.href, Number(a.querySelector(".app-card__number").textContent), a.textContent]));
        assert.ok(cards.length >= 6);
        for (const [href, n, text] of cards) {
            await page.goto(href);
            assert.equal(await rows(page), n, `${text} ${href}`);
        }
    }
    await police.goto(`${server.address}/`);
    await police.locator("a[href='/records?state=duplicate']").click();
    await police.waitForURL(/duplicate/);
    assert.match(await main(police), /may be the person of \w{12}/);
    await checkPage(police, "/records?state=duplicate");
    assert.equal(await police.locator("main a[href^='/linkage/']").count(), 0);
    await manager.goto(`${server.address}/records?state=duplicate`);
    await manager.locator("main a[href^='/linkage/pairs/']").first().click();
    await manager.waitForURL(/\/linkage\/pairs\//);
    assert.match(await main(manager), /One person, or two/);
    await police.goto(`${server.address}/records?state=due`);
    assert.match(await main(police), /to be kept until 2020-01-01/);
    await checkPage(police, "/records?state=due");
});

let victim;
test("2 links", async () => {
    await manager.goto(`${server.address}/records?form=suspect`);
    const suspect = await manager.locator("tbody th a").first().innerText();
    await manager.goto(`${server.address}/records?state=duplicate`);
    victim = await manager.locator("tbody th a").first().innerText();
    await manager.goto(`${server.address}/records/${victim}`);
    await manager.locator("#purpose-links").fill("one case");
    await send(manager, "form[action$='/links'] button");
    await checkPage(manager, "links of a record");
    await manager.locator("#kind").selectOption("linked_suspect suspect");
    await manager.locator("#reference").fill("NO-SUCH-RECORD");
    await send(manager, "form[action$='/find'] button");
    assert.match(await main(manager), /No record that you may see/);
    await checkPage(manager, "no record to link to");
    await send(manager, "form[action$='/links'] button");
    await manager.locator("#kind").selectOption("linked_suspect suspect");
    await manager.locator("#reference").fill(suspect);
    await send(manager, "form[action$='/find'] button");
    assert.match(await main(manager), new RegExp(suspect));
    await checkPage(manager, "a record to link to");
    await send(manager, "form[action$='/link'] button");
    assert.match(await main(manager), /The records are linked/);
    assert.equal(path(manager), `/records/${victim}`);
    await manager.locator("#purpose-links").fill("one case");
    await send(manager, "form[action$='/links'] button");
    await send(manager, "form[action$='/unlink'] button");
    assert.match(await main(manager), /The link was taken away/);
});

test("3 withdrawn and brought back", async () => {
    await send(manager, "a[href$='/withdraw']");
    await checkPage(manager, "/records/{record}/withdraw");
    await send(manager, "#form button");
    assert.match(await manager.title(), /^Error: /);
    complaints(manager).length = 0; // that an answer was 422 is said on the console
    await manager.locator("#purpose").fill("entered twice");
    await send(manager, "#form button");
    assert.match(await main(manager), /The record was withdrawn/);
    assert.equal(await manager.locator("a[href='#change']").count(), 0);
    await checkPage(manager, "a withdrawn record");
    await manager.goto(`${server.address}/records?state=duplicate`);
    assert.equal(await rows(manager), 0);
    await manager.goto(`${server.address}/records?state=withdrawn`);
    assert.equal(await rows(manager), 1);
    await manager.goto(`${server.address}/records/${victim}`);
    await manager.locator("#purpose-restore").fill("another person");
    await send(manager, "form[action$='/restore'] button");
    assert.match(await main(manager), /in the register again/);
    await manager.goto(`${server.address}/records/${victim}/history`);
    assert.match(await main(manager), /entered twice/);
    await checkPage(manager, "history");
    await send(manager, "main a[href*='/versions/']");
    await checkPage(manager, "difference");
});

test("4 saved questions", async () => {
    await manager.goto(`${server.address}/explore`);
    await manager.evaluate(() => { document.querySelector("#row-1").value = "sex"; });
    await send(manager, "button[value=table]");
    await manager.locator("details summary", { hasText: "Save this question" }).click();
    await manager.locator("#name").fill("Women and men");
    await checkPage(manager, "saving a question");
    await send(manager, "button[formaction='/explore/save']");
    assert.match(path(manager), /^\/questions\/[0-9A-Z]{12}$/);
    assert.match(await main(manager), /The question is saved/);
    assert.equal(await manager.locator("h1").innerText().then((t) => t.includes("Women and men")), true);
    await checkPage(manager, "/questions/{question}");
    const saved = path(manager);
    await police.goto(`${server.address}${saved}`);
    assert.match(await main(police), /no such saved question/);
    forgive(police);
    await manager.goto(`${server.address}/questions`);
    await manager.locator("main input[name=name]").fill("By sex");
    await send(manager, "main form[action^='/questions/'] button");
    assert.match(await main(manager), /By sex/);
    await checkPage(manager, "/questions");
    await send(manager, "button[formaction$='/delete']");
    assert.match(await main(manager), /No question is saved yet/);
});

test("5 a referral is answered", async () => {
    await police.goto(`${server.address}/records?form=victim`);
    await police.locator("tbody th a").first().click();
    await police.locator("a[href$='/refer']").click();
    await police.locator("#organisation").selectOption("CAP-A");
    await police.locator("#text").fill("A place is needed.");
    await police.locator("#agreed").check();
    await checkPage(police, "/records/{record}/refer");
    await send(police, "#form button.govuk-button");
    assert.match(await main(police), /The referral was made/);
    await checkPage(police, "a referral that was made");
    await shelter.goto(`${server.address}/`);
    await shelter.locator("a[href='/referrals?waiting=1']").click();
    await shelter.waitForURL(/referrals/);
    assert.equal(await rows(shelter), 1);
    await checkPage(shelter, "/referrals");
    await shelter.locator("tbody th a").click();
    await shelter.locator("#text").fill("There is one.");
    assert.doesNotMatch(await main(shelter), /W-3/);
    await checkPage(shelter, "/referrals/{referral}");
    await send(shelter, "button[value=accepted]");
    assert.match(await main(shelter), /There is one\./);
    await checkPage(shelter, "a referral that was answered");
    await police.reload();
    assert.match(await main(police), /Accepted/);
    await police.goto(`${server.address}/referrals`);
    await checkPage(police, "/referrals of the sender");
});

test("6 a year is closed and opened again", async () => {
    await manager.goto(`${server.address}/years`);
    await checkPage(manager, "/years");
    await manager.locator("#year-close").fill("2023");
    await send(manager, "main form[action='/years/close'] button");
    assert.match(await main(manager), /The year is closed/);
    await checkPage(manager, "/years with one");
    await manager.locator("#year-open").fill("2023");
    await send(manager, "main form[action='/years/reopen'] button");
    assert.match(await manager.title(), /^Error: /);
    forgive(manager);
    await manager.locator("#year-open").fill("2023");
    await manager.locator("#reason-open").fill("two records came late");
    await send(manager, "main form[action='/years/reopen'] button");
    assert.match(await main(manager), /The year is open again/);
    assert.match(await main(manager), /No year is closed/);
});
