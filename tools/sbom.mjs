// SPDX-License-Identifier: EUPL-1.2
// S5: the bill of materials, CycloneDX 1.5, of what is in the program and is not ours: npm packages from
// the lock file with their hashes, and every shared library that the built program loads, with the
// Debian package, version and licence it comes from. sbom.mjs BUILD writes BUILD/sbom.json and prints it
// short; a library without a line in tools/licences.txt, or a lock entry without a hash, is an error.
import { readFileSync, writeFileSync, existsSync, realpathSync } from "node:fs";
import { execFileSync } from "node:child_process";

const build = process.argv[2] ?? "build";
const problems = [];
const licence = {};
for (const line of readFileSync("tools/licences.txt", "utf8").split("\n")) {
    const m = /^(npm|deb)\s+(\S+)\s+(\S.*?)\s{2,}\S/.exec(line);
    if (m) licence[`${m[1]} ${m[2]}`] = m[3];
}

function component(kind, name, version, spdx, extra) {
    const purl = kind === "npm" ? `pkg:npm/${name.replace("@", "%40")}@${version}`
        : `pkg:deb/debian/${name}@${encodeURIComponent(version)}`;
    return { type: "library", name, version, purl, "bom-ref": purl, licenses: [{ expression: spdx }], ...extra };
}

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const direct = { ...lock.packages[""].dependencies, ...lock.packages[""].devDependencies };
const components = [];
for (const [path, p] of Object.entries(lock.packages)) {
    if (path === "") continue;
    const name = path.replace(/^.*node_modules\//, "");
    if (!/^sha512-/.test(p.integrity ?? "")) problems.push(`package-lock.json: ${name} has no sha512`);
    if (name in direct && direct[name] !== p.version) problems.push(`package.json: ${name} is not pinned exactly`);
    // Of the others nothing reaches the program: they are tools of the build and of tests, or serve a package's own
    // installation scripts, never run.
    const content = Buffer.from((p.integrity ?? "").slice(7), "base64").toString("hex");
    components.push(component("npm", name, p.version, licence[`npm ${name}`] ?? p.license ?? "NOASSERTION", {
        scope: name in lock.packages[""].dependencies ? "required" : "excluded",
        hashes: [{ alg: "SHA-512", content }],
    }));
    if (name in direct && !licence[`npm ${name}`]) problems.push(`tools/licences.txt: no line for npm ${name}`);
}

const program = `${build}/dcim`;
if (existsSync(program)) {
    const seen = new Set();
    for (const line of execFileSync("ldd", [program], { encoding: "utf8" }).split("\n")) {
        const file = /=> (\/\S+)/.exec(line)?.[1] ?? /^\s*(\/\S+)/.exec(line)?.[1];
        if (!file) continue;
        const owner = [file, realpathSync(file), file.replace(/^\/usr/, ""), realpathSync(file).replace(/^\/usr/, "")]
            .map((f) => {
                try {
                    return execFileSync("dpkg", ["-S", f], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
                } catch { return ""; }
            }).find((o) => o !== "");
        const name = owner?.split(":")[0];
        if (!name) { problems.push(`${file} belongs to no Debian package`); continue; }
        if (seen.has(name)) continue;
        seen.add(name);
        const version = execFileSync("dpkg-query", ["-W", "-f=${Version}", name], { encoding: "utf8" });
        const spdx = licence[`deb ${name}`];
        if (!spdx) problems.push(`tools/licences.txt: no line for deb ${name} (${file})`);
        components.push(component("deb", name, version, spdx ?? "NOASSERTION", { scope: "required" }));
    }
}

const version = JSON.parse(readFileSync("package.json", "utf8")).version;
const bom = {
    bomFormat: "CycloneDX", specVersion: "1.5", version: 1,
    metadata: { component: { type: "application", name: "dcim", version, licenses: [{ expression: "EUPL-1.2" }] } },
    components,
};
writeFileSync(`${build}/sbom.json`, JSON.stringify(bom, null, 2) + "\n");
for (const c of components)
    console.log(`${c.scope.padEnd(9)} ${c.name.padEnd(28)} ${c.version.padEnd(24)} ${c.licenses[0].expression}`);
for (const p of problems) console.error(`sbom: ${p}`);
process.exit(problems.length ? 1 : 0);
