#!/usr/bin/env python3
"""Times the reading and redaction of scanned pages against OCRmyPDF, which only reads them.

    scripts/bench_scans.py [PAGES]

The pages are the fax of samples/scans, in a PDF. OCRmyPDF is a peer that is not needed otherwise: `apt-get install ocrmypdf`.
"""

import os
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DISCLOSE = ROOT / "target/release/disclose"


def strips(tiff):
    """Width, height and the bare group 4 data of each page of a little-endian TIFF."""
    (at,) = struct.unpack_from("<I", tiff, 4)
    while at:
        (n,) = struct.unpack_from("<H", tiff, at)
        tags = {}
        for i in range(n):
            tag, kind, count, value = struct.unpack_from("<HHII", tiff, at + 2 + 12 * i)
            size = {3: 2, 4: 4}.get(kind)
            if size is None:
                continue
            if count * size > 4:
                value = struct.unpack_from("<%d%s" % (count, "H" if kind == 3 else "I"), tiff, value)
            else:
                value = (value & 0xFFFF,) if kind == 3 else (value,)
            tags[tag] = value
        (at,) = struct.unpack_from("<I", tiff, at + 2 + 12 * n)
        rows = tags.get(278, (tags[257][0],))[0]
        for i, (start, size) in enumerate(zip(tags[273], tags[279])):
            yield tags[256][0], min(rows, tags[257][0] - i * rows), tags[262][0], tiff[start : start + size]


def pdf(pages):
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids = []
    for width, height, kind, data in pages:
        head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode" % (width, height)
        head += b"/DecodeParms<</K -1/Columns %d/Rows %d/BlackIs1 %s>>" % (width, height, b"true" if kind else b"false")
        objects.append(b"<<" + head + b"/Length %d>>stream\n" % len(data) + data + b"\nendstream")
        w, h = width * 72 / 200, height * 72 / 200
        text = b"q %f 0 0 %f 0 0 cm /I Do Q" % (w, h)
        objects.append(b"<</Length %d>>stream\n" % len(text) + text + b"\nendstream")
        n = len(objects)
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %f %f]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>>>>>" % (w, h, n, n - 1))
        kids.append(b"%d 0 R" % (n + 1))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    out, places = bytearray(b"%PDF-1.5\n"), []
    for i, body in enumerate(objects):
        places.append(len(out))
        out += b"%d 0 obj\n" % (i + 1) + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % p for p in places)
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


def timed(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run([str(c) for c in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "OMP_THREAD_LIMIT": "1"})
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    # One strip a page, so that every page of the PDF is one picture.
    sheets = list(strips((ROOT / "samples/scans/fax.tif").read_bytes()))
    first = max(sheets, key=lambda s: s[1])
    with tempfile.TemporaryDirectory() as temp:
        source = Path(temp) / "scan.pdf"
        # Each page a few rows shorter than the one before: no two are the same picture.
        source.write_bytes(pdf([(first[0], first[1] - 8 * i) + first[2:] for i in range(n)]))
        print("| reader | s/page wall | s/page CPU | exit |\n|---|---|---|---|")
        command = [DISCLOSE, "process", source, "--patient", ROOT / "samples/reyes/patient.json", "--purpose", "litigation", "--recipient", "X",
                   "--quiet", "--out", Path(temp) / "out"]
        wall, cpu, done = timed(command)
        print(f"| disclose: read, redact, verify | {wall / n:.2f} | {cpu / n:.2f} | {done.returncode} |", flush=True)
        if not shutil.which("ocrmypdf"):
            print("| OCRmyPDF | not installed | | |")
            return
        peer, cpu, done = timed(["ocrmypdf", "--jobs", os.cpu_count() or 1, source, Path(temp) / "ocr.pdf"])
        print(f"| OCRmyPDF: read | {peer / n:.2f} | {cpu / n:.2f} | {done.returncode} |")
        print(f"\ndisclose takes {wall / peer:.2f} of the time of OCRmyPDF")


if __name__ == "__main__":
    main()
