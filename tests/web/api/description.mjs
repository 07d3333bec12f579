// SPDX-License-Identifier: EUPL-1.2
// The plan is in tests/web/test_api_description.sh.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { source, startServer } from "../../browser/browser.mjs";

let server, session, key;

// One request by TLS; { status, headers, body }.
function ask(path, { method = "GET", headers = {}, body } = {}) {
    return new Promise((done, failed) => {
        const r = request(server.address + path, { method, headers, rejectUnauthorized: false }, (answer) => {
            let text = "";
            answer.setEncoding("utf8").on("data", (part) => { text += part; });
            answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, body: text }));
        });
        r.on("error", failed);
        r.end(body);
    });
}

// A form as a browser posts it.
function post(path, fields) {
    return ask(path, { method: "POST", body: new URLSearchParams(fields).toString(), headers: {
        "Content-Type": "application/x-www-form-urlencoded", "Origin": server.address, "Sec-Fetch-Site": "same-origin",
        ...(session ? { Cookie: session } : {}) } });
}

before(async () => {
    server = await startServer();
    const code = /[0-9A-Z]{4}(-[0-9A-Z]{4}){3}/.exec(server.printed())[0];
    const made = await post("/setup", { code, account: "ana.reis", name: "Ana Reis", password: "violet trombone morning" });
    session = (made.headers["set-cookie"] ?? []).map((c) => c.split(";")[0]).find((c) => c.startsWith("__Host-dcim="));
    assert.ok(session, `nobody could be let in: ${made.status}`);
    const page = await ask("/account/keys", { headers: { Cookie: session } });
    const csrf = /name="csrf" value="([0-9a-f]+)"/.exec(page.body)[1];
    const shown = await post("/account/keys", { csrf, label: "handbook", operations: "dictionary.forms", purpose: "a test", days: "30" });
    key = /dcim_[0-9a-f]{64}/.exec(shown.body)?.[0];
    assert.ok(key, `no key was made: ${shown.status}`);
});
after(async () => { await server?.close(); });

test("1 a validator of others", async () => {
    const answer = await ask("/api/v1/openapi.json");
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "application/json");
    const result = await new Validator().validate(JSON.parse(answer.body));
    assert.deepEqual(result.errors ?? [], []);
    assert.ok(result.valid);
});

test("2 which can refuse", async () => {
    const d = JSON.parse((await ask("/api/v1/openapi.json")).body);
    d.paths["/forms"].get.responses = 7;
    assert.equal((await new Validator().validate(d)).valid, false);
});

test("3 the handbook's example", async () => {
    const lines = readFileSync(`${source}/docs/handbook/api.md`, "utf8").split("\n").filter((l) => l.startsWith("curl "));
    assert.equal(lines.length, 1);
    writeFileSync("key.txt", `Authorization: Bearer ${key}\n`, { mode: 0o600 });
    const words = lines[0].replace("https://register.example", server.address).split(" ").slice(1);
    const out = execFileSync("curl", ["--silent", "--cacert", "register/server/certificate.pem", ...words], { encoding: "utf8" });
    const { forms } = JSON.parse(out);
    assert.ok(forms.some((f) => f.form === "victim"));
});

test("4 errors of the front", async () => {
    const long = await ask(`/api/v1/forms?x=${"a".repeat(5000)}`);
    assert.equal(long.status, 414); // its line was not read to the end, so whose address it was is not known
    const media = await ask("/api/v1/tables", { method: "POST", body: "x", headers: { "Content-Type": "text/plain" } });
    assert.equal(media.status, 415);
    assert.equal(media.headers["content-type"], "application/problem+json");
    assert.equal(JSON.parse(media.body).instance, `urn:dcim:request:${media.headers["x-request-id"]}`);
    const origin = await ask("/api/v1/forms", { headers: { Origin: "https://elsewhere.example", Authorization: `Bearer ${key}` } });
    assert.equal(Object.keys(origin.headers).filter((h) => h.startsWith("access-control")).length, 0);
});

test("5 no further than its operations", async () => {
    const headers = { Authorization: `Bearer ${key}` };
    assert.equal((await ask("/api/v1/forms", { headers })).status, 200);
    assert.equal((await ask("/api/v1/organisations", { headers })).status, 403);
    assert.equal((await ask("/api/v1/forms", { headers: { Cookie: session } })).status, 401);
    // A key is none for pages.
    assert.notEqual((await ask("/account", { headers: { ...headers, Cookie: `__Host-dcim=${key}` } })).status, 200);
});
