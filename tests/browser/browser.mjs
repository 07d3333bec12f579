// SPDX-License-Identifier: EUPL-1.2
// What stories in the browser share: Chromium, a server of files, and what every page must stand up to.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const source = process.env.DCIM_SOURCE_DIR ?? fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
export const build = process.env.DCIM_BUILD_DIR ?? join(source, "build");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// What the door sends with every answer (src/web/response.c, conventions 13, S32).
export const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    + "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    + "object-src 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
const STORY_SECONDS = 570;
const types = { ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8", ".json": "application/json" };

// Debian's Chromium, without a network of its own: what is not on this machine is an error of the page.
export async function open(options = {}) {
    const path = process.env.DCIM_CHROMIUM ?? "/usr/bin/chromium";
    if (!existsSync(path)) throw new Error(`${path} is not there: make deps`);
    return chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"], ...options });
}

// Files of a folder under the real policy, on a free port. close() it. What is posted is kept in `posts`, as
// [address, fields], and answered by an empty page.
export async function serveFiles(folder) {
    const posts = [];
    const server = createServer(async (request, response) => {
        if (request.method === "POST") {
            let body = "";
            for await (const part of request) body += part;
            posts.push([request.url, [...new URLSearchParams(body)]]);
        }
        const path = join(folder, decodeURIComponent(new URL(request.url, "http://x").pathname));
        const there = request.method === "GET" && path.startsWith(folder) && existsSync(path) && statSync(path).isFile();
        response.writeHead(there || request.method === "POST" ? 200 : 404, {
            "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin", "Content-Type": types[extname(path)] ?? "text/html",
        });
        response.end(there ? readFileSync(path) : "");
    });
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    return { posts, address: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }) };
}

const program = process.env.DCIM_PROGRAM ?? join(build, "dcim");

// Builds that lie deeper than build/ do not find the data beside them.
const environment = { DCIM_DATA: join(source, "data"), ...process.env, DCIM_LANGUAGE: "en" };

// One command of the program, in the current directory; what it printed.
export function dcim(...args) {
    return execFileSync(program, args, { encoding: "utf8", env: environment, stdio: ["ignore", "pipe", "pipe"] });
}

// `dcim serve` over a new empty register (pack: which country's) in `folder`, or over one that is there. Gives
// { address, printed(), close() }; printed() is what it has said so far, with the code for the first administrator.
// `port`: the same one again, after a server that is gone.
export async function startServer({ folder = "register", key = "register.key", pack = "pt", args = ["--insecure-no-second-factor"], port } = {}) {
    if (!existsSync(folder)) dcim("init", folder, "--pack", pack, "--key-file", key);
    port ??= await new Promise((done) => { const s = createServer().listen(0, "127.0.0.1", () => { const { port } = s.address(); s.close(() => done(port)); }); });
    const child = spawn(program, ["serve", "--repository", folder, "--key-file", key, "--port", String(port), "--insecure-root", ...args],
        { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    let closing = false;
    const ended = new Promise((done) => child.once("exit", (status, signal) => {
        if (!closing) console.error(`dcim serve ended by itself, ${signal ?? status}:\n${said}`);
        done();
    }));
    await new Promise((ready, failed) => {
        for (const stream of [child.stdout, child.stderr])
            stream.setEncoding("utf8").on("data", (text) => { said += text; if (/https?:\/\/\S+:\d+[\s\S]*\n/.test(said)) ready(); });
        child.once("exit", (status) => failed(new Error(`dcim serve ended with ${status}:\n${said}`)));
        setTimeout(() => failed(new Error(`dcim serve does not begin:\n${said}`)), 30000).unref();
    });
    return { address: `https://localhost:${port}`, port, pid: child.pid, ended, printed: () => said, close: async () => { closing = true; child.kill("SIGTERM"); await ended; } };
}

// Fill the sign-in page, and the second step where there is one: `code` is a function, for a code lasts seconds.
export async function signIn(page, server, account, password, code) {
    await page.goto(`${server.address}/sign-in`);
    await page.locator("#account").fill(account);
    await page.locator("#password").fill(password);
    await page.locator("#form button[type=submit]").click();
    if (code) {
        await page.locator("#code").fill(await code());
        await page.locator("#form button[type=submit]").click();
    }
    await page.locator(".app-account").waitFor();
}

// Pages of tests/browser/gallery, rendered by the program's own templates into `out`.
export function renderGallery(out, gallery = join(source, "tests/browser/gallery")) {
    execFileSync(join(build, "tests/browser/render"), [source, gallery, out], { stdio: "inherit" });
}

// A page that keeps account of what goes wrong on it: console, exceptions, policy, requests to elsewhere.
// Look at it with complaints(page); checkPage does.
const kept = new WeakMap();
export async function newPage(browser, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ignoreHTTPSErrors: true, ...options });
    watched.add(context);
    context.once("close", () => watched.delete(context));
    const page = await context.newPage();
    const wrong = [];
    kept.set(page, wrong);
    // A browser that does not know a feature says so where the header switches it off; it is switched off for others.
    // Pages without a head of ours have no icon; Chromium then asks for one.
    const unknown = /Permissions-Policy header: Unrecognized feature/;
    page.on("console", (m) => { if (["error", "warning"].includes(m.type()) && !unknown.test(m.text()) && !m.location().url.endsWith("/favicon.ico")) wrong.push(`console: ${m.text()}`); });
    page.on("pageerror", (e) => wrong.push(`exception: ${e.message}`));
    page.on("request", (r) => {
        const host = new URL(r.url()).hostname;
        if (r.url().startsWith("http") && !["127.0.0.1", "localhost"].includes(host)) wrong.push(`request to ${host}`);
    });
    page.on("response", (r) => { if (r.status() === 404 && !r.url().endsWith("/favicon.ico")) wrong.push(`not found: ${new URL(r.url()).pathname}`); });
    return page;
}
export const complaints = (page) => kept.get(page) ?? [];

// Close the windows of these pages, as a story does when it is through with them. Chromium hangs for good when a context
// is closed while one of its pages is on the way to another: each way is ended first, by an empty page.
export async function leave(...pages) {
    for (const context of new Set(pages.map((page) => page.context()))) {
        for (const page of context.pages()) await page.goto("about:blank", { timeout: 10000 }).catch(() => {});
        let tooLong;
        await Promise.race([context.close(), new Promise((_, failed) => {
            tooLong = setTimeout(() => failed(new Error("Chromium did not close a window within 30 s")), 30000);
        })]).finally(() => clearTimeout(tooLong));
    }
}

// A story that stands still says where before ctest ends it (cmake/browser.cmake).
const watched = new Set();
setTimeout(() => {
    console.error(`the story is not over after ${STORY_SECONDS} s; open in ${watched.size} windows:`);
    for (const context of watched) for (const page of context.pages()) console.error(`  ${page.url()}`);
    process.exit(1);
}, STORY_SECONDS * 1000).unref();

// What axe finds against WCAG 2.2 AA and good practice, as lines. axe runs as the browser's own code, outside of the page's policy.
export async function axeFindings(page) {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }));
    return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${v.help}: ${n.html.slice(0, 200)}: ${n.failureSummary?.split("\n").slice(1).join(" ")}`));
}

// Nothing sticks out to the right at this width: 320 px, which is also 400 % of 1280.
export async function sideways(page, width = 320) {
    const size = page.viewportSize();
    await page.setViewportSize({ width, height: 800 });
    const found = await page.evaluate(() => {
        const room = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= room) return [];
        const scrolls = (e) => e && (["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
        return [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > room + 1 && !scrolls(e.parentElement))
            .slice(0, 3).map((e) => `wider than the page: ${e.outerHTML.slice(0, 120)}`).concat(`the page scrolls sideways at ${room} px`);
    });
    await page.setViewportSize(size);
    return found;
}

// Targets to press are 24 by 24 CSS px or have room around them (WCAG 2.5.8); links in sentences are excepted. axe looks for
// that too; here is what it cannot know: one h1, a title, a language, an id only once.
export async function structure(page) {
    return page.evaluate(() => {
        const found = [];
        const h1 = document.querySelectorAll("h1").length;
        if (h1 !== 1) found.push(`${h1} h1`);
        if (!document.title.trim()) found.push("no title");
        if (!document.documentElement.lang) found.push("no language");
        if (document.querySelector(".govuk-error-summary") && !/^[^ ]+: /.test(document.title)) found.push("errors, but the title does not begin with the word");
        const ids = new Map();
        for (const e of document.querySelectorAll("[id]")) ids.set(e.id, (ids.get(e.id) ?? 0) + 1);
        for (const [id, n] of ids) if (n > 1) found.push(`id ${id} ${n} times`);
        for (const e of document.querySelectorAll("[aria-describedby],[aria-labelledby],[aria-controls]"))
            for (const name of ["aria-describedby", "aria-labelledby", "aria-controls"])
                for (const id of (e.getAttribute(name) ?? "").split(/\s+/).filter(Boolean)) if (!document.getElementById(id)) found.push(`${name}: there is no ${id}`);
        for (const a of document.querySelectorAll(".govuk-error-summary a")) if (!document.getElementById(decodeURIComponent(a.hash.slice(1)))) found.push(`the summary leads to ${a.hash}, which is not there`);
        // charts are placed by properties set from script, which the policy allows; shown as attributes
        for (const e of document.querySelectorAll("[style]:not([data-chart-place] *),style,script:not([src])")) found.push(`inline: ${e.outerHTML.slice(0, 80)}`);
        return found;
    });
}

// Everything that holds for every page, in every state: fails naming all that is wrong.
export async function checkPage(page, name = new URL(page.url()).pathname) {
    const found = [...await structure(page), ...await axeFindings(page), ...await sideways(page), ...complaints(page)];
    complaints(page).length = 0;
    assert.deepEqual(found, [], `${name}: ${found.length} findings\n  ${found.join("\n  ")}`);
}
