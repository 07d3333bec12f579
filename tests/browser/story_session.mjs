// SPDX-License-Identifier: EUPL-1.2
// The end of a session, and of the desk, in the middle of entering: nothing that was typed is lost (S37, S38, S39)
//  1 the warning before: read out, and a button that makes it longer without losing what was typed
//  2 with script: the session ends, one types on, signs in in another tab and comes back; it is saved by itself
//  3 without script: what is sent when the session has ended is kept, and there again after signing in
//  4 the same, but somebody else signs in: they see nothing of it
//  5 without script, signed in anew in between: what was typed is sent once more by one button
//  6 the desk is killed in the middle of saving, over and over: the draft has what was acknowledged or what was sent last, the page
//    says what happened, and saves again once one has signed in
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { checkPage, complaints, dcim, leave, newPage, open, signIn, startServer } from "./browser.mjs";

const password = "seven green rivers at noon";
const args = ["--demonstration", "--insecure-no-second-factor"];
const SHORT = 20; // seconds without use
let browser, server;
before(async () => {
    if (!existsSync("demo-session")) dcim("demo", "demo-session", "--records", "200");
    server = await startServer({ folder: "demo-session", key: "demo-session.key", args: [...args, "--idle", String(SHORT)] });
    browser = await open();
});
after(async () => { await browser?.close(); await server?.close(); });

const seconds = (n) => new Promise((done) => setTimeout(done, n * 1000));
const forgive = (page) => { complaints(page).length = 0; };
const path = (page) => new URL(page.url()).pathname;
const enter = async (account, options) => {
    const page = await newPage(browser, options);
    await signIn(page, server, account, password);
    return page;
};
async function draftBegun(page) {
    await page.goto(`${server.address}/new`);
    await page.locator("button[value=skip]").click();
    await page.waitForURL(/\/drafts\/\w+$/);
    const draft = path(page);
    await page.goto(`${server.address}${draft}/entry`);
    return draft;
}
async function signInHere(page, account) {
    await page.locator("#account").fill(account);
    await page.locator("#password").fill(password);
    await page.locator("#form button[type=submit]").click();
}
const panel = "[data-session-warning]";

// Three at once, then two, each in windows of its own, for most of their time is waiting for a session to end. But one acts
// at a time, so that no session ends because the machine is busy with the others; it lets go while it waits. Not all five
// at once: an account has three sessions at most, and the oldest would be ended by that.
const waiting = [];
let acts = false;
const begin = () => new Promise((done) => { if (acts) waiting.push(done); else { acts = true; done(); } });
const letGo = () => { if (waiting.length) waiting.shift()(); else acts = false; };
const inTurn = (run) => async () => { await begin(); try { await run(); } finally { letGo(); } };
const sessionEnds = async () => { letGo(); await seconds(SHORT + 1); await begin(); };

// Sent when the session has ended; the page that comes is that of signing in.
async function sentTooLate(page, text) {
    await page.locator("#f-source_file_no").fill(text);
    await sessionEnds();
    await page.getByRole("button", { name: "Save and continue" }).click();
    await page.waitForURL(/\/sign-in\?/);
    assert.doesNotMatch(page.url(), /SESSION/);
    assert.doesNotMatch(await page.content(), /SESSION/);
    await page.getByText("What you typed is kept").waitFor();
}

describe("with script and without", { concurrency: true }, () => {
    test("1 the warning", async () => {
        const page = await enter("shelter");
        await draftBegun(page);
        await page.locator(panel).getByText("signed out").waitFor();
        assert.equal(await page.locator(panel).getAttribute("role"), "alert");
        await page.locator("#f-source_file_no").fill("SESSION/1");
        for (let i = 0; i < 4; i++) {
            await seconds(SHORT / 3);
            await page.getByRole("button", { name: "Stay signed in" }).click();
        }
        assert.equal(await page.locator("#f-source_file_no").inputValue(), "SESSION/1");
        assert.equal((await page.context().request.get(`${server.address}/session`, { maxRedirects: 0 })).status(), 200);
        await page.locator(panel).getByText("signed out").waitFor();
        await checkPage(page, "a section with the warning");
        await leave(page);
    });

    test("2 with script", inTurn(async () => {
        const page = await enter("police");
        const draft = await draftBegun(page);
        await page.locator("#f-source_file_no").fill("SESSION/2");
        await page.locator("#f-source_file_no").press("Tab");
        await page.locator("[data-save-status][data-state=saved]").waitFor();
        await sessionEnds();
        await page.getByText("Your session has ended").waitFor();
        forgive(page);
        await checkPage(page, "a section after the end of the session");
        await page.locator("#f-source_file_no").fill("SESSION/2 typed after it");
        const [other] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("button", { name: "Sign in again" }).click()]);
        await other.waitForURL(/\/sign-in$/);
        await signInHere(other, "police");
        await other.locator(".app-account").waitFor();
        await page.bringToFront();
        await page.locator("[data-save-status][data-state=saved]").waitFor();
        assert.equal(await page.locator("#f-source_file_no").inputValue(), "SESSION/2 typed after it");
        await other.goto(`${server.address}${draft}/entry`);
        assert.equal(await other.locator("#f-source_file_no").inputValue(), "SESSION/2 typed after it");
        await leave(page);
    }));

    test("3 without script", inTurn(async () => {
        const page = await enter("police", { javaScriptEnabled: false });
        const draft = await draftBegun(page);
        await sentTooLate(page, "SESSION/3");
        await page.locator("#account").fill("police");
        await page.locator("#password").fill("not the password at all");
        await page.locator("#form button[type=submit]").click();
        await page.locator(".govuk-error-summary").waitFor();
        forgive(page);
        await signInHere(page, "police");
        await page.waitForURL((u) => u.pathname === `${draft}/entry`);
        assert.equal(await page.locator("#f-source_file_no").inputValue(), "SESSION/3");
        await page.getByText("is in the draft again").waitFor();
        await leave(page);
    }));
});

describe("somebody else, and anew", { concurrency: true }, () => {
    test("4 somebody else", inTurn(async () => {
        const page = await enter("police", { javaScriptEnabled: false });
        const draft = await draftBegun(page);
        await sentTooLate(page, "SESSION/4");
        await signInHere(page, "shelter");
        await page.locator(".app-account").waitFor();
        assert.equal(path(page), "/");
        assert.doesNotMatch(await page.content(), /SESSION/);
        assert.equal((await page.goto(`${server.address}${draft}/entry`)).status(), 404);
        forgive(page);
        await leave(page);
        const own = await enter("police");
        await own.goto(`${server.address}${draft}`);
        await checkPage(own, "a draft beside which something is kept");
        await own.getByRole("button", { name: "Take it into the draft" }).click();
        await own.waitForURL(/\/entry\?done=resumed/);
        assert.equal(await own.locator("#f-source_file_no").inputValue(), "SESSION/4");
        await leave(own);
    }));

    test("5 signed in anew in between", inTurn(async () => {
        const page = await enter("police", { javaScriptEnabled: false });
        const draft = await draftBegun(page);
        await page.locator("#f-source_file_no").fill("SESSION/5");
        await sessionEnds();
        const other = await page.context().newPage();
        await signIn(other, server, "police", password);
        await page.getByRole("button", { name: "Save and see all sections" }).click();
        await page.getByText("What you typed is not lost").waitFor();
        forgive(page); // it is answered 403
        await page.getByRole("button", { name: "Save what I typed" }).click();
        await page.waitForURL((u) => u.pathname === draft);
        await page.goto(`${server.address}${draft}/entry`);
        assert.equal(await page.locator("#f-source_file_no").inputValue(), "SESSION/5");
        await leave(page);
    }));
});

// The process below the server whose command says that it is the desk.
function deskOf(pid) {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number)
        .find((p) => readFileSync(`/proc/${p}/cmdline`, "utf8").split("\0").includes("desk"));
}

test("6 the desk is killed", async (t) => {
    await server.close();
    const start = (port) => startServer({ folder: "demo-session", key: "demo-session.key", args, port });
    server = await start();
    const page = await enter("police");
    const draft = await draftBegun(page);
    const box = page.locator("#f-source_file_no");
    let acknowledged = "", kept = { old: 0, new: 0 };
    for (let round = 0; round < 6; round++) {
        const text = `SESSION/6/${round}`;
        await box.fill(text);
        const desk = deskOf(server.pid);
        const saving = box.press("Tab"); // leaving the field saves
        await seconds(0.004 * round);
        process.kill(desk, "SIGKILL");
        await saving;
        await server.ended;
        await page.locator("[data-save-status]").filter({ hasText: /Not saved|Saved/ }).waitFor();
        assert.equal(await box.inputValue(), text, "the page keeps what was typed");
        server = await start(server.port);
        // the session ended with the desk: the page says so, and goes on once one has signed in
        const other = await page.context().newPage();
        await signIn(other, server, "police", password);
        await other.goto(`${server.address}${draft}/entry`);
        const there = await other.locator("#f-source_file_no").inputValue();
        assert.ok([acknowledged, text].includes(there), `neither the old nor the new: ${there}`);
        kept[there === text ? "new" : "old"]++;
        await other.close();
        await page.bringToFront();
        await box.fill(`${text}.`);
        await box.press("Tab");
        const status = page.locator("[data-save-status]");
        await page.waitForFunction(() => ["saved", "conflict"].includes(document.querySelector("[data-save-status]").dataset.state), undefined, { timeout: 60000 });
        // what had been written, but not acknowledged, makes this window the second one: it is told, and shown both
        if (await status.getAttribute("data-state") === "conflict") {
            await page.goto(`${server.address}${draft}/compare`);
            await page.getByText(`${text}.`).waitFor();
            await page.getByRole("button", { name: "Save what is chosen" }).click();
            await page.waitForURL(/done=draft-saved/);
            await page.goto(`${server.address}${draft}/entry`);
        }
        assert.equal(await box.inputValue(), `${text}.`);
        acknowledged = `${text}.`;
        forgive(page);
    }
    t.diagnostic(`killed while saving: ${kept.old} times the old state was there, ${kept.new} times the new one`);
    await leave(page);
    const after = await enter("police");
    await after.goto(`${server.address}${draft}/entry`);
    assert.equal(await after.locator("#f-source_file_no").inputValue(), acknowledged);
    await leave(after);
});
