// SPDX-License-Identifier: EUPL-1.2
// A security key as second factor, in Chromium with an authenticator of software, against a register that asks for second factors (S44)
//  1 who needs a second factor registers a key when signing in for the first time, gets recovery codes, and signs in with it
//  2 a key that does not verify the person, a key that is another one, and a cancelled question open nothing and are said
//  3 what the key has answered once opens nothing a second time
//  4 at another name of the server the page says so, and asks for a code
//  5 without script, a recovery code opens
//  6 keys are listed and removed, the last one stays; an account without one registers one by choice
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import { checkPage, complaints, dcim, leave, newPage, open, startServer } from "./browser.mjs";

const password = "seven green rivers at noon";
let browser, server, codes = [];
before(async () => {
    if (!existsSync("demo-key")) dcim("demo", "demo-key", "--records", "100");
    server = await startServer({ folder: "demo-key", key: "demo-key.key", args: ["--demonstration"] });
    browser = await open();
});
after(async () => { await browser?.close(); await server?.close(); });

// What the browser logs of answers that are refused on purpose.
const forgive = (page) => { complaints(page).length = 0; };
const main = (page) => page.locator("main").innerText();
const ask = "[data-security-key-ask]";

// A key on USB that verifies who uses it, plugged into one page.
async function plug(page, options = {}) {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("WebAuthn.enable");
    const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: {
        protocol: "ctap2", transport: "usb", hasResidentKey: false, hasUserVerification: true, isUserVerified: true,
        automaticPresenceSimulation: true, ...options } });
    const key = { authenticatorId };
    return {
        verifies: (isUserVerified) => cdp.send("WebAuthn.setUserVerified", { ...key, isUserVerified }),
        credentials: async () => (await cdp.send("WebAuthn.getCredentials", key)).credentials,
        put: (credential) => cdp.send("WebAuthn.addCredential", { ...key, credential }),
        empty: () => cdp.send("WebAuthn.clearCredentials", key),
        pull: () => cdp.send("WebAuthn.removeVirtualAuthenticator", key),
    };
}

async function passwordShown(page, account, address = server.address) {
    await page.goto(`${address}/sign-in`);
    await page.locator("#account").fill(account);
    await page.locator("#password").fill(password);
    await page.locator("#form button[type=submit]").click();
    await page.waitForURL(/\/(sign-in\/(code|factor))?$/);
}
const signedIn = (page) => page.locator(".app-account").waitFor();
const signOut = async (page) => {
    await page.getByRole("button", { name: "Sign out" }).first().click();
    await page.waitForURL(/done=signed-out/);
};
const keys = async (page) => {
    await page.goto(`${server.address}/account`);
    return page.locator("[aria-label='Security keys'] tbody th").allInnerTexts();
};

let page, key, first;

test("1 registered, and shown", async () => {
    page = await newPage(browser);
    key = await plug(page);
    await passwordShown(page, "admin");
    assert.match(page.url(), /\/sign-in\/factor$/);
    await checkPage(page, "which second factor");
    await page.getByRole("button", { name: "Register a security key" }).click();
    await page.locator(ask).waitFor();
    await checkPage(page, "registering a key");
    await page.locator("#label").fill("");
    await page.locator(ask).click(); // a key without a name is not asked for
    assert.equal((await key.credentials()).length, 0);
    await page.locator("#label").fill("blue key");
    await page.locator(ask).click();
    await page.locator(".app-codes li").first().waitFor();
    await checkPage(page, "recovery codes of a key");
    codes = await page.locator(".app-codes li").allInnerTexts();
    assert.equal(codes.length, 10);
    first = (await key.credentials())[0];
    assert.equal(first.rpId, "localhost");
    await page.getByRole("button", { name: "I have kept them" }).click();
    await signedIn(page);
    assert.deepEqual(await keys(page), ["blue key"]);
    await checkPage(page, "/account with a key");
    await signOut(page);
    await passwordShown(page, "admin");
    await page.locator(ask).waitFor();
    await checkPage(page, "a key is asked for");
    await page.locator(ask).click();
    await signedIn(page);
    assert.ok((await key.credentials())[0].signCount > first.signCount);
    await signOut(page);
});

test("2 refused, and said", async () => {
    await passwordShown(page, "admin");
    await key.verifies(false);
    await page.locator(ask).click();
    await page.getByText("No key was shown in time, or it was cancelled.").waitFor();
    await checkPage(page, "a key that did not verify");
    assert.ok(await page.locator(ask).isEnabled());
    await key.verifies(true);
    await key.empty();
    await page.locator(ask).click();
    await page.getByText("No key was shown in time, or it was cancelled.").waitFor();
    assert.match(page.url(), /\/sign-in\/code$/);
    // The desk does not take the browser's word for it.
    await page.evaluate(() => {
        navigator.credentials.get = async ({ publicKey }) => {
            const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
            const client = JSON.stringify({ type: "webauthn.get", challenge: text(publicKey.challenge), origin: location.origin });
            const bytes = (n) => new Uint8Array(n).buffer;
            return { rawId: publicKey.allowCredentials[0].id, response: { clientDataJSON: new TextEncoder().encode(client), authenticatorData: bytes(37), signature: bytes(64) } };
        };
    });
    await page.locator(ask).click();
    await page.locator(".govuk-error-summary").waitFor();
    assert.match(await main(page), /the security key did not verify who uses it/i);
    forgive(page);
    await checkPage(page, "a key that was refused");
    await key.put(first);
});

test("3 an answer is good once", async () => {
    let sent;
    page.on("request", (r) => { if (r.method() === "POST" && r.url().endsWith("/sign-in/code")) sent = r.postData(); });
    const { signCount } = (await key.credentials())[0];
    assert.ok(signCount >= 1);
    await page.goto(`${server.address}/sign-in/code`);
    // The counter of the copy is behind that of the key: somebody has copied it.
    await page.locator(ask).click();
    await page.locator(".govuk-error-summary").waitFor();
    assert.match(await main(page), /this security key has counted back/i);
    forgive(page);
    await key.empty();
    await key.put({ ...first, signCount: 50 });
    await page.locator(ask).click();
    await signedIn(page);
    const used = new URLSearchParams(sent).get("key");
    await signOut(page);
    await passwordShown(page, "admin");
    await page.evaluate((value) => {
        const field = Object.assign(document.createElement("input"), { type: "hidden", name: "key", value });
        document.querySelector("#form").append(field);
        document.querySelector("#form").submit();
    }, used);
    await page.locator(".govuk-error-summary").waitFor();
    assert.match(await main(page), /this is not what the security key was asked for/i);
    forgive(page);
    await page.locator(ask).click();
    await signedIn(page);
});

test("4 at another name", async () => {
    const other = await newPage(browser);
    await passwordShown(other, "admin", `https://127.0.0.1:${server.port}`);
    await other.getByText("Security keys of this register are for this name of the server: localhost").waitFor();
    assert.equal(await other.locator(ask).count(), 0);
    await checkPage(other, "a key at another name");
    await other.locator("#code").fill(codes[0]);
    await other.locator("#form button[type=submit]:visible").last().click();
    await signedIn(other);
    await leave(other);
});

test("5 without script", async () => {
    const plain = await newPage(browser, { javaScriptEnabled: false });
    await passwordShown(plain, "admin");
    await plain.getByText("Security keys need script").waitFor();
    assert.equal(await plain.locator(ask).isVisible(), false);
    assert.match(await main(plain), /one of your recovery codes/);
    await plain.locator("#code").fill(codes[1]);
    await plain.locator("#form button[type=submit]:visible").last().click();
    await signedIn(plain);
    await plain.goto(`${server.address}/sign-in/factor`);
    await plain.getByRole("button", { name: "Register a security key" }).click();
    await plain.getByText("Security keys need script").waitFor();
    await leave(plain);
});

test("6 listed, removed, and by choice", async () => {
    await page.goto(`${server.address}/account`);
    assert.equal(await page.getByRole("button", { name: /Remove.*blue key/ }).count(), 0);
    const spare = await plug(page, { transport: "internal" });
    await key.pull();
    await page.getByRole("button", { name: "Register a security key" }).click();
    await page.locator("#label").fill("this computer");
    await page.locator(ask).click();
    await page.getByText("The security key was registered.").waitFor();
    assert.deepEqual(await keys(page), ["blue key", "this computer"]);
    await checkPage(page, "/account with two keys");
    // The same authenticator once more is refused by the browser.
    await page.getByRole("button", { name: "Register a security key" }).click();
    await page.locator(ask).click();
    await page.getByText("This key is registered already.").waitFor();
    await page.goto(`${server.address}/account`);
    await page.getByRole("button", { name: /Remove.*blue key/ }).click();
    await page.getByText("The security key was removed.").waitFor();
    assert.deepEqual(await keys(page), ["this computer"]);
    await leave(page);
    assert.equal((await spare.credentials().catch(() => [])).length, 0); // went with its page

    const analyst = await newPage(browser);
    await plug(analyst);
    await passwordShown(analyst, "analyst");
    await signedIn(analyst);
    await analyst.goto(`${server.address}/sign-in/factor`);
    await checkPage(analyst, "second factor by choice");
    await analyst.getByRole("button", { name: "Register a security key" }).click();
    await analyst.locator(ask).click();
    await analyst.locator(".app-codes li").first().waitFor();
    await leave(analyst);
});
