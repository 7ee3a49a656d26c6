// Sign-in by a real OpenID Connect service (oidc-provider) in a real browser: an account that was given its name gets in, nobody else does,
// an address that the service has not checked opens nothing, a second factor is still asked for.
//   node oidc.mjs PROGRAM [PICTURES-FOLDER]
import { chromium } from "playwright-core";
import Provider from "oidc-provider";
import { spawn } from "node:child_process";
import { createHmac, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:net";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

const [program, pictures] = process.argv.slice(2);
assert(program, "usage: node oidc.mjs PROGRAM [PICTURES-FOLDER]");
if (pictures) mkdirSync(pictures, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const data = mkdtempSync(join(tmpdir(), "desk-oidc-"));
const step = (name) => console.log(`  ${name}`);
const trouble = [];
const freePort = () => new Promise((ok) => { const s = createServer().listen(0, "127.0.0.1", () => { const { port } = s.address(); s.close(() => ok(port)); }); });
const [servicePort, deskPort] = [await freePort(), await freePort()];
const issuer = `http://127.0.0.1:${servicePort}`;
const base = `http://127.0.0.1:${deskPort}`;

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
const back = [`${base}/oidc/back`];
const service = new Provider(issuer, {
  clients: [
    { client_id: "desk-rs", client_secret: "s:e/c+r%et of the desk", redirect_uris: back, id_token_signed_response_alg: "RS256" },
    { client_id: "desk-es", redirect_uris: back, post_logout_redirect_uris: [`${base}/login`], id_token_signed_response_alg: "ES256", token_endpoint_auth_method: "none" },
  ],
  jwks: { keys: [{ ...rsa, kid: "r1", use: "sig" }, { ...ec, kid: "e1", use: "sig" }] },
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, email: `${id.replace(/2$/, "")}@example.org`, email_verified: !id.startsWith("mallory") }) }),
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true } },
});
// The service warns that it is one for development.
console.warn = console.info = () => {};
const listening = service.listen(servicePort, "127.0.0.1");
await new Promise((ok) => listening.once("listening", ok));

let server;
async function desk(more) {
  if (server) { const ended = new Promise((ok) => server.once("exit", ok)); server.kill("SIGTERM"); await ended; }
  server = spawn(program, ["serve", "--listen", `127.0.0.1:${deskPort}`, "--data", join(data, "store")],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, OIDC_ISSUER: issuer, OIDC_NAME: "Example ID", ...more } });
  let said = "";
  server.stderr.on("data", (d) => { said += d; });
  await new Promise((ok, no) => { server.stdout.once("data", ok); server.once("exit", (c) => no(new Error(`the server ended with ${c}: ${said}`))); });
  return () => said;
}

const executablePath = process.env.CHROMIUM || ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

async function shown(page, name) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  for (const v of found.violations) trouble.push(`axe ${name}: ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join("; ")}`);
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`) });
}

/// Begins at the desk and goes through the service as `id`; ends on a page of the desk.
async function signIn(id, before = async () => {}) {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  page.on("pageerror", (e) => { if (page.url().startsWith(base)) trouble.push(`script: ${e.message}`); });
  await page.goto(`${base}/login`);
  await page.click("a:has-text('Sign in with Example ID')");
  await page.waitForURL(/interaction/);
  await page.fill("[name=login]", id);
  await page.fill("[name=password]", "any");
  await page.click("button[type=submit]");
  await page.waitForSelector("button:has-text('Continue')");
  await before(page);
  await page.click("button:has-text('Continue')");
  await page.waitForURL((u) => u.href.startsWith(base));
  return page;
}

const words = "an admin's long words";
async function withPassword(page, name) {
  await page.goto(`${base}/login`);
  await page.fill("[name=name]", name);
  await page.fill("[name=password]", words);
  await page.click("main button");
}

async function nameFor(page, shownName, word) {
  const row = page.locator(`tr:has(td:text-is("${shownName}"))`);
  await row.locator("[name=sign_in]").fill(word);
  await Promise.all([page.waitForNavigation(), row.locator("form:has([name=sign_in]) button").click()]);
}

try {
  step("set up");
  let said = await desk({ OIDC_CLIENT_ID: "desk-rs", OIDC_CLIENT_SECRET: "s:e/c+r%et of the desk" });
  const ada = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await ada.goto(base);
  for (const [k, v] of [["name", "ada"], ["shown", "Ada Admin"], ["password", words], ["again", words]]) await ada.fill(`[name=${k}]`, v);
  await ada.click("main button");
  await ada.waitForURL(/accounts/);
  for (const [name, shownName] of [["rita", "Rita Reviewer"], ["mallory", "Mallory Mallet"], ["tom", "Tom Two"]]) {
    await ada.fill("form[action='/accounts'] [name=name]", name);
    await ada.fill("[name=shown]", shownName);
    await ada.fill("form[action='/accounts'] [name=password]", words);
    await ada.check("form[action='/accounts'] [value=reviewer]");
    await ada.click("form[action='/accounts'] button");
    await ada.waitForSelector(`td:text-is("${shownName}")`);
  }
  await nameFor(ada, "Rita Reviewer", "Rita@Example.org");
  await nameFor(ada, "Mallory Mallet", "mallory@example.org");
  await nameFor(ada, "Tom Two", "tom");
  await shown(ada, "accounts-sign-in");

  step("nobody without an account gets in, and none is made");
  let page = await signIn("stranger");
  assert.match(await page.textContent("[role=alert]"), /no account here is yours.*stranger/s);
  await shown(page, "login-sign-in");
  await page.goto(`${base}/queue`);
  assert.match(page.url(), /login/);
  await ada.reload();
  assert.equal(await ada.locator("tbody tr").count(), 4);

  step("an address that the service has not checked opens nothing");
  page = await signIn("mallory");
  assert.match(await page.textContent("[role=alert]"), /no account/);

  step("a checked address opens its account, which is bound to the person then");
  page = await signIn("rita");
  await page.waitForURL(/queue/);
  assert.match(await page.textContent(".who"), /Rita Reviewer/);
  page = await signIn("rita2");
  assert.match(await page.textContent("[role=alert]"), /no account/, "the same address, another person");
  page = await signIn("rita");
  await page.waitForURL(/queue/);

  step("a barred account stays out");
  await ada.reload();
  assert(await ada.locator("tr:has(td:text-is('Rita Reviewer')) .tag:has-text('has signed in')").count());
  const barred = ada.locator("tr:has(td:text-is('Rita Reviewer'))");
  await barred.locator("[name=disabled]").check();
  await Promise.all([ada.waitForNavigation(), barred.locator("form:has([name=disabled]) button").click()]);
  page = await signIn("rita");
  assert.match(await page.textContent("[role=alert]"), /no account/);

  step("a second factor is still asked for");
  const tom = await (await browser.newContext()).newPage();
  await withPassword(tom, "tom");
  await tom.waitForURL(/queue/);
  await tom.goto(`${base}/totp`);
  const secret = (await tom.textContent("main")).match(/(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}/)[0].replaceAll(" ", "");
  const code = (ahead) => {
    const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
    const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + ahead));
    const hash = createHmac("sha1", key).update(counter).digest();
    return String((hash.readUInt32BE(hash[19] & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
  };
  await tom.fill("[name=code]", code(0));
  await tom.click("main button");
  await tom.waitForLoadState("load");
  page = await signIn("tom");
  await shown(page, "sign-in-code");
  assert.equal(new URL(page.url()).pathname, "/oidc/back");
  await page.goto(`${base}/queue`);
  assert.match(page.url(), /login/, "not in yet");
  page = await signIn("tom");
  await page.fill("[name=code]", "000000");
  await page.click("main button");
  assert.match(await page.textContent("[role=alert]"), /code is wrong/);
  await page.fill("[name=code]", code(1));
  await page.click("main button");
  await page.waitForURL(/queue/);

  step("an answer for another browser, or twice, is refused");
  // Sign-ins of one address are counted by the minute; a fast machine has used them up by now.
  await page.waitForTimeout(61_000);
  let answer;
  const watch = (p) => p.on("request", (r) => { if (r.url().startsWith(`${base}/oidc/back?`)) answer = r.url(); });
  page = await signIn("tom", async (p) => { watch(p); await p.context().clearCookies({ name: "disclose_oidc" }); });
  assert.match(await page.textContent("[role=alert]"), /not begun here/, "this browser does not hold what began it");
  page = await signIn("tom", watch);
  assert.equal(await page.locator("[name=code]").count(), 1);
  await page.goto(answer);
  assert.match(await page.textContent("[role=alert]"), /not begun here/, "it was used up");
  assert.equal(said(), "", "nothing went wrong at the desk");

  step("a public client, tokens signed with ES256");
  said = await desk({ OIDC_CLIENT_ID: "desk-es", OIDC_LOGOUT_BACK: "1" });
  await withPassword(ada, "ada");
  await ada.waitForURL(/accounts/);
  await nameFor(ada, "Mallory Mallet", "mallory");
  page = await signIn("mallory");
  await page.waitForURL(/queue/);

  step("who signs out here is signed out of the service");
  await Promise.all([page.waitForURL(/session\/end/), page.click("button:has-text('Log out')")]);
  assert.match(page.url(), /id_token_hint=.+&post_logout_redirect_uri=/);
  assert.equal((await page.context().cookies(base)).filter((c) => c.name === "disclose_session" && c.value).length, 0);
  await page.click("button:has-text('Yes')");
  await page.waitForURL(`${base}/login**`);
  await page.click("a:has-text('Sign in with Example ID')");
  await page.waitForSelector("[name=login]");

  step("a wrong secret, a service that does not answer");
  said = await desk({ OIDC_CLIENT_ID: "desk-rs", OIDC_CLIENT_SECRET: "wrong" });
  page = await signIn("mallory");
  assert.match(await page.textContent("[role=alert]"), /does not answer as it should/);
  assert.match(said(), /invalid_client/);
  said = await desk({ OIDC_CLIENT_ID: "desk-rs", OIDC_ISSUER: "http://127.0.0.1:9" });
  page = await (await browser.newContext()).newPage();
  await page.goto(`${base}/oidc/start`);
  assert.match(await page.textContent("[role=alert]"), /does not answer as it should/);
  await withPassword(page, "ada");
  await page.waitForURL(/accounts/);
  assert.deepEqual(trouble, []);
  console.log("well");
} catch (e) {
  console.error(e);
  for (const t of trouble) console.error(t);
  process.exitCode = 1;
} finally {
  await browser.close();
  server?.kill("SIGTERM");
  listening.close();
  listening.closeAllConnections?.();
  rmSync(data, { recursive: true, force: true });
}
