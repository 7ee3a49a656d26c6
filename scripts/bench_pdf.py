#!/usr/bin/env python3
"""Times the redaction of PDFs with a text layer against PyMuPDF, and measures memory on a long one.

    scripts/bench_pdf.py [PAGES] [LONG]

A document of PAGES pages (50) with ten redactions a page is redacted by `disclose process` on one core, once as a user runs it, with
every check of the output, and once by the stages alone (`examples/pdf_stages`, which reads and writes without checks). PyMuPDF searches the same
names and applies redactions, which is all it does: no search for names, no labels, no check. It is a peer that is not needed otherwise:
`pip install pymupdf`. A document of LONG pages (1,000) shows the memory.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DISCLOSE = ROOT / "target/release/disclose"
STAGES = ROOT / "target/release/examples/pdf_stages"
NAMES = ["Alba Quixmore", "Ole Zandstrom", "Wanda Featherby", "Ines Marchetti", "Tor Halvorsen"]
LINES = [
    "The patient was seen today by Dr. {0} for follow up of her thyroiditis.",
    "Her mother {2} has hypertension and takes lisinopril 10 mcg daily without side effects.",
    "Dr. {1} read the ultrasound; the nodule of the left lobe is stable since the last examination.",
    "Continue levothyroxine 75 mcg daily and repeat the thyroid panel in six weeks, as before.",
    "Dr. {3} was informed by telephone. Dr. {4} will see the patient in the autumn.",
]


def document(pages):
    """A plain PDF: Helvetica, one content stream a page, 50 lines of text, ten of them with a name."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"]
    kids = []
    for p in range(pages):
        text = ["BT /F1 10 Tf 14 TL 54 760 Td (Patient: Maria Reyes   DOB: 03/04/1985   MRN: 4471920   Page %d of %d) Tj T*" % (p + 1, pages)]
        for i in range(10):
            line = LINES[i % 5]
            if i % 5 == 3:
                line = "Signed by Dr. {0} after the visit; the plan was explained to the patient and agreed."
            text.append("(%s) Tj T*" % line.format(*NAMES))
            for k in range(3):
                text.append("(Line %d of the note: no palpitations, no weight loss, no tremor, appetite good, sleeps well.) Tj T*" % (i * 4 + k))
        data = ("\n".join(text) + "\nET").encode()
        objects.append(b"<</Length %d>>stream\n" % len(data) + data + b"\nendstream")
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents %d 0 R/Resources<</Font<</F1 3 0 R>>>>>>" % len(objects))
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    out, places = bytearray(b"%PDF-1.5\n"), []
    for i, body in enumerate(objects):
        places.append(len(out))
        out += b"%d 0 obj\n" % (i + 1) + body + b"\nendobj\n"
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % p for p in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, xref)
    return bytes(out)


def timed(command):
    """Wall-clock and processor seconds, peak memory in MB, exit code."""
    begin = time.perf_counter()
    child = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - begin, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode


def row(name, pages, times):
    wall, cpu, peak, code = times
    print(f"| {name} | {pages} | {wall:.2f} | {cpu:.2f} | {pages / cpu:.0f} | {peak:.0f} | {code} |", flush=True)


PEER = """
import sys, pymupdf
doc = pymupdf.open(sys.argv[1])
for page in doc:
    for name in sys.argv[3:]:
        for place in page.search_for(name):
            page.add_redact_annot(place)
    page.apply_redactions()
doc.save(sys.argv[2], garbage=3, deflate=True)
"""


def main():
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    long = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    one = ["taskset", "-c", "0"] if shutil.which("taskset") else []
    with tempfile.TemporaryDirectory() as work:
        work = Path(work)
        patient = work / "patient.toml"
        patient.write_text('birth_date = "1985-03-04"\n[[names]]\nfamily = "Reyes"\ngiven = ["Maria"]\n')
        source = work / "note.pdf"

        def process():
            shutil.rmtree(work / "out", ignore_errors=True)
            return [DISCLOSE, "process", source, "--patient", patient, "--purpose", "litigation", "--recipient", "Bench", "--out", work / "out", "--quiet"]

        print("| what | pages | wall s | CPU s | pages per CPU second | peak MB | exit |\n|---|---|---|---|---|---|---|", flush=True)
        source.write_bytes(document(1))
        start = timed(one + process())
        row("disclose, a single page (its start)", 1, start)
        source.write_bytes(document(pages))
        best = min((timed(one + process()) for _ in range(3)), key=lambda t: t[1])
        row("disclose, with every check", pages, best)
        if STAGES.exists():
            best = min((timed(one + [STAGES, source, work / "stages.pdf", *NAMES]) for _ in range(3)), key=lambda t: t[1])
            row("disclose, reading and writing alone", pages, best)
        try:
            import pymupdf  # noqa: F401

            best = min((timed(one + [sys.executable, "-c", PEER, source, work / "peer.pdf", *NAMES]) for _ in range(3)), key=lambda t: t[1])
            row("PyMuPDF: search, redact, save", pages, best)
        except ImportError:
            print("PyMuPDF is not installed", file=sys.stderr)
        source.write_bytes(document(long))
        row(f"disclose, with every check ({source.stat().st_size / 1e6:.1f} MB)", long, timed(process()))


main()
