// SPDX-License-Identifier: EUPL-1.2
// A contributor corrects records in a spreadsheet, in the demonstration's register
//  1 the page says what is missing; the workbook is downloaded with a purpose and a second person's consent (S56), holds the
//    organisation's records with _id and _version, and no name of anybody (S57)
//  2 uploaded as it is, nothing would change
//  3 what was corrected is changed, an empty cell is not, [CLEAR] empties an answer
//  4 a record that was changed meanwhile is shown side by side: what the register says is kept, or what the file says is taken
//  5 a row of another organisation is like one that is not there (S52)
//  6 a workbook without records is downloaded, filled in with words and a name, and imported
//  7 encrypted to somebody's certificate, the workbook opens with openssl and their key (S57); what is no certificate is said
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { checkPage, complaints, dcim, leave, newPage, open, signIn, startServer } from "./browser.mjs";

const password = "seven green rivers at noon";
let browser, server, page, table;
before(async () => {
    if (!existsSync("demo-spreadsheet")) dcim("demo", "demo-spreadsheet", "--records", "200");
    server = await startServer({ folder: "demo-spreadsheet", key: "demo-spreadsheet.key", args: ["--demonstration", "--insecure-no-second-factor"] });
    browser = await open();
    page = await newPage(browser, { acceptDownloads: true });
    await signIn(page, server, "police", password);
});
after(async () => { await browser?.close(); await server?.close(); });

// The newest request for approval, by somebody of another unit (S56).
async function approve(also = /./) {
    const other = await newPage(browser);
    await signIn(other, server, "manager", password);
    await other.goto(`${server.address}/approvals`);
    await checkPage(other);
    await other.locator("main table a").first().click();
    await checkPage(other, "a request for approval");
    assert.match(await other.locator("main").innerText(), /correction of ages/);
    assert.match(await other.locator("main").innerText(), also);
    await other.locator("#decision-approved").check();
    await other.locator("#form button[type=submit]").click();
    await other.getByText("Your answer was kept").waitFor();
    await checkPage(other, "a request that was approved");
    await leave(other);
}

const main = () => page.locator("main").innerText();
const path = () => new URL(page.url()).pathname;

// One part of an archive, by its directory.
function part(file, name) {
    let at = file.lastIndexOf(Buffer.from("PK\x05\x06"));
    let n = file.readUInt16LE(at + 10);
    at = file.readUInt32LE(at + 16);
    for (; n > 0; n--) {
        const [size, nameSize, extra, comment, local] = [file.readUInt32LE(at + 20), file.readUInt16LE(at + 28), file.readUInt16LE(at + 30), file.readUInt16LE(at + 32), file.readUInt32LE(at + 42)];
        if (file.toString("utf8", at + 46, at + 46 + nameSize) === name) {
            const begin = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
            return inflateRawSync(file.subarray(begin, begin + size)).toString();
        }
        at += 46 + nameSize + extra + comment;
    }
    return assert.fail(`the workbook has no ${name}`);
}
const column = (name) => [...name].reduce((n, c) => 26 * n + c.charCodeAt(0) - 64, 0) - 1;
const plain = (s) => s.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");
// The rows of the first sheet, as lists of texts.
function rows(file) {
    return [...part(file, "xl/worksheets/sheet1.xml").matchAll(/<row [^>]*>(.*?)<\/row>/gs)].map(([, row]) => {
        const cells = [];
        for (const [, ref, content] of row.matchAll(/<c r="([A-Z]+)\d+"[^>]*?>(.*?)<\/c>/gs))
            cells[column(ref)] = plain(/<(?:t|v)[^>]*>(.*?)<\/(?:t|v)>/s.exec(content)?.[1] ?? "");
        return Array.from(cells, (c) => c ?? "");
    });
}
const csv = (list) => list.map((row) => row.map((c) => `"${c.replace(/"/g, '""')}"`).join(",")).join("\r\n") + "\r\n";
const cell = (name) => table[0].indexOf(name);
// Rows of the table under its header, each changed as the pairs say.
function file(name, ...changed) {
    writeFileSync(name, csv([table[0], ...changed.map(([row, fields]) => {
        const copy = Array.from(table[0], (_, i) => row[i] ?? "");
        for (const [k, v] of Object.entries(fields)) copy[cell(k)] = v;
        return copy;
    })]));
}
// Upload, and go on to the page of the check.
async function upload(name) {
    await page.goto(`${server.address}/import`);
    await page.locator("#file").setInputFiles(name);
    await page.locator("#form button[type=submit]").click();
    await page.waitForURL(/\/import\/\w+$/);
    await page.locator("button", { hasText: "Continue" }).click();
    await page.waitForURL(/\/columns$/);
    await page.locator("button", { hasText: "Check the file" }).click();
    await page.waitForURL(/\/imports\/\w+$/);
    await page.getByText("This is what would come of the file").waitFor();
}
async function confirm() {
    await page.locator("main form:has(input[name=csrf]) button", { hasText: "Import" }).first().click();
    await page.getByText("The file was imported").waitFor();
}
const counted = async (what) => Number(await page.locator(".govuk-summary-list__row", { hasText: what }).locator("dd").innerText());
const kept = (record) => JSON.parse(dcim("record", "show", record, "--repository", "demo-spreadsheet", "--key-file", "demo-spreadsheet.key", "--purpose", "test", "--json"));

// Who receives it, with a key and a certificate of their own.
execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "court.key", "-out", "court.pem", "-days", "30", "-subj", "/CN=Court"], { stdio: "ignore" });
const opened = (sealed, name) => execFileSync("openssl", ["cms", "-decrypt", "-inform", "DER", "-in", sealed, "-inkey", "court.key", "-out", name]);

test("1 the workbook", async () => {
    await page.goto(`${server.address}/records`);
    await checkPage(page);
    await page.getByText("Correct in a spreadsheet").click();
    await page.waitForURL(/\/export/);
    await checkPage(page);
    await page.locator("#form button[type=submit]").click();
    await page.locator(".govuk-error-summary").waitFor();
    complaints(page).length = 0; // the browser logs the status of an answer that is refused on purpose
    await checkPage(page, "/export without a purpose");
    await page.locator("#purpose").fill("correction of ages");
    await page.locator("#form button[type=submit]").click();
    await page.getByText("only encrypted to whoever is to open them").first().waitFor();
    complaints(page).length = 0;
    await checkPage(page, "/export of many records without a recipient");
    await page.locator("#recipient").fill(readFileSync("court.pem", "utf8"));
    await page.locator("#form button[type=submit]").click();
    await page.getByText("a second person must approve this").waitFor();
    complaints(page).length = 0;
    await checkPage(page, "/export without a second person");
    await approve();
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#form button[type=submit]").click()]);
    assert.match(download.suggestedFilename(), /^victim-GNR-.*\.xlsx\.p7m$/);
    await download.saveAs("records.p7m");
    opened("records.p7m", "records.xlsx");
    const workbook = readFileSync("records.xlsx");
    table = rows(workbook);
    assert.deepEqual(table[0].slice(0, 2), ["_id", "_version"]);
    assert.ok(table.length > 10);
    assert.ok(cell("sex") > 0 && cell("episode[1]/recruitment_date") > 0);
    for (const name of ["family_name", "given_names", "birth_date"]) {
        assert.ok(cell(name) > 0, name); // to be filled in, and empty
        for (const row of table.slice(2)) assert.equal(row[cell(name)] ?? "", "");
    }
    assert.ok(["Female", "Male"].includes(table[2][cell("sex")]), "answers stand there in words");
    assert.match(part(workbook, "xl/worksheets/sheet1.xml"), /<dataValidation type="list"[^>]*><formula1>choices!/);
    assert.match(part(workbook, "xl/worksheets/sheet3.xml"), /correction of ages/);
});

test("2 as it is", async () => {
    await upload("records.xlsx");
    assert.equal(await counted("The same as before"), table.length - 2);
    assert.equal(await counted("Changed records"), 0);
    assert.match(await main(), /Nothing of this file would be new or changed/);
});

test("3 corrected", async () => {
    const [one, two] = table.slice(2);
    const was = kept(one[0]).values;
    file("corrected.csv", [one, { data_reliability: was.data_reliability === "A" ? "B" : "A", sex: "" }],
        [two, { data_reliability: "[CLEAR]" }]);
    await upload("corrected.csv");
    assert.equal(await counted("Changed records"), 2);
    await confirm();
    await checkPage(page, "an import that is done");
    const now = kept(one[0]);
    assert.equal(now.meta.version, 2);
    assert.equal(now.values.sex, was.sex);
    assert.notEqual(now.values.data_reliability, was.data_reliability);
    assert.equal(kept(two[0]).values.data_reliability, undefined);
});

test("4 changed by somebody else meanwhile", async () => {
    const one = table[2], was = kept(one[0]).values.data_reliability, mine = was === "C" ? "D" : "C";
    file("stale.csv", [one, { data_reliability: mine }]);
    await upload("stale.csv");
    assert.equal(await counted("Changed by somebody else meanwhile"), 1);
    assert.match(await main(), new RegExp(one[0]));
    assert.match(await main(), /changed by both/i);
    await checkPage(page, "a check with conflicts");
    const address = page.url();
    await page.goto(`${address}/conflicts`);
    await checkPage(page, "conflicts");
    await page.goto(address);
    await confirm();
    assert.equal(kept(one[0]).values.data_reliability, was);
    await upload("stale.csv");
    await page.locator("#conflicts-mine").check();
    await confirm();
    const now = kept(one[0]);
    assert.equal(now.values.data_reliability, mine);
    assert.equal(now.meta.version, 3);
});

test("5 of another organisation", async () => {
    const theirs = JSON.parse(dcim("record", "list", "--repository", "demo-spreadsheet", "--key-file", "demo-spreadsheet.key", "--form", "victim", "--limit", "1000", "--json"))
        .records.find((r) => r.organisation !== "GNR");
    file("foreign.csv", [table[3], { _id: theirs.record, _version: "1" }], [table[3], { _id: "0123456789AB", _version: "1" }]);
    await upload("foreign.csv");
    assert.equal(await counted("Refused"), 2);
    assert.match(await main(), /_id names no record of this form and organisation/);
    assert.equal(path().startsWith("/imports/"), true);
});

test("6 new records, in words", async () => {
    await page.goto(`${server.address}/export`);
    await checkPage(page);
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#new-form button[type=submit]").click()]);
    assert.equal(download.suggestedFilename(), "victim.xlsx");
    await download.saveAs("blank.xlsx");
    const corrected = table, blank = rows(readFileSync("blank.xlsx"));
    assert.equal(blank.length, 2);
    const words = Object.fromEntries(corrected[0].map((name, i) => [name, corrected[2][i] ?? ""]).filter(([name, value]) => value && name[0] !== "_"));
    table = blank;
    file("new.csv", [[], { ...words, source_file_no: "NEW-1", family_name: "Novak" }]);
    await upload("new.csv");
    assert.equal(await counted("New records"), 1);
    await confirm();
});

test("7 encrypted to a recipient", async () => {
    await page.goto(`${server.address}/export`);
    await page.locator("summary", { hasText: "Encrypt the file" }).click();
    await page.locator("#purpose").fill("correction of ages, sent on");
    await page.locator("#recipient").fill("nobody");
    await page.locator("#form button[type=submit]").click();
    await page.locator(".govuk-error-summary").waitFor();
    complaints(page).length = 0;
    await checkPage(page, "/export to what is no certificate");
    assert.match(await main(), /certificate cannot be read/);
    assert.equal(await page.locator("#recipient").inputValue(), "nobody");
    await page.locator("#recipient").fill(readFileSync("court.pem", "utf8"));
    await page.locator("#form button[type=submit]").click();
    await page.getByText("a second person must approve this").waitFor();
    complaints(page).length = 0;
    await approve(/CN=Court/);
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator("#form button[type=submit]").click()]);
    assert.match(download.suggestedFilename(), /^victim-GNR-.*\.xlsx\.p7m$/);
    await download.saveAs("sealed.p7m");
    assert.ok(!readFileSync("sealed.p7m").includes("PK\x03\x04"));
    opened("sealed.p7m", "opened.xlsx");
    assert.equal(rows(readFileSync("opened.xlsx"))[0][0], "_id");
});
