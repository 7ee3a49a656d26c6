"""Writes the sample exports: `python3 samples/generate`. The same bytes from run to run."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import newborn
import packages
import reyes_ccda
import reyes_fhir
import texts

HERE = Path(__file__).resolve().parent.parent


def put(path, data):
    file = HERE / path
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
put("newborn/bundle.json", reyes_fhir.render(newborn.bundle()))
put("newborn/patient.json", reyes_fhir.render(newborn.patient()))
