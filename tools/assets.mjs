// SPDX-License-Identifier: EUPL-1.2
// What browsers are given: assets.mjs SOURCE OUT makes style sheets, scripts and pictures ready, and writes
// OUT/asset_gen.c, which holds each of them plain and gzipped.
//
//   src/web/style/*.scss    compiled by Sass; a name that begins with _ is a part of others
//   src/web/script/*.js     ES modules, with what they import; comments, blanks and long names taken out by terser
//   src/web/image/*         as they are; licences.txt says whose work is in what browsers are given
//
// Each gets the address /assets/<name>-<hash>.<ext>; the hash is of its contents, so that a browser may keep it
// for ever. An import of a module is rewritten to the address of what it names: "./other.js" beside it, or a
// package of `vendor` below; those that only entry.js imports are in it. Modules that import each other in a ring cannot be named by their contents and
// are refused. The same sources give the same bytes (S7): no times, no paths.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import * as sass from "sass";
import { buildSync } from "esbuild";
import { minify_sync as minify } from "terser";
import { charts } from "./charts.mjs";

// What a bare name in an import stands for: the file that is given to browsers. `only`: of its exports, those that
// our scripts import, and nothing else.
const vendor = {
    "govuk-frontend": { file: "govuk-frontend/dist/govuk/all.bundle.mjs", as: "govuk-frontend.js", only: true },
};
const types = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
};

const [source, out] = process.argv.slice(2).map((p) => resolve(p));
Object.assign(vendor, charts(source, out)); // what charts are drawn with
const web = join(source, "src/web");
const modules = join(source, "node_modules");
const assets = new Map(); // name -> { address, bytes }

function list(dir, filter) {
    const at = join(web, dir);
    return existsSync(at) ? readdirSync(at).filter(filter).sort().map((f) => join(at, f)) : [];
}

function add(name, bytes) {
    if (assets.has(name)) throw new Error(`two assets are called ${name}`);
    const ext = extname(name);
    if (!types[ext]) throw new Error(`${name}: what type is ${ext}? (types in tools/assets.mjs)`);
    const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
    const asset = { name, address: `/assets/${basename(name, ext)}-${hash}${ext}`, type: types[ext], bytes };
    assets.set(name, asset);
    return asset;
}

// A specifier, as the file it names.
function target(from, specifier) {
    if (specifier.startsWith("./")) return join(dirname(from), specifier);
    if (vendor[specifier]) return join(modules, vendor[specifier].file);
    throw new Error(`${from}: import of "${specifier}": "./x.js", or a name of vendor in tools/assets.mjs`);
}

// `import ... from "x"`, `export ... from "x"`, `import "x"` at the beginning of a line, and `import("x")`.
const imports = /(^(?:import|export)\b[^"';]*?\bfrom\s*|^import\s*|\bimport\s*\(\s*)(["'])([^"']+)\2/gm;

// The names that our scripts import from a package: import { A, B } from "x".
function wanted(specifier) {
    const names = new Set();
    for (const file of list("script", (f) => f.endsWith(".js")))
        for (const m of readFileSync(file, "utf8").matchAll(/^import\s*\{([^}]*)\}\s*from\s*"([^"]+)"/gm))
            if (m[2] === specifier) for (const name of m[1].split(",")) if (name.trim()) names.add(name.trim());
    return names;
}

// A bundle without the classes that nobody asks for. Its statements begin at the first column; those of a class are
// `class X` and `X.y = ...`, with which it is told its name and defaults. terser then finds what only they used.
function prune(text, names) {
    const exported = /^export \{([^}]*)\};$/m.exec(text)[1].split(",").map((n) => n.trim());
    for (const name of names) if (!exported.includes(name)) throw new Error(`${name} is not exported`);
    const ancestors = new Set([...text.matchAll(/^class \w+ extends (\w+)/gm)].map((m) => m[1]));
    const gone = exported.filter((n) => !names.has(n) && !ancestors.has(n) && new RegExp(`^class ${n}\\b`, "m").test(text));
    return text.split(/^(?=[^\s/*})])/m)
        .filter((statement) => !gone.some((n) => new RegExp(`^(class ${n}\\b|${n}\\.\\w+ =|function initAll\\b)`).test(statement)))
        .join("").replace(/^export \{[^}]*\};$/m, `export { ${[...names].sort().join(", ")} };`);
}

// What a page of data entry loads goes out as one file: put together, its modules compress to an eighth less.
const bundles = new Set(["entry.js"]);
function bundle(file) {
    const made = buildSync({ entryPoints: [file], bundle: true, format: "esm", target: "es2020", write: false,
        legalComments: "none", logLevel: "error" });
    const { code } = minify(made.outputFiles[0].text, { module: true, ecma: 2020, compress: { passes: 3 }, format: { comments: false } });
    return add(basename(file), Buffer.from(code));
}
// Modules that nothing but a bundle imports are no files of their own.
function within() {
    const files = list("script", (f) => f.endsWith(".js"));
    const importers = new Map();
    for (const file of files)
        for (const [, , , name] of readFileSync(file, "utf8").matchAll(imports))
            if (name.startsWith("./")) importers.set(target(file, name), [...(importers.get(target(file, name)) ?? []), file]);
    const inside = new Set();
    for (let grown = true; grown;) {
        const before = inside.size;
        for (const [file, by] of importers)
            if (by.every((f) => bundles.has(basename(f)) || inside.has(f))) inside.add(file);
        grown = inside.size > before;
    }
    return inside;
}

const scripts = new Map();
function script(file, ring = []) {
    if (ring.includes(file)) throw new Error(`modules import each other: ${[...ring, file].map((f) => basename(f)).join(" > ")}`);
    if (scripts.has(file)) return scripts.get(file);
    const [specifier, theirs] = Object.entries(vendor).find(([, v]) => join(modules, v.file) === file) ?? [];
    let text = readFileSync(file, "utf8").replace(/\/\/# sourceMappingURL=\S+\s*$/, "\n");
    if (theirs?.only) text = prune(text, wanted(specifier));
    text = text.replace(imports, (_, before, quote, name) => before + quote + script(target(file, name), [...ring, file]).address + quote);
    if (!theirs || theirs.only) text = minify(text, { module: true, ecma: 2020, compress: { passes: 2 }, format: { comments: false } }).code;
    const asset = add(theirs?.as ?? basename(file), Buffer.from(text));
    scripts.set(file, asset);
    return asset;
}

for (const file of list("style", (f) => f.endsWith(".scss") && !f.startsWith("_"))) {
    const made = sass.compile(file, { style: "compressed", loadPaths: [modules], quietDeps: true, charset: false });
    add(basename(file, ".scss") + ".css", Buffer.from(made.css + "\n"));
}
const inside = within();
for (const file of list("script", (f) => f.endsWith(".js")))
    if (bundles.has(basename(file))) bundle(file);
    else if (!inside.has(file)) script(file);
for (const file of list("image", () => true)) add(basename(file), readFileSync(file));

// Whose work is handed on is named, with its licence.
const licences = assets.get("licences.txt")?.bytes.toString() ?? "";
for (const name of Object.keys(vendor))
    if (!licences.includes(name)) throw new Error(`src/web/image/licences.txt does not name ${name}`);

// Bytes lie in files that the assembler takes in: far quicker to compile than text of C.
mkdirSync(out, { recursive: true });
let code = "/* Made by tools/assets.mjs from src/web. */\n#include \"web/asset_internal.h\"\n\n";
const rows = [];
const byAddress = [...assets.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
byAddress.forEach((a, i) => {
    const zipped = gzipSync(a.bytes, { level: 9 });
    zipped[9] = 255; // the system it was zipped on: not said
    const text = /^text|svg|json/.test(a.type);
    const files = { plain: a.bytes, ...(text && zipped.length < a.bytes.length ? { zipped } : {}) };
    for (const [kind, bytes] of Object.entries(files)) {
        writeFileSync(join(out, `asset_${i}.${kind}`), bytes);
        code += `__asm__(".section .rodata,\\"a\\"\\n.global dcim_asset_${i}_${kind}\\ndcim_asset_${i}_${kind}:\\n"`
            + `\n        ".incbin \\"" ASSET_FOLDER "/asset_${i}.${kind}\\"\\n.byte 0\\n.previous");\n`
            + `extern const unsigned char dcim_asset_${i}_${kind}[];\n`;
    }
    const z = files.zipped ? `dcim_asset_${i}_zipped, ${files.zipped.length}` : "NULL, 0";
    rows.push(`    {"${a.name}", "${a.address}", "${a.type}", dcim_asset_${i}_plain, ${a.bytes.length}, ${z}},`);
});
code += `\nconst struct asset assets[] = { /* by address */\n${rows.join("\n")}\n};\nconst size_t asset_count = ${rows.length};\n`;
writeFileSync(join(out, "asset_gen.c"), code);
