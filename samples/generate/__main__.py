"""Writes the sample exports: `python3 samples/generate`. The same bytes from run to run; `--check` only compares.

Zip members are compared unpacked, because compressors differ between versions of zlib.
"""

import io
import sys
import zipfile
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))

import bulk
import newborn
import packages
import pdfs
import reyes_ccda
import reyes_fhir
import texts

HERE = Path(__file__).resolve().parent.parent


CHECK = sys.argv[1:] == ["--check"]
stale = []


def content(data):
    if not data.startswith(b"PK"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        return [z.comment] + [(i.filename, z.read(i)) for i in z.infolist()]


def put(path, data):
    file = HERE / path
    if CHECK:
        if not file.is_file() or content(file.read_bytes()) != content(data):
            stale.append(path)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    print(f"{len(data):7} {path}")


fhir = reyes_fhir.render(reyes_fhir.bundle())
summary, letter = reyes_ccda.summary(), reyes_ccda.letter()
put("reyes/portal-fhir.json", fhir)
put("reyes/ccda/summary.xml", summary)
put("reyes/ccda/letter.xml", letter)
put("reyes/portal.zip", packages.portal(fhir, summary, letter))
put("reyes/patient.json", reyes_fhir.render(reyes_fhir.patient()))
put("xdm/xdm.zip", packages.xdm(summary, texts.PROGRESS_NOTE.encode("utf-8")))
for name, data in bulk.files().items():
    put(f"bulk/export/{name}", data)
for name, data in pdfs.files().items():
    put(f"pdf/{name}", data)
put("newborn/bundle.json", reyes_fhir.render(newborn.bundle()))
put("newborn/patient.json", reyes_fhir.render(newborn.patient()))

if stale:
    sys.exit("differs from what samples/generate writes: " + ", ".join(stale))
