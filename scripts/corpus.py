#!/usr/bin/env python3
"""Runs the built program on every export of a folder, each with its own patient, and prints how it ended.

    scripts/corpus.py FOLDER [--program target/release/disclose] [--out WORK] [--drafts] [--validate] [--schematron Consolidation.sch]

The patient is read from the export itself: the Patient of a FHIR file, the recordTarget of a C-CDA. Files without one are run with a
stranger, to see that they are refused or held and not passed through. With --drafts each open question is listed by kind. With --validate every
document that comes out is compared with what went in by `scripts/validate` (see there for --schematron): what was valid must be still.
Exit 1 when a run ended in a way that the command line contract does not know, or a check failed.
"""
import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

STRANGER = 'names = [{ family = "Zzyzx", given = ["Qbert"] }]\nbirth_date = "1950-01-01"\n'
ENDS = {0: "released", 2: "refused", 3: "draft or held", 4: "check failed"}


def fhir_patient(data):
    """The Patient that most resources speak of; the first when that cannot be told."""
    found = []
    def walk(v):
        if isinstance(v, dict):
            if v.get("resourceType") == "Patient":
                found.append(v)
            for x in v.values():
                walk(x)
        elif isinstance(v, list):
            for x in v:
                walk(x)
    walk(data)
    if not found:
        return None
    text = json.dumps(data)
    return json.dumps(max(found, key=lambda p: text.count("/" + str(p.get("id"))) if p.get("id") else 0))


def cda_patient(text):
    role = re.search(r"<(?:\w+:)?patientRole\b.*?</(?:\w+:)?patientRole>", text, re.S)
    if not role:
        return None
    role = re.sub(r"<!--.*?-->|<(?:\w+:)?guardian\b.*?</(?:\w+:)?guardian>|<(?:\w+:)?providerOrganization\b.*?</(?:\w+:)?providerOrganization>", "", role[0], flags=re.S)
    names = []
    for name in re.findall(r"<(?:\w+:)?name\b.*?</(?:\w+:)?name>", role, re.S):
        part = lambda tag: [re.sub(r"\s+", " ", x).strip() for x in re.findall(rf"<(?:\w+:)?{tag}\b[^>]*>([^<]+)<", name)]
        if part("family"):
            names.append({"family": part("family")[0], "given": part("given")})
    birth = re.search(r'<(?:\w+:)?birthTime\b[^>]*value="(\d{8})', role)
    if not names:
        return None
    quoted = lambda s: json.dumps(s, ensure_ascii=False)
    rows = ", ".join(f'{{ family = {quoted(n["family"])}, given = [{", ".join(quoted(g) for g in n["given"])}] }}' for n in names)
    ids = [(r, e) for r, e in re.findall(r'<(?:\w+:)?id\b[^>]*root="([^"]+)"[^>]*extension="([^"]+)"', role)]
    out = f"names = [{rows}]\n"
    if birth:
        b = birth[1]
        out += f'birth_date = "{b[:4]}-{b[4:6]}-{b[6:]}"\n'
    if ids:
        out += "identifiers = [" + ", ".join(f'{{ system = "urn:oid:{r}", value = {quoted(e)} }}' for r, e in ids) + "]\n"
    return out


def texts(path):
    """Texts of a file, or of the members of a zip, that may tell the patient."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as z:
            return [z.read(n) for n in z.namelist() if n.lower().endswith((".xml", ".json", ".ndjson"))]
    return [path.read_bytes()]


def patient_of(path):
    for raw in texts(path):
        text = raw.decode("utf-8-sig", errors="replace")
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text = raw.decode("utf-16")
        try:
            found = fhir_patient(json.loads(text))
            if found:
                return "json", found
        except (json.JSONDecodeError, RecursionError):
            pass
        found = cda_patient(text)
        if found:
            return "toml", found
    return "none", STRANGER


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--program", default="target/release/disclose")
    options.add_argument("--out", type=pathlib.Path)
    options.add_argument("--drafts", action="store_true")
    options.add_argument("--validate", action="store_true")
    options.add_argument("--schematron")
    args = options.parse_args()
    work = args.out or pathlib.Path(tempfile.mkdtemp())
    ends, kinds, bad, pairs = collections.Counter(), collections.Counter(), 0, []
    files = sorted(f for f in args.folder.rglob("*") if f.is_file() and f.suffix.lower() in (".json", ".xml", ".zip", ".xdm", ".ndjson"))
    for no, file in enumerate(files):
        kind, patient = patient_of(file)
        who = work / f"patient-{no}.{'json' if kind == 'json' else 'toml'}"
        work.mkdir(parents=True, exist_ok=True)
        who.write_text(patient, encoding="utf-8")
        out = work / f"out-{no}"
        run = subprocess.run([args.program, "process", file, "--patient", who, "--purpose", "litigation", "--recipient", "Test", "--out", out, "--quiet"],
                             capture_output=True, text=True, timeout=600)
        ends[(kind != "none", run.returncode)] += 1
        report = out / "internal/report.json"
        failed = []
        if report.exists():
            told = json.loads(report.read_text())
            failed = [c["name"] for c in told.get("checks", []) if not c.get("passed", True)]
        if args.validate:
            pairs += [(file, out / kind / file.name) for kind in ("release", "draft") if (out / kind / file.name).is_file()]
        if run.returncode not in ENDS or run.returncode == 4 or failed and run.returncode == 0:
            bad += 1
            print(f"BAD {run.returncode} {file.relative_to(args.folder)} {failed} {run.stderr.strip()[:200]}")
        if run.returncode == 3 and args.drafts:
            review = out / "internal/review.json"
            items = json.loads(review.read_text())["items"] if review.exists() else []
            held = [h for h in told.get("holds", [])] if report.exists() else []
            print(f"{file.relative_to(args.folder)}: " + "; ".join(f"{i['kind']} {i.get('mention', '')!r}" for i in items[:6]) + (f" (+{len(items) - 6})" if len(items) > 6 else "") + (f" held {len(held)}" if held else ""))
            kinds.update(i["kind"] for i in items)
        if run.returncode == 2 and args.drafts:
            print(f"{file.relative_to(args.folder)}: refused: {run.stderr.strip()[:160]}")
    print(f"{len(files)} files")
    for (known, code), n in sorted(ends.items()):
        print(f"  {'with' if known else 'without'} a patient of their own, exit {code} ({ENDS.get(code, 'unknown')}): {n}")
    if kinds:
        print("  open questions: " + ", ".join(f"{k} {n}" for k, n in kinds.most_common()))
    if pairs:
        bad += validated(pairs, work, args.schematron)
    return 1 if bad else 0


def validated(pairs, work, schematron):
    """Compares all documents in one run: two folders with the same names. How many got worse counts as one."""
    for no, (before, after) in enumerate(pairs):
        for side, path in (("before", before), ("after", after)):
            to = work / "validate" / side / f"{no}-{before.name}"
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(path.read_bytes())
    command = [sys.executable, pathlib.Path(__file__).with_name("validate"), work / "validate/before", work / "validate/after"]
    return subprocess.run(command + (["--schematron", schematron] if schematron else [])).returncode != 0


if __name__ == "__main__":
    sys.exit(main())
