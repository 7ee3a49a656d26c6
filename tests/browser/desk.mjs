// The desk in a real browser: first run, accounts, intake, upload, review by keyboard, second approval by another person, release, and
// the evidence packet, which the command line verifies. Each page is checked with axe (WCAG 2.2 A and AA) and kept as a picture.
//   node desk.mjs PROGRAM SAMPLE-FOLDER [PICTURES-FOLDER]
import { chromium } from "playwright-core";
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

const [program, samples, pictures] = process.argv.slice(2);
assert(program && samples, "usage: node desk.mjs PROGRAM SAMPLE-FOLDER [PICTURES-FOLDER]");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const data = mkdtempSync(join(tmpdir(), "desk-"));
if (pictures) mkdirSync(pictures, { recursive: true });
const passwords = { ada: "an admin's long words", cleo: "a clerk's long words here", rita: "a reviewer's long words", otto: "an officer's long words" };

const server = spawn(program, ["serve", "--listen", "127.0.0.1:0", "--data", join(data, "store")], { stdio: ["ignore", "pipe", "inherit"] });
const base = await new Promise((ok, no) => {
  let text = "";
  server.stdout.on("data", (d) => { text += d; const m = text.match(/http:\/\/[\d.:]+/); if (m) ok(m[0]); });
  server.on("exit", (code) => no(new Error(`the server ended with ${code}`)));
});

const executablePath = process.env.CHROMIUM || ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const trouble = [];
const step = (name) => console.log(`  ${name}`);

async function person(dark) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, colorScheme: dark ? "dark" : "light" });
  const page = await context.newPage();
  page.on("console", (m) => { if (m.type() === "error" && !/status of (401|403|409|422)/.test(m.text())) trouble.push(`console: ${m.text()}`); });
  page.on("pageerror", (e) => trouble.push(`script: ${e.message}`));
  page.on("dialog", (d) => d.accept());
  return page;
}

async function shown(page, name) {
  await page.waitForLoadState("load");
  await page.evaluate(() => window.scrollTo(0, 0));
  // The page forbids scripts that are not its own; the protocol may still evaluate one.
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  for (const v of found.violations) trouble.push(`axe ${name}: ${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.target.join(" ")} ${n.failureSummary?.split("\n")[1] || ""}`).join("; ")}`);
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
  const size = page.viewportSize();
  for (const width of [1280, 1920]) {
    await page.setViewportSize({ width, height: size.height });
    const [is, may] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
    if (is > may) trouble.push(`${name} is ${is} wide in a window of ${may}`);
  }
  await page.setViewportSize(size);
  // What is a table on the screen is one on paper.
  const tables = await page.locator("table >> visible=true").count();
  await page.emulateMedia({ media: "print" });
  if (tables && !(await page.locator("table >> visible=true").count())) trouble.push(`${name} prints no table`);
  await page.emulateMedia({ media: "screen" });
}

async function login(page, name) {
  await page.goto(`${base}/login`);
  await page.fill("[name=name]", name);
  await page.fill("[name=password]", passwords[name]);
  await page.click("main button");
  await page.waitForURL(/\/(queue|accounts)/);
}

/// Waits until the case stands somewhere; the page loads itself again when a job ends.
async function settled(page, state) {
  await page.waitForFunction((want) => document.querySelector("h1 .state")?.textContent === want, state, { timeout: 180000, polling: 300 });
  await page.waitForLoadState("load");
}

try {
  step("first run");
  const ada = await person();
  await ada.goto(base);
  await ada.waitForURL(/setup/);
  await shown(ada, "setup");
  await ada.fill("[name=name]", "ada");
  await ada.fill("[name=shown]", "Ada Admin");
  await ada.fill("[name=password]", passwords.ada);
  await ada.fill("[name=again]", passwords.ada);
  await ada.click("main button");
  await ada.waitForURL(/accounts/);
  for (const [name, shownName, role] of [["cleo", "Cleo Clerk", "clerk"], ["rita", "Rita Reviewer", "reviewer"], ["otto", "Otto Officer", "privacy_officer"]]) {
    await ada.fill("[name=name]", name);
    await ada.fill("[name=shown]", shownName);
    await ada.fill("form[action='/accounts'] [name=password]", passwords[name]);
    await ada.check(`form[action='/accounts'] [value=${role}]`);
    await ada.click("form[action='/accounts'] button");
    await ada.waitForSelector(`td:has-text("${shownName}")`);
  }
  await shown(ada, "accounts");
  assert.equal((await ada.goto(`${base}/queue`)).status(), 403, "an administrator sees no record");
  await ada.goto(`${base}/totp`);
  await shown(ada, "second-factor");

  step("settings: dictionary with its test box, working days, a destination");
  const outbound = join(data, "outbound");
  mkdirSync(outbound);
  await ada.goto(`${base}/settings`);
  await ada.fill("#dictionary [name=text]", "Maple House");
  await ada.check("[name=case_sensitive]");
  await Promise.all([ada.waitForNavigation(), ada.click("#dictionary button:has-text('Add')")]);
  await ada.fill("#trial", "She moved to Maple House last week; the maple house next door is empty.");
  await Promise.all([ada.waitForNavigation(), ada.click("button:has-text('Try')")]);
  assert.deepEqual(await ada.locator("#found mark").allTextContents(), ["Maple House"]);
  await shown(ada, "settings");
  await ada.goto(`${base}/settings`);
  await ada.fill("[name=holidays]", "2026-12-25");
  await Promise.all([ada.waitForNavigation(), ada.click("form:has([name=holidays]) button")]);
  await ada.fill("form:has([name=folder]) [name=name]", "Courier");
  await ada.fill("[name=folder]", outbound);
  await Promise.all([ada.waitForNavigation(), ada.click("form:has([name=folder]) button")]);
  assert(await ada.locator("b:has-text('Courier')").count(), "the destination stands in the list");

  step("settings: a policy of the site's own, seen before it holds; a coarser label");
  await ada.click("a:has-text('Change the policy for litigation')");
  await ada.waitForSelector("#policytext");
  const county = `name = "county"\nversion = "2"\nextends = "litigation"\ndifference = "Staff are kept."\n\n[groups.staf]\naction = "keep"\n`;
  await ada.setInputFiles("[data-fills]", { name: "county.toml", mimeType: "text/plain", buffer: Buffer.from(county) });
  await ada.waitForFunction(() => document.querySelector("#policytext").value.includes("county"));
  await Promise.all([ada.waitForNavigation(), ada.click("button:has-text('Check and show')")]);
  assert.match(await ada.textContent("#policy [role=alert]"), /policy:\d+.*did you mean "staff"/);
  await ada.fill("#policytext", county.replace("[groups.staf]", "[groups.staff]") + `reason = "KEEP-STF"\nbasis = "county policy 12.3"\n`);
  await Promise.all([ada.waitForNavigation(), ada.click("button:has-text('Check and show')")]);
  assert.match(await ada.textContent("#policy .difference"), /staff: action:/);
  await shown(ada, "settings-policy");
  if (pictures) await ada.locator("#policies").screenshot({ path: join(pictures, "settings-policy.png") });
  await Promise.all([ada.waitForNavigation(), ada.click("button:has-text('Put it in force')")]);
  assert.match(await ada.textContent("#policies tbody tr"), /county 2.*your own.*staff: keep/s);
  await Promise.all([ada.waitForNavigation(), ada.click("button:has-text('Preset again')")]);
  assert.equal(await ada.locator("#policies .tag").count(), 0);
  await ada.click("#labels summary");
  await ada.selectOption("[name='label.donor']", "other_patient");
  await Promise.all([ada.waitForNavigation(), ada.click("#labels button")]);
  assert.equal(await ada.inputValue("[name='label.donor']"), "other_patient");

  step("a request is taken in");
  const cleo = await person();
  await cleo.goto(`${base}/login`);
  await shown(cleo, "login");
  await login(cleo, "cleo");
  await cleo.click("nav a:has-text('New request')");
  await cleo.click("summary");
  await cleo.fill("[name=patient_json]", readFileSync(join(samples, "reyes/patient.json"), "utf8"));
  await cleo.fill("[name=recipient]", "Alder & Finch LLP");
  await cleo.selectOption("[name=requester_kind]", "attorney");
  await cleo.selectOption("[name=authority]", "patient_access");
  await cleo.waitForSelector("#checklist select");
  await cleo.selectOption("[name=authority]", "authorization_164_508");
  await cleo.waitForFunction(() => document.querySelectorAll("#checklist select").length === 11);
  await cleo.locator("[data-hold] [data-files]").first().setInputFiles(join(samples, "scans/fax.tif"));
  await cleo.waitForSelector(".uploads li:has-text('fax.tif waits for the request')");
  await shown(cleo, "intake");
  await cleo.click("button:has-text('Enter the request')");
  await cleo.waitForURL(/cases\/[0-9a-f]+$/);
  const address = cleo.url();
  await cleo.waitForSelector("#files td:has-text('fax.tif')");

  step("files are uploaded, the checklist answered, the export processed");
  const chosen = ["reyes/portal-fhir.json", "reyes/ccda/summary.xml", "notes/ward-note.txt", "scans/lab.png", "scans/scanned.pdf", "pdf/visit-summary.pdf", "newborn/bundle.json"].map((f) => join(samples, f));
  const note = join(data, "phone-note.txt");
  writeFileSync(note, "Telephone encounter\nPatient: Marisol Ana Reyes   DOB: 03/14/1984   MRN: 90417733\n\nCall from A. Reyes about the results of the thyroid panel. "
    + "Reyes asked whether the dose should change before Friday.\n");
  chosen.push(note);
  // A PDF inside of a bundle, as portals give them.
  const letters = join(data, "letters.json");
  const patient = JSON.parse(readFileSync(join(samples, "reyes/patient.json"), "utf8"));
  const reference = { resourceType: "DocumentReference", id: "letter-1", status: "current", subject: { reference: `Patient/${patient.id ?? "p"}` },
    content: [{ attachment: { contentType: "application/pdf", data: readFileSync(join(samples, "pdf/visit-summary.pdf")).toString("base64") } }] };
  writeFileSync(letters, JSON.stringify({ resourceType: "Bundle", type: "collection", entry: [{ resource: { ...patient, id: patient.id ?? "p" } }, { resource: reference }] }));
  chosen.push(letters);
  await Promise.all([cleo.waitForEvent("load"), cleo.locator("[data-files]").first().setInputFiles(chosen)]);
  await cleo.waitForSelector("#files td:has-text('summary.xml')");
  await cleo.click("button:has-text('Start validation')");
  await cleo.waitForLoadState("load");
  assert.equal(await cleo.locator("button:has-text('Start processing')").count(), 0, "not before the checklist is complete");
  await cleo.click("[data-all-met]");
  await cleo.click("button:has-text('Save answers')");
  await cleo.waitForLoadState("load");
  await shown(cleo, "case-intake");
  await cleo.click("button:has-text('Start processing')");
  await cleo.waitForSelector("#progress:not([hidden])");
  await cleo.reload();
  if (pictures) await cleo.screenshot({ path: join(pictures, "case-progress.png") });
  await settled(cleo, "In review");

  step("review by keyboard");
  const rita = await person();
  await login(rita, "rita");
  await shown(rita, "queue");
  await rita.keyboard.press("/");
  await rita.keyboard.type("reyes");
  await rita.keyboard.press("Enter");
  await rita.waitForSelector("tbody tr");
  await rita.keyboard.press("Escape");
  await rita.keyboard.press("j");
  await rita.keyboard.press("Enter");
  await rita.waitForURL(address);
  await rita.goto(`${address}/review`);
  await rita.waitForSelector("#document .line, #document img", { state: "attached" });
  await shown(rita, "review");
  await rita.goto(`${address}/review?doc=${await rita.locator(".docs li").evaluateAll((l) => l.findIndex((x) => x.textContent.includes("scanned.pdf")) + 1)}`);
  await rita.waitForSelector("#document img", { state: "attached" });
  await rita.waitForFunction(() => [...document.querySelectorAll("#document img")].slice(0, 2).every((i) => i.complete && i.naturalWidth > 300));
  await shown(rita, "review-pages");
  await rita.goto(`${address}/review`);
  await rita.waitForSelector("#document .line", { state: "attached" });
  await rita.keyboard.press("?");
  assert(await rita.locator("#help").isVisible());
  await rita.keyboard.press("Escape");
  assert(await rita.locator(".items a.open").count(), "this export leaves something to a person");
  let ruled = 0;
  let undone = false;
  for (let round = 0; round < 3; round += 1) {
    for (;;) {
      const form = rita.locator("[data-ruling]");
      if (!(await form.count()) || !(await rita.locator(".items a.open").count())) break;
      // A person would read: here what is not the patient is redacted, and documents that are only held are left out.
      const words = await form.locator("button").evaluateAll((b) => b.map((x) => x.value));
      const want = ["label:other person", "mask", "withhold", "accept", "keep"].map((w) => words.indexOf(w)).find((i) => i >= 0) ?? 0;
      await Promise.all([rita.waitForNavigation(), rita.keyboard.press(String(want + 1))]);
      ruled += 1;
      if (!undone && rita.url().includes("/review")) {
        await Promise.all([rita.waitForNavigation(), rita.keyboard.press("u")]);
        undone = true;
      }
    }
    await rita.goto(address);
    await settled(rita, "In review");
    if (await rita.locator("button:has-text('Send to second approval')").count()) break;
    await rita.goto(`${address}/review`);
  }
  console.log(`    ${ruled} rulings`);
  step("hits by keyboard, a role changed, a box drawn, and only then the second approval");
  await rita.goto(`${address}/hits?show=doubt`);
  await rita.waitForSelector("[data-hits] tbody tr");
  await shown(rita, "hits");
  await rita.goto(`${address}/hits`);
  await rita.locator("a:has-text('comparison')").first().click();
  await rita.locator("tr:target summary:has-text('step by step')").click();
  assert(await rita.locator("tr:target .fall tbody tr").count() > 2, "the comparison of a person is shown step by step");
  await rita.goto(`${address}/hits`);
  await rita.keyboard.press("j");
  await Promise.all([rita.waitForNavigation(), rita.keyboard.press("a")]);
  assert.match(await rita.locator(".head .sub").textContent(), /^1 \//, "one hit was looked at");
  const role = rita.locator("[data-hits] tbody tr", { has: rita.locator("input[name=no]") }).filter({ hasText: "[PHYSICIAN" }).first();
  await role.locator("input[name=no]").check();
  await rita.selectOption("[data-hits] [name=role]", "label:technician").catch(() => rita.selectOption("[data-hits] [name=role]", { index: 3 }));
  await rita.selectOption("[data-hits] [name=reason]", "wrong_role");
  await Promise.all([rita.waitForNavigation(), rita.click("[data-hits] [data-relabel]")]);
  const scanned = await rita.goto(`${address}/review`).then(() => rita.locator(".docs li").evaluateAll((l) => l.findIndex((x) => x.textContent.includes("scanned.pdf")) + 1));
  await rita.goto(`${address}/review?doc=${scanned}`);
  const sheet = rita.locator("[data-sheet] img").first();
  await sheet.waitFor();
  await rita.waitForFunction(() => document.querySelector("[data-sheet] img")?.naturalWidth > 300);
  await sheet.scrollIntoViewIfNeeded();
  const area = await sheet.boundingBox();
  // Beside the words: over a word the mouse selects.
  await rita.mouse.move(area.x + area.width * 0.02, area.y + 40);
  await rita.mouse.down();
  await rita.mouse.move(area.x + area.width * 0.5, area.y + 130, { steps: 4 });
  await rita.mouse.up();
  assert(await rita.locator("[data-draw-go]").isEnabled(), "a box was drawn");
  await shown(rita, "review-box");
  await Promise.all([rita.waitForNavigation(), rita.click("[data-draw-go]")]);

  step("pages: text selected on a PDF and on a scan, found, turned over, larger");
  const documentOf = async (page, name) => (await page.waitForSelector(".docs li"), page.locator(".docs li")).evaluateAll((l, n) => l.findIndex((x) => x.textContent.includes(n)) + 1, name);
  const dragged = async (from, to) => {
    const layer = rita.locator(".sheet[data-side=original] .layer").first();
    await layer.locator(`span:text-is("${from}")`).first().scrollIntoViewIfNeeded();
    const [a, b] = [await layer.locator(`span:text-is("${from}")`).first().boundingBox(), await layer.locator(`span:text-is("${to}")`).first().boundingBox()];
    await rita.mouse.move(a.x + 2, a.y + a.height / 2);
    await rita.mouse.down();
    await rita.mouse.move(b.x + b.width - 2, b.y + b.height / 2, { steps: 5 });
    await rita.mouse.up();
    return rita.inputValue("[data-word]");
  };
  for (const [name, from, to, text] of [["scanned.pdf", "persistent", "cough", "persistent cough"], ["visit-summary.pdf", "Fairhaven", "Endocrine", "Fairhaven Endocrine"]]) {
    await rita.goto(`${address}/review?doc=${await documentOf(rita, name)}`);
    await rita.waitForSelector(".sheet[data-side=original] .layer span", { timeout: 60000 });
    await rita.waitForFunction(() => document.querySelector("#document .sheet img")?.naturalWidth > 300);
    assert(await rita.locator(".layer span.hit").count(), `${name}: what was changed is marked`);
    assert.equal(await dragged(from, to), text);
    assert.equal(await rita.inputValue("[data-sel-page]"), "1");
    await shown(rita, name === "scanned.pdf" ? "review-select-scan" : "review-select");
    await Promise.all([rita.waitForNavigation(), rita.keyboard.press("e")]);
  }
  const inBundle = await documentOf(rita, "letters.json");
  await rita.goto(`${address}/review?doc=${inBundle}`);
  // The text of an attachment stands where it is.
  await rita.waitForSelector("#document .line:has-text('Ms. Reyes is a 39-year-old')");
  await rita.click(".inside a:has-text('PDF 1')");
  await rita.waitForSelector(".sheet[data-side=original] .layer span.hit", { timeout: 60000 });
  await rita.waitForSelector(".sheet[data-side=redacted] .layer span", { timeout: 60000 });
  assert.equal(await dragged("Fairhaven", "Endocrine"), "Fairhaven Endocrine");
  await shown(rita, "review-inside");
  await Promise.all([rita.waitForNavigation(), rita.keyboard.press("e")]);
  await rita.goto(`${address}/review?doc=${await documentOf(rita, "visit-summary.pdf")}`);
  await rita.waitForSelector(".sheet[data-side=original] .layer span", { timeout: 60000 });
  await rita.keyboard.press("]");
  await rita.waitForFunction(() => document.querySelector("[data-page-no]").value === "2");
  const narrow = await rita.locator("#document .sheet img").first().boundingBox();
  const before = await rita.locator("#document .sheet img").nth(2).evaluate((i) => i.currentSrc);
  await rita.keyboard.press("+");
  await rita.keyboard.press("+");
  await rita.keyboard.press("+");
  assert((await rita.locator("#document .sheet img").first().boundingBox()).width > narrow.width * 1.9, "larger");
  await rita.waitForFunction((was) => [...document.querySelectorAll("#document .sheet img")][2].currentSrc !== was, before);
  await rita.keyboard.press("0");
  await rita.keyboard.press("v");
  assert.equal(await rita.locator("#document .pane.redacted >> visible=true").count(), 0, "the original alone");
  await shown(rita, "review-one-side");
  await rita.keyboard.press("v");
  await rita.keyboard.press("v");
  await rita.keyboard.press("f");
  await rita.keyboard.type("free t4");
  await rita.keyboard.press("Enter");
  await rita.waitForFunction(() => document.querySelector("[data-word]").value === "Free T4");
  assert.equal(await rita.inputValue("[data-sel-page]"), "2");
  await rita.keyboard.press("Escape");
  step("a text is redacted where it was selected, and nowhere else");
  const ward = await rita.locator(".docs li").evaluateAll((l) => l.findIndex((x) => x.textContent.includes("ward-note.txt")) + 1);
  await rita.goto(`${address}/review?doc=${ward}`);
  await rita.waitForSelector("#document .line", { state: "attached" });
  const selectedText = await rita.evaluate(() => {
    for (const cell of document.querySelectorAll("#document .line:not(.technical):not(.changed) .right")) {
      for (const node of cell.childNodes) {
        const m = node.nodeType === Node.TEXT_NODE && node.data.match(/^(.*?) ([a-z]{4,} [a-z]{3,})\b/);
        if (!m) continue;
        const range = document.createRange();
        range.setStart(node, m[1].length + 1);
        range.setEnd(node, m[1].length + 1 + m[2].length);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        return m[2];
      }
    }
    return "";
  });
  assert(selectedText, "a text can be selected");
  await rita.waitForFunction((t) => document.querySelector("[data-word]").value === t, selectedText);
  await Promise.all([rita.waitForNavigation(), rita.click("[data-here]")]);
  assert(rita.url().includes(`review?doc=${ward}&`));
  await Promise.all([rita.waitForNavigation(), rita.keyboard.press("Shift+A")]);
  await settled(rita, "In review");
  await rita.goto(`${address}/review?doc=${ward}`);
  await rita.waitForSelector("#document ins:has-text('[REDACTED]')", { state: "attached" });
  for (const name of ["scanned.pdf", "visit-summary.pdf"]) {
    await rita.goto(`${address}/review?doc=${await documentOf(rita, name)}`);
    await rita.waitForSelector(".sheet[data-side=redacted] .layer span", { timeout: 60000 });
    const out = await rita.locator(".sheet[data-side=redacted] .layer").first().textContent();
    assert(!/persistent cough|Fairhaven Endocrine/.test(out.replace(/\s+/g, " ")), `${name}: ${out.slice(0, 300)}`);
  }
  await rita.goto(`${address}/review?doc=${inBundle}&part=%3E1`);
  await rita.waitForSelector(".sheet[data-side=redacted] .layer span", { timeout: 60000 });
  assert(!/Fairhaven Endocrine/.test((await rita.locator(".sheet[data-side=redacted] .layer").first().textContent()).replace(/\s+/g, " ")), "gone inside of the bundle");
  await rita.goto(`${address}/hits?show=ruled`);
  assert(await rita.locator("td:has-text('where it was selected in visit-summary.pdf, page 1')").count());
  assert(await rita.locator(`td:has-text('“${selectedText}” where it was selected')`).count(), "the selection stands in the list of rulings");
  assert(await rita.locator("td:has-text('box, page 1')").count(), "the box stands in the list of rulings");
  step("the rules of the site change: the result counts as older until somebody keeps it with a reason");
  await ada.goto(`${base}/settings`);
  await ada.fill("#dictionary [name=text]", "Birch House");
  await Promise.all([ada.waitForNavigation(), ada.click("#dictionary button:has-text('Add')")]);
  await rita.goto(`${base}/queue?view=older`);
  assert(await rita.locator("td .tag:has-text('older rules')").count(), "the queue says so");
  await shown(rita, "queue-older");
  await rita.goto(address);
  assert.equal(await rita.locator("button:has-text('Send to second approval')").count(), 0, "not as it is");
  await shown(rita, "case-older");
  await rita.click("summary:has-text('Keep it as it is')");
  await rita.selectOption(".older [name=reason]", "no_effect");
  await Promise.all([rita.waitForNavigation(), rita.click("button:has-text('Keep this result')")]);
  assert.match(await rita.locator("#notes").textContent(), /is kept although the rules of the site have changed/);
  await rita.goto(address);
  await shown(rita, "case-reviewed");
  await Promise.all([rita.waitForURL(/approval/), rita.click("button:has-text('Send to second approval')")]);
  assert.equal(await rita.locator("button:has-text('Approve this result')").count(), 0, "the reviewer cannot approve their own work");

  step("second approval by another person, release");
  const otto = await person(true);
  await login(otto, "otto");
  await otto.goto(`${address}/approval`);
  assert(await otto.locator("#difference tbody tr").count(), "what changed since the run before is shown");
  await shown(otto, "approval-dark");
  await otto.check(".check input");
  await otto.click("button:has-text('Approve this result')");
  await otto.waitForLoadState("load");
  await otto.goto(`${address}/approval`);
  await otto.click("button:has-text('Release')");
  await otto.waitForLoadState("load");
  await otto.goto(address);
  await settled(otto, "Released");
  await shown(otto, "case-released-dark");
  await otto.goto(`${address}/hits`);
  await shown(otto, "hits-dark");

  step("the package holds no third party; the packet is verified");
  const [first] = await Promise.all([otto.waitForEvent("download"), otto.goto(address).then(() => otto.click("a:has-text('Download package')"))]);
  const release = join(data, "release.zip");
  await first.saveAs(release);
  execFileSync("python3", ["-c", `
import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
names = z.namelist()
assert "manifest.json" in names and any(n.endswith("portal-fhir.json") for n in names), names
for n in names:
    b = z.read(n)
    for word in (b"Graciela", b"Villalobos", b"Okonkwo"):
        assert word not in b, (n, word)
`, release]);
  const [second] = await Promise.all([otto.waitForEvent("download"), otto.click("a:has-text('Evidence packet')")]);
  const packet = join(data, "packet.zip");
  await second.saveAs(packet);
  const verdict = execFileSync(program, ["audit", "verify", packet], { encoding: "utf8" });
  assert(/passed {2}signature/.test(verdict) && !/FAILED/.test(verdict), verdict);
  const answers = execFileSync(program, ["audit", "show", packet], { encoding: "utf8" });
  assert(answers.includes("Rita Reviewer") && answers.includes("Otto Officer"), answers);

  step("the package is handed to a destination, once; the patient's page, the dashboard, a saved view, a token");
  await otto.goto(address);
  await Promise.all([otto.waitForNavigation(), otto.click("button:has-text('Hand over') >> nth=-1")]);
  assert(readdirSync(outbound).some((f) => /^release-case-1-run-\d+\.zip$/.test(f)), "the package lies in the folder");
  await Promise.all([otto.waitForNavigation(), otto.click("button:has-text('Hand over') >> nth=-1")]);
  assert.match(await otto.locator("main").textContent(), /handed to this destination already/);
  await otto.goto(`${address}/patient`);
  assert(await otto.locator("td:has-text('Alder & Finch LLP')").count() >= 2, "case and disclosure stand there");
  await shown(otto, "patient-dark");
  const [accounting] = await Promise.all([otto.waitForEvent("download"), otto.click("a:has-text('Export')")]);
  await accounting.saveAs(join(data, "accounting.csv"));
  await rita.goto(`${base}/dashboard`);
  await shown(rita, "dashboard");
  await rita.goto(`${base}/queue?view=all`);
  await rita.click("summary:has-text('Save this view')");
  await rita.fill("details [name=name]", "Everything");
  await Promise.all([rita.waitForNavigation(), rita.click("details button:has-text('Save')")]);
  assert(await rita.locator(".chip a:has-text('Everything')").count());
  await rita.goto(`${base}/tokens`);
  await rita.fill("[name=name]", "statistics");
  await rita.check("[value='cases:read']");
  await Promise.all([rita.waitForNavigation(), rita.click("button:has-text('Make it')")]);
  const token = await rita.locator("#new-token").textContent();
  await shown(rita, "tokens");
  const answer = await fetch(`${base}/api/v1/cases`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 200);
  assert.equal((await answer.json()).cases[0].state, "released");
  assert.equal((await fetch(`${base}/api/v1/audit`, { headers: { authorization: `Bearer ${token}` } })).status, 403);
  await rita.goto(`${base}/password`);
  await shown(rita, "password");
  const letter = await rita.request.get(`${address}/write-letter?kind=cover`);
  assert.equal((await letter.body()).subarray(0, 5).toString(), "%PDF-");

  step("the log is whole");
  await otto.goto(`${base}/audit`);
  await otto.click("button:has-text('Check the whole chain')");
  await otto.waitForSelector(".notice.good");
  await shown(otto, "audit-dark");
  assert.match(execFileSync(program, ["audit", "verify", "--data", join(data, "store")], { encoding: "utf8" }), /passed/);
  await cleo.goto(`${base}/queue?view=done`);
  await cleo.setViewportSize({ width: 1920, height: 1080 });
  await shown(cleo, "queue-done");
  await cleo.setViewportSize({ width: 1280, height: 800 });
  const wide = await cleo.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  assert(!wide, "the queue fits 1280 pixels");

  assert.deepEqual(trouble, [], `troubles:\n${trouble.join("\n")}`);
  console.log("desk: all well");
} catch (e) {
  const open = browser.contexts().flatMap((c) => c.pages());
  if (pictures) await Promise.all(open.map((p, i) => p.screenshot({ path: join(pictures, `failed-${i}.png`) }).catch(() => {})));
  console.error(trouble.join("\n"));
  console.error(e);
  process.exitCode = 1;
} finally {
  await browser.close();
  server.kill("SIGTERM");
  rmSync(data, { recursive: true, force: true });
}
