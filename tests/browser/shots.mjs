// SPDX-License-Identifier: EUPL-1.2
// Pictures of the gallery for people to look at: node tests/browser/shots.mjs OUT [PAGE...] writes OUT/<page>-1280.png and -360.png.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { newPage, open, renderGallery, serveFiles } from "./browser.mjs";

const out = resolve(process.argv[2] ?? "shots");
const work = mkdtempSync(join(tmpdir(), "dcim-gallery-"));
renderGallery(work);
mkdirSync(out, { recursive: true });
const server = await serveFiles(work);
const browser = await open();
const wanted = process.argv.slice(3);
for (const width of [1280, 360]) {
    const page = await newPage(browser, { viewport: { width, height: 800 } });
    for (const file of readdirSync(work).filter((f) => f.endsWith(".html") && (!wanted.length || wanted.includes(f.slice(0, -5))))) {
        await page.goto(`${server.address}/${file}`);
        await page.screenshot({ path: join(out, `${file.slice(0, -5)}-${width}.png`), fullPage: true });
    }
}
await browser.close();
await server.close();
rmSync(work, { recursive: true });
