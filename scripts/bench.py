"""Measures the built program as a user meets it: whole processes, wall-clock time, peak memory. Run it by scripts/bench.

The yardstick is target/release/examples/serde_roundtrip: serde_json parsing and printing the same bytes in the same run.
Peak memory is never shown below that of this script (about 16 MB), which the system counts for a child at its start.
"""

import argparse
import json
import os
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
MB = 1_000_000


def measure(command, repeat=1):
    """Best wall-clock seconds and largest peak memory in bytes of `repeat` runs, and the last exit code."""
    best, peak, code = float("inf"), 0, 0
    for _ in range(repeat):
        begin = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        best = min(best, time.perf_counter() - begin)
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
    times = []
    for mb in (1, 6):
        source = work / f"note-{mb}.txt"
        bench_data.note(source, mb * MB)
        shell = f'"{PROGRAM}" detect --patient "{patient}" < "{source}"'
        times.append(measure(one_core(["sh", "-c", shell]), 3)[0])
        source.unlink()
    print(f"| detect | 5 MB of notes | {times[1] - times[0]:.3f} | {5 / (times[1] - times[0]):.1f} MB |", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--ndjson", action="store_true", help="also a 1 GB NDJSON export (needs 3 GB of disk)")
    options.add_argument("--small", action="store_true", help="leave out the 100 MB bundle")
    options.add_argument("--work", help="folder for the generated exports (default: a temporary one)")
    args = options.parse_args()
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
        if args.ndjson:
            source = work / "export.ndjson"
            bench_data.ndjson(source, 1000 * MB)
            row("NDJSON 1 GB", source, patient, work, 1)
            source.unlink()

        parts(work, patient)
        package = work / "package"
        package.mkdir(exist_ok=True)
        for i in range(24):
            shutil.copyfile(work / "bundle-1.json", package / f"part-{i:02}.json")
        cores = os.cpu_count() or 1
        times = [min(measure([str(c) for c in disclose(package, patient, work / "out", "--jobs", str(j))])[0] for _ in range(2)) for j in (1, cores)]
        print(f"\nPackage of 24 files, {size_of(package) / MB:.0f} MB: {times[0]:.2f} s with 1 job, {times[1]:.2f} s with {cores} jobs, "
              f"{times[0] / times[1]:.2f} times as fast")


if __name__ == "__main__":
    main()
