// SPDX-License-Identifier: EUPL-1.2
// Every row of the router's table over plain HTTPS, without a browser: forged requests (S49), who may ask for what
// (S51), what belongs to others looks like what is not there (S52), headers of every answer (S32, S33, S34, S36, S64).
// The table is printed by the program's own code, so that a new route is tried without anybody thinking of it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import https from "node:https";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build, dcim, startServer } from "./browser.mjs";

process.env.DCIM_INSECURE_KDF = "1";
const routes = execFileSync(join(build, "tests/browser/routes"), { encoding: "utf8" }).trim().split("\n").map((line) => JSON.parse(line));
const password = "seven green rivers at noon";
const people = ["police", "shelter", "manager", "analyst", "publisher", "auditor", "admin"];
const session = {}, csrf = {}, records = {};
let server, agent;

// A hundred requests a second are served to one source (S83); more are asked for again.
async function ask(method, path, what) {
    for (let tries = 0; ; tries++) {
        const answer = await askOnce(method, path, what);
        if (answer.status !== 429 || !answer.headers["retry-after"] || tries === 50) return answer;
        await new Promise((done) => setTimeout(done, 200));
    }
}

// One request; headers are those of a page of ours unless they are named.
function askOnce(method, path, { who, form, headers = {}, type = "application/x-www-form-urlencoded" } = {}) {
    const body = form === undefined ? undefined : typeof form === "string" ? form : new URLSearchParams(form).toString();
    const sent = { "Sec-Fetch-Site": "same-origin", Origin: server.address, "Accept-Language": "en", ...headers };
    if (who) sent.Cookie = `__Host-dcim=${session[who] ?? who}`;
    if (body !== undefined) { sent["Content-Type"] = type; sent["Content-Length"] = Buffer.byteLength(body); }
    for (const name of Object.keys(sent)) if (sent[name] === null) delete sent[name];
    return new Promise((done, failed) => {
        const request = https.request(server.address + path, { method, headers: sent, agent }, (answer) => {
            const parts = [];
            answer.on("data", (part) => parts.push(part));
            answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts).toString("utf8") }));
        });
        request.on("error", failed);
        request.end(body);
    });
}

const cookieOf = (answer) => (answer.headers["set-cookie"] ?? []).map((c) => /^__Host-dcim=([^;]+)/.exec(c)?.[1]).find(Boolean);

async function signIn(who) {
    const answer = await ask("POST", "/sign-in", { form: { account: who, password } });
    session[who] = cookieOf(answer);
    assert.ok(session[who], `${who}: ${answer.status} ${answer.body.slice(0, 2000)}`);
    csrf[who] = /name="csrf" value="([^"]+)"/.exec((await ask("GET", "/", { who })).body)?.[1];
    assert.ok(csrf[who], `${who} has no token`);
}

before(async () => {
    dcim("demo", "pilot");
    server = await startServer({ folder: "pilot", key: "pilot.key", args: ["--insecure-no-second-factor", "--demonstration"] });
    agent = new https.Agent({ keepAlive: true, maxSockets: 6, rejectUnauthorized: false });
    for (const who of people) await signIn(who);
    for (const who of ["police", "shelter"]) {
        const page = await ask("GET", "/records", { who });
        records[who] = [...page.body.matchAll(/href="\/records\/([^"/?]+)"/g)].map((m) => m[1]).find((code) => /[0-9]/.test(code));
    }
});
after(async () => { agent?.destroy(); await server?.close(); });

// An address of a row, with these values in its fields.
const fill = (path, value) => path.replace(/\{[^}]+\}/g, encodeURIComponent(value));

const valueOf = (p) => p.choices ? p.choices.split("|")[0] : p.kind === 1 ? String(Math.max(1, p.min)) : "value of a forger";
const fieldsOf = (route) => Object.fromEntries(route.parameters.filter((p) => p.kind < 3).map((p) => [p.name, valueOf(p)]));

test("S49: forged requests are refused on every route that changes something, and change nothing", async () => {
    const posts = routes.filter((r) => r.method !== "GET");
    assert.ok(posts.length > 20);
    const who = "admin", other = csrf.police;
    const wrong = [];
    for (const route of posts) {
        const path = fill(route.path, "NOBODY-1"), fields = fieldsOf(route);
        const variants = {
            "no token": { form: fields },
            "another session's token": { form: { ...fields, csrf: other } },
            "token in the query": { form: fields, query: `?csrf=${csrf[who]}` },
            "wrong origin": { form: { ...fields, csrf: csrf[who] }, headers: { Origin: "https://evil.example" } },
            "neither origin nor site": { form: { ...fields, csrf: csrf[who] }, headers: { Origin: null, "Sec-Fetch-Site": null } },
            "cross-site": { form: { ...fields, csrf: csrf[who] }, headers: { "Sec-Fetch-Site": "cross-site" } },
            "method override": { form: fields, headers: { "X-HTTP-Method-Override": route.method, "X-Method-Override": route.method } },
        };
        for (const [name, { form, headers, query = "" }] of Object.entries(variants)) {
            const answer = await ask(route.method, path + query, { who, form, headers });
            // /api answers programs: a cookie is nothing to it, so that it asks for a token first
            if (![403, ...(route.path.startsWith("/api/") ? [401, 400, 415] : [])].includes(answer.status)) wrong.push(`${route.method} ${route.path}: ${name}: ${answer.status}`);
            // refused for where it comes from, not for who asks or for what is in it
            // (a page of entry that was loaded in an earlier session shows what was typed, to be sent by another press of a button)
            else if (route.path === "/drafts/{draft}/{section}" && /token|override/.test(name) && answer.body.includes("You have signed in anew since that page was loaded")) continue;
            else if (answer.status === 403 && !route.path.startsWith("/api/") && !answer.body.includes("did not come from a page of this session")) wrong.push(`${route.method} ${route.path}: ${name}: refused for something else`);
            if (cookieOf(answer)) wrong.push(`${route.path}: ${name}: a session was given`);
        }
        // the same as GET: another row, or none; never this one
        const get = await ask("GET", `${path}?${new URLSearchParams({ ...fields, csrf: csrf[who], _method: route.method })}`, { who });
        if (get.status >= 500 && get.status !== 503) wrong.push(`GET ${route.path}: ${get.status}`);
        if (get.status === 303 && !["/sign-in", "/", "/sign-in/code", "/sign-in/factor"].includes(get.headers.location)) wrong.push(`GET ${route.path}: leads to ${get.headers.location}`);
    }
    assert.equal(wrong.join("\n"), "");
    // and what is not forged is not taken for it
    assert.equal((await ask("POST", "/language", { who, form: { language: "en", csrf: csrf[who] } })).status, 303);
    // the session is what it was: nothing signed it out, and nobody was made
    assert.equal((await ask("GET", "/", { who })).status, 200);
    const accounts = await ask("GET", "/accounts", { who });
    assert.ok(!accounts.body.includes("value of a forger"));
    const organisations = await ask("GET", "/organisations", { who });
    assert.ok(!organisations.body.includes("value of a forger"));
});

test("S51: who has not signed in is led to the door, everywhere but where it stands open", async () => {
    const wrong = [];
    for (const route of routes.filter((r) => !r.open)) {
        const path = fill(route.path, records.police ?? "X-1");
        const answer = await ask(route.method, path, route.method === "GET" ? {} : { form: fieldsOf(route) });
        const fine = route.path.startsWith("/api/") ? answer.status === 401
            : route.method === "GET" ? answer.status === 303 && answer.headers.location === "/sign-in" : answer.status === 403;
        if (!fine) wrong.push(`${route.method} ${route.path}: ${answer.status} ${answer.headers.location ?? ""}`);
    }
    assert.equal(wrong.join("\n"), "");
});

// What a page says, without what differs each time by design: the correlation id and the masked token. The address that
// was asked for stands in links for other languages.
const bare = (answer, code) => answer.body.replace(/name="csrf" value="[0-9a-f]+"/g, "").replaceAll(code, "CODE")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,}|\b[0-9A-Z]{8,}\b/g, "ID");

test("S51, S52: a record of another organisation answers exactly like one that is not there", async () => {
    assert.ok(records.police && records.shelter && records.police !== records.shelter, JSON.stringify(records));
    const own = records.police, foreign = records.shelter;
    // a code of the same form that is nobody's
    const missing = foreign.replace(/[0-9]/g, (d, at) => (at === foreign.search(/[0-9]/) ? d : String((Number(d) + 5) % 10)));
    const wrong = [];
    let asked = 0;
    for (const route of routes.filter((r) => /\{/.test(r.path) && !r.path.startsWith("/help") && !r.path.startsWith("/api/"))) {
        for (const who of ["police"]) {
            const form = route.method === "GET" ? undefined : { ...fieldsOf(route), csrf: csrf[who] };
            const a = await ask(route.method, fill(route.path, foreign), { who, form });
            const b = await ask(route.method, fill(route.path, missing), { who, form });
            asked++;
            if (a.status !== b.status) wrong.push(`${route.method} ${route.path}: ${a.status}, and ${b.status} when missing`);
            else if (bare(a, foreign) !== bare(b, missing)) wrong.push(`${route.method} ${route.path}: ${a.status}, but another page`);
            if (a.status >= 500) wrong.push(`${route.method} ${route.path}: ${a.status}`);
        }
    }
    assert.ok(asked > 10);
    assert.equal((await ask("GET", `/records/${own}`, { who: "police" })).status, 200);
    assert.equal(wrong.join("\n"), "");
});

test("S52: nothing of another organisation on any page of a contributor", async () => {
    const wrong = [];
    const foreign = [...(await ask("GET", "/records", { who: "shelter" })).body.matchAll(/href="\/records\/([^"/?]+)"/g)].map((m) => m[1]).filter((c) => /[0-9]/.test(c));
    assert.ok(foreign.length > 3);
    for (const route of routes.filter((r) => r.method === "GET" && !r.path.startsWith("/help") && !r.path.startsWith("/api/"))) {
        const { body } = await ask("GET", fill(route.path, records.police), { who: "police" });
        for (const code of foreign) if (body.includes(code)) wrong.push(`${route.path} shows ${code}`);
    }
    assert.equal(wrong.join("\n"), "");
});

test("S32, S33, S34, S64: every answer to everybody has its headers, is kept nowhere, and never breaks", async () => {
    const wrong = [];
    for (const route of routes.filter((r) => r.method === "GET"))
        for (const who of [undefined, ...people]) {
            const path = fill(route.path, records.police), answer = await ask("GET", path, { who });
            const h = answer.headers, name = `${who ?? "nobody"} ${path}`;
            if (answer.status >= 500) wrong.push(`${name}: ${answer.status}`);
            if (!/no-store/.test(h["cache-control"] ?? "")) wrong.push(`${name}: cache-control ${h["cache-control"]}`);
            if (!/default-src 'none'/.test(h["content-security-policy"] ?? "")) wrong.push(`${name}: no policy`);
            if (h["x-content-type-options"] !== "nosniff" || h["referrer-policy"] !== "no-referrer") wrong.push(`${name}: headers`);
            if (!/max-age=\d{8}/.test(h["strict-transport-security"] ?? "")) wrong.push(`${name}: HSTS`);
            if (h.server || h["x-powered-by"]) wrong.push(`${name}: says what it is`);
            if (h.location && !/^\/(?!\/)/.test(h.location)) wrong.push(`${name}: leads to ${h.location}`); // S61
            for (const c of h["set-cookie"] ?? []) if (!/^__Host-dcim=.*; Path=\/; Secure; HttpOnly; SameSite=Strict$|^__Host-dcim=;/.test(c)) wrong.push(`${name}: cookie ${c.replace(/=[^;]+/, "=…")}`); // S36
            if (/sqlite|SELECT |\/src\/|\.c:\d+|stack|panic/i.test(answer.status >= 400 ? answer.body : "")) wrong.push(`${name}: an error says too much`);
            for (const m of answer.body.matchAll(/(?:src|href|action)="(https?:)?\/\/[^"]*"/g)) if (!/href="https:\/\//.test(m[0])) wrong.push(`${name}: ${m[0]}`);
        }
    assert.equal(wrong.join("\n"), "");
});

test("S37, S39, S33: another token at each sign-in; unknown ones are not taken; signing out ends it at once", async () => {
    const first = session.analyst;
    await signIn("analyst");
    assert.notEqual(session.analyst, first);
    const adopted = await ask("GET", "/", { who: "A".repeat(first.length) });
    assert.equal(adopted.status, 303);
    assert.equal(cookieOf(adopted), undefined);
    const out = await ask("POST", "/sign-out", { who: "analyst", form: { csrf: csrf.analyst } });
    assert.equal(out.headers["clear-site-data"], '"*"');
    assert.equal((await ask("GET", "/", { who: "analyst" })).status, 303);
});
