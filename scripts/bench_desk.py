#!/usr/bin/env python3
"""The desk under load: scripts/bench_desk.py [PROGRAM] [--cases 10000] [--users 50] [--jobs 200]

Starts the program on a fresh data folder, takes requests in over its interface, and prints how long pages take (as a client on the same
machine sees it), how long a ruling takes to be in the result of a 100-page case, how long the queued jobs take, and the server's memory.
Judges nothing. Needs only Python and a release build (cargo build --release).
"""

import argparse
import atexit
import http.client
import http.cookies
import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
PASSWORD = "a long enough password"
PATIENT = {"resourceType": "Patient", "name": [{"family": "Reyes", "given": ["Marisol", "Ana"]}], "birthDate": "1984-03-14", "gender": "female"}


class Desk:
    """A server process and who is logged in."""

    def __init__(self, program, data, workers):
        self.process = subprocess.Popen([program, "serve", "--listen", "127.0.0.1:0", "--workers", str(workers), "--data", data], stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)
        line = self.process.stdout.readline()
        self.host = re.search(r"http://([\d.:]+)", line).group(1)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def processor(self):
        """Seconds of processor time so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text).group(1)) / 1024


class Person:
    """A browser's side: cookie, token of the forms, one connection."""

    def __init__(self, desk, cookie=""):
        self.desk, self.cookie, self.csrf = desk, cookie, ""
        self.line = http.client.HTTPConnection(desk.host, timeout=120)

    def ask(self, method, path, form=None):
        headers = {"Cookie": self.cookie}
        body = None
        if form is not None:
            body = urllib.parse.urlencode(([("csrf", self.csrf)] if self.csrf else []) + form)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.desk.host}", "Sec-Fetch-Site": "same-origin"}
        self.line.request(method, path, body, headers)
        r = self.line.getresponse()
        text = r.read().decode("utf-8", "replace")
        for c in r.headers.get_all("Set-Cookie") or []:
            self.cookie = c.split(";")[0]
        found = re.search(r'name="csrf" content="([0-9a-f]*)"', text)
        if found and found.group(1):
            self.csrf = found.group(1)
        if r.status >= 400:
            raise RuntimeError(f"{method} {path}: {r.status}")
        return text

    def login(self, name):
        self.csrf = ""
        self.ask("POST", "/login", [("name", name), ("password", PASSWORD)])
        self.ask("GET", "/password")
        return self


class Program:
    """A program with a token."""

    def __init__(self, desk, token):
        self.line, self.token = http.client.HTTPConnection(desk.host, timeout=120), token

    def ask(self, method, path, body=None):
        if isinstance(body, dict):
            body = json.dumps(body)
        self.line.request(method, "/api/v1" + path, body, {"Authorization": f"Bearer {self.token}"})
        r = self.line.getresponse()
        text = r.read()
        if r.status >= 400:
            raise RuntimeError(f"{method} {path}: {r.status} {text[:200]}")
        return json.loads(text)


def timed(n, do):
    times = []
    for _ in range(n):
        at = time.perf_counter()
        do()
        times.append((time.perf_counter() - at) * 1000)
    return times


def say(what, times):
    times = sorted(times)
    p = lambda q: times[min(len(times) - 1, int(len(times) * q))]
    print(f"{what:<58} median {p(0.5):7.1f} ms   p95 {p(0.95):7.1f} ms   {len(times)} requests", flush=True)


def in_threads(n, do):
    threads = [threading.Thread(target=do, args=(i,)) for i in range(n)]
    [t.start() for t in threads]
    [t.join() for t in threads]


def pdf(pages, crowded=False):
    """Pages of text, each with people in a few places, or in every line."""
    objects, kids = [], []
    font = 3
    for n in range(pages):
        lines = [f"Visit {n + 1} of Marisol Ana Reyes, born 03/14/1984"] + [
            "Seen with her mother Graciela Villalobos, who asked about the dose.", "Dr. Owen Graves reviewed the plan; Graves will call on Friday."] + [
            f"Item {i}: TSH 2.{i} mIU/L, free T4 1.{i} ng/dL, levothyroxine 75 mcg daily, no change in weight or sleep since the last visit." if not crowded else
            f"Item {i}: her mother Graciela Villalobos asked, Dr. Owen Graves answered: TSH 2.{i} mIU/L, levothyroxine 75 mcg daily." for i in range(28)]
        text = "BT /F1 10 Tf 50 750 Td 14 TL " + " ".join(f"({l}) Tj T*" for l in lines) + " ET"
        page, content = 4 + 2 * n, 5 + 2 * n
        kids.append(f"{page} 0 R")
        objects.append((page, f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 {font} 0 R>>>>/Contents {content} 0 R>>"))
        objects.append((content, f"<</Length {len(text)}>>\nstream\n{text}\nendstream"))
    objects = [(1, "<</Type/Catalog/Pages 2 0 R>>"), (2, f"<</Type/Pages/Count {pages}/Kids[{' '.join(kids)}]>>"),
               (3, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")] + objects
    out, places = "%PDF-1.4\n", {}
    for no, body in objects:
        places[no] = len(out)
        out += f"{no} 0 obj\n{body}\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n" + "".join(f"{places[n]:010} 00000 n \n" for n in range(1, len(objects) + 1))
    return (out + f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n").encode()


def main():
    a = argparse.ArgumentParser()
    a.add_argument("program", nargs="?", default=str(ROOT / "target/release/disclose"))
    a.add_argument("--cases", type=int, default=10_000)
    a.add_argument("--users", type=int, default=50)
    a.add_argument("--jobs", type=int, default=200)
    a.add_argument("--pages", type=int, default=100)
    o = a.parse_args()
    with tempfile.TemporaryDirectory() as data:
        run(o, data)


def run(o, data):
    desk = Desk(o.program, data, 0)
    print(f"memory of the server, just started                         {desk.memory():7.1f} MiB")
    ada = Person(desk)
    ada.ask("POST", "/setup", [("name", "ada"), ("password", PASSWORD), ("again", PASSWORD)])
    ada.ask("GET", "/accounts")
    for name, role in [("cleo", "clerk"), ("rita", "reviewer")]:
        ada.ask("POST", "/accounts", [("name", name), ("password", PASSWORD), ("role", role)])
    tokens = {}
    for name, scopes in [("cleo", ["cases:read", "cases:write"]), ("rita", ["cases:read", "cases:write", "review:write"])]:
        p = Person(desk).login(name)
        page = p.ask("POST", "/tokens", [("name", "bench"), ("days", "1")] + [("scope", s) for s in scopes])
        tokens[name] = re.search(r'id="new-token">([^<]+)<', page).group(1)
    cleo, rita = Person(desk).login("cleo"), Person(desk).login("rita")
    items = re.findall(r'name="check\.([^"]+)"', cleo.ask("GET", "/cases/new/checklist?authority=authorization_164_508"))

    def request(i):
        patient = {**PATIENT, "name": [{"family": "Reyes" if i < 0 else f"Family{i % 977}", "given": ["Marisol" if i < 0 else f"Given{i % 83}"]}]}
        return {"patient": patient, "purpose": "litigation", "recipient": f"Firm {i % 31}", "authority": "authorization_164_508",
                "received": "2026-11-02", "due": f"2026-12-{i % 28 + 1:02}", "checklist": {k: {"state": "met", "by": "bench"} for k in items}}

    def ready(program, i, name, content):
        case = program.ask("POST", "/cases", request(i))["id"]
        program.ask("POST", f"/cases/{case}/files?path={name}", content)
        for move in ["validate", "process"]:
            program.ask("POST", f"/cases/{case}/moves", {"move": move})
        return case

    at = time.perf_counter()

    def fill(t):
        program = Program(desk, tokens["cleo"])
        for i in range(t, o.cases, 4):
            program.ask("POST", "/cases", request(i))
    in_threads(4, fill)
    print(f"{o.cases} requests taken in by 4 programs                       {time.perf_counter() - at:7.1f} s")
    for path in ["/queue", "/queue?view=overdue&sort=open&dir=desc", "/queue?page=150&view=all", "/queue?q=family12", "/dashboard"]:
        say(f"{path}, alone", timed(40, lambda: cleo.ask("GET", path)))
    times, errors = [], []

    def user(_):
        p = Person(desk, cleo.cookie)
        try:
            times.extend(timed(20, lambda: p.ask("GET", "/queue")))
        except Exception as e:
            errors.append(e)
    in_threads(o.users, user)
    say(f"/queue, {o.users} users at once, {len(errors)} errors", times)
    print(f"memory of the server after it                              {desk.memory():7.1f} MiB")
    desk.stop()

    desk = Desk(o.program, data, 1)
    time.sleep(3)
    print(f"memory of the server with its worker, idle, {o.cases} cases      {desk.memory():7.1f} MiB")
    for p in (cleo, rita):
        p.desk, p.line = desk, http.client.HTTPConnection(desk.host, timeout=120)
    program = Program(desk, tokens["rita"])
    wait = lambda case, state, step=0.05: [time.sleep(step) for _ in iter(lambda: program.ask("GET", f"/cases/{case}")["state"] != state, False)]
    at = time.perf_counter()
    case = ready(program, -1, "record.pdf", pdf(o.pages))
    wait(case, "review")
    print(f"a case of {o.pages} pages: first run                             {time.perf_counter() - at:7.2f} s")
    for path in ["review", "hits", "document?doc=1&from=-1", f"picture?doc=1&page={max(1, o.pages // 2)}&side=redacted", "approval"]:
        say(f"{o.pages} pages: {path.split('?')[0]}", timed(20, lambda: rita.ask("GET", f"/cases/{case}/{path}")))
    crowded = ready(program, -2, "crowded.pdf", pdf(o.pages, True))
    wait(crowded, "review")
    for c, words in [(case, "a few hits on each"), (crowded, "hits in every line")]:
        again, spent = [], desk.processor()
        for n in range(5):
            page = rita.ask("GET", f"/cases/{c}/hits")
            no = re.findall(r'name="no" value="(\d+)"', page)[n]
            at = time.perf_counter()
            rita.ask("POST", f"/cases/{c}/hits", [("no", no), ("ruling", "mask"), ("reason", "other")])
            rita.ask("POST", f"/cases/{c}/move", [("move", "process")])
            wait(c, "review")
            again.append((time.perf_counter() - at) * 1000)
        say(f"{o.pages} pages, {words}: a ruling, until it is in the result", again)
        print(f"{o.pages} pages, {words}: processor time of a ruling            {(desk.processor() - spent) / 5:7.2f} s")
        if c == crowded:
            say(f"{o.pages} pages, {words}: hits", timed(20, lambda: rita.ask("GET", f"/cases/{c}/hits")))

    note = b"Telephone encounter\nPatient: Marisol Reyes   DOB: 03/14/1984\n\nHer mother Graciela Villalobos called about the thyroid panel.\n"
    at = time.perf_counter()
    cases = [ready(program, -1, "note.txt", note) for _ in range(o.jobs)]
    times = timed(100, lambda: cleo.ask("GET", "/queue"))
    say(f"/queue while {o.jobs} jobs are queued and worked on", times)
    for c in cases:
        wait(c, "review", 0.1)
    print(f"{o.jobs} jobs queued and done by one worker                      {time.perf_counter() - at:7.1f} s")
    print(f"memory of the server with its worker after it              {desk.memory():7.1f} MiB")
    desk.stop()
    log = subprocess.run([o.program, "audit", "verify", "--data", data], capture_output=True, text=True)
    print(log.stdout.strip().splitlines()[0] if log.stdout else log.stderr)


main()
