// SPDX-License-Identifier: EUPL-1.2
// What is typed stays where it belongs: canaries go into every field of every form of the router's table, over plain
// HTTPS. None may then be in any file of the register, its backups or temporary folders (S15, S12), in what the server
// prints, in the arguments or the environment of its processes (S15), nor, five seconds later, in the memory of the
// process that has the network (S89).
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import https from "node:https";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build, dcim, startServer } from "./browser.mjs";

process.env.DCIM_INSECURE_KDF = "1";
const routes = execFileSync(join(build, "tests/browser/routes"), { encoding: "utf8" }).trim().split("\n").map((line) => JSON.parse(line));
const canary = "Zwxqkanarie", password = "seven green rivers at noon";
let server, agent, supervisor;
const session = {}, csrf = {};

function ask(method, path, { who, form } = {}) {
    const body = form && new URLSearchParams(form).toString();
    const headers = { "Sec-Fetch-Site": "same-origin", "Accept-Language": "en" };
    if (who) headers.Cookie = `__Host-dcim=${session[who]}`;
    if (body !== undefined) Object.assign(headers, { "Content-Type": "application/x-www-form-urlencoded", "Content-Length": Buffer.byteLength(body) });
    return new Promise((done, failed) => {
        const request = https.request(server.address + path, { method, headers, agent }, (answer) => {
            let text = "";
            answer.setEncoding("utf8").on("data", (part) => { text += part; }).on("end", () => done({ status: answer.statusCode, headers: answer.headers, body: text }));
        });
        request.on("error", failed);
        request.end(body);
    });
}

const children = (pid) => readdirSync("/proc").filter((d) => /^\d+$/.test(d)).filter((d) => { try { return new RegExp(`^PPid:\\t${pid}$`, "m").test(readFileSync(`/proc/${d}/status`, "utf8")); } catch { return false; } }).map(Number);
const wordsOf = (pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");

before(async () => {
    dcim("demo", "pilot");
    server = await startServer({ folder: "pilot", key: "pilot.key", args: ["--insecure-no-second-factor", "--demonstration"] });
    supervisor = children(process.pid).find((pid) => wordsOf(pid)[1] === "serve");
    agent = new https.Agent({ keepAlive: true, maxSockets: 4, rejectUnauthorized: false });
    for (const who of ["police", "manager", "admin"]) {
        const answer = await ask("POST", "/sign-in", { form: { account: who, password } });
        session[who] = (answer.headers["set-cookie"] ?? []).map((c) => /^__Host-dcim=([^;]+)/.exec(c)?.[1]).find(Boolean);
        csrf[who] = /name="csrf" value="([^"]+)"/.exec((await ask("GET", "/", { who })).body)?.[1];
    }
});
after(async () => { agent?.destroy(); await server?.close(); });

// Accounts, organisations and packs are named by these in clear text: their names are no secrets of persons.
const public_ = new Set(["account.add", "account.change", "organisation.add", "organisation.change", "token.add", "pack.install", "dashboard.save"]);
let number = 0;
const typed = [];
function canaryOf(p) {
    const word = `${canary}${String(++number).padStart(5, "0")}x`;
    typed.push(word);
    return word;
}

test("every form takes canaries", async () => {
    let taken = 0;
    const reference = [...(await ask("GET", "/records", { who: "police" })).body.matchAll(/href="\/records\/([^"/?]+)"/g)].map((m) => m[1]).find((c) => /[0-9]/.test(c));
    for (const route of routes.filter((r) => r.method === "POST" && !public_.has(r.operation) && !/sign-out|\/api\//.test(r.path)))
        for (const who of ["police", "manager", "admin"]) {
            const form = { csrf: csrf[who] };
            for (const p of route.parameters)
                if (p.kind === 4) for (const name of ["family_name", "given_names", "anything"]) form[name] = canaryOf(p);
                else form[p.name] = p.choices ? p.choices.split("|")[0] : p.kind === 1 ? "1" : p.kind === 2 ? "1" : canaryOf(p);
            const answer = await ask("POST", route.path.replace(/\{record\}/, reference ?? "x").replace(/\{[^}]+\}/g, "x"), { who, form });
            if (answer.status < 500) taken++;
            assert.ok(!(answer.headers.location ?? "").includes(canary), `${route.path} leads to what was typed`); // S34
        }
    assert.ok(taken > 50, `${taken}`);
    assert.ok(typed.length > 50);
});

// Plain, UTF-16, hexadecimal, base64 at each of three places, unsalted hashes.
function disguises(word) {
    const b64 = (before) => Buffer.from("\0".repeat(before) + word).toString("base64").replace(/=+$/, "").slice(before ? 4 : 0, -2);
    return [Buffer.from(word), Buffer.from(word, "utf16le"), Buffer.from(Buffer.from(word).toString("hex")), ...[0, 1, 2].map((n) => Buffer.from(b64(n))),
        ...["md5", "sha1", "sha256"].flatMap((h) => { const d = createHash(h).update(word).digest(); return [d, Buffer.from(d.toString("hex"))]; })];
}
const common = disguises(canary).slice(0, 3); // what all begin with

function* filesBelow(folder) {
    for (const d of readdirSync(folder, { withFileTypes: true }))
        if (d.isDirectory()) yield* filesBelow(join(folder, d.name));
        else if (d.isFile()) yield join(folder, d.name);
}

test("S15: no file of the register has what was typed, nor its hash", () => {
    const found = [];
    const sample = typed.filter((_, i) => i % 7 === 0).slice(0, 60).flatMap(disguises);
    for (const folder of ["pilot", "pilot-backups", "pilot-files", "/tmp/dcim", "."].filter((f) => existsSync(f)))
        for (const file of filesBelow(folder)) {
            if (statSync(file).size > 256 << 20) continue;
            const bytes = readFileSync(file);
            if ([...common, ...sample].some((d) => bytes.includes(d))) found.push(file);
        }
    assert.deepEqual(found, []);
});

test("S15: nor what the server prints, nor its processes' arguments and environments", () => {
    assert.ok(!server.printed().includes(canary));
    for (const pid of [supervisor, ...children(supervisor)])
        for (const what of ["cmdline", "environ"]) {
            const said = readFileSync(`/proc/${pid}/${what}`, "latin1");
            assert.ok(!said.includes(canary) && !said.includes(password), `${pid} ${what}`);
            for (const s of Object.values(session)) assert.ok(!said.includes(s));
        }
});

// How often a text lies in what a process may write to; null where that may not be read.
function inMemory(pid, wanted) {
    let mem;
    try { mem = openSync(`/proc/${pid}/mem`, "r"); } catch { return null; }
    let n = 0;
    const where = [];
    for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
        const m = /^([0-9a-f]+)-([0-9a-f]+) rw(.*)$/.exec(line);
        if (!m) continue;
        const from = BigInt(`0x${m[1]}`), size = Number(BigInt(`0x${m[2]}`) - from);
        if (size > 1 << 30) continue;
        const piece = Buffer.alloc(size);
        try { readSync(mem, piece, 0, size, from); } catch { continue; }
        for (let at = piece.indexOf(wanted); at >= 0; at = piece.indexOf(wanted, at + 1)) { n++; if (where.length < 8) where.push(`${m[3].trim().split(/\s+/).pop()} ${JSON.stringify(piece.subarray(Math.max(0, at - 60), at + 40).toString("latin1"))}`); }
    }
    closeSync(mem);
    return { n, where };
}

test("S89: five seconds later the process with the network has forgotten it", async (t) => {
    const door = children(supervisor).find((pid) => wordsOf(pid)[2] === "door");
    const control = inMemory(door, "frame-ancestors 'none'");
    if (control === null) return t.skip("memory of other processes may not be read here");
    await new Promise((done) => setTimeout(done, 5000));
    const left = inMemory(door, canary);
    assert.equal(left.n, 0, left.where.join("\n"));
});
