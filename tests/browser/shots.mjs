import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
const { base, address } = JSON.parse(readFileSync("/tmp/shots/state.json"));
const pw = "a long enough password";
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
export async function person(name, opts = {}) {
  const ctx = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...opts });
  const p = await ctx.newPage();
  p.on("console", (m) => console.log("console", m.type(), m.text()));
  p.on("pageerror", (e) => console.log("pageerror", e.message));
  await p.goto(base + "/login"); await p.fill("[name=name]", name); await p.fill("[name=password]", pw); await p.click("main button"); await p.waitForURL(/queue|accounts/);
  return p;
}
const shot = (p, n, o = {}) => p.screenshot({ path: `/tmp/shots/${n}.png`, ...o });
const t = setTimeout(() => { console.log("timeout"); process.exit(1); }, 100000);
try { await (await import(process.argv[2])).default({ person, shot, base, address, browser }); } catch (e) { console.log(e); }
await browser.close(); clearTimeout(t);
