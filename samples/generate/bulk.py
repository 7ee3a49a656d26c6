"""A FHIR bulk export: one kind of resource a file, one resource a line. A name in one file is explained only in another."""

import json

import reyes_fhir
from people import *


def lines(resources, end="\n"):
    out = []
    for r in resources:
        pretty = reyes_fhir.render(r).decode("utf-8")
        # Compact, with the decimals and the escaped letter of the pretty form.
        out.append("".join(part.strip() for part in pretty.split("\n")))
        json.loads(out[-1])
    return (end.join(out) + end).encode("utf-8")


def files():
    by_kind = {}
    for entry in reyes_fhir.bundle()["entry"]:
        r = entry["resource"]
        by_kind.setdefault(r["resourceType"], []).append(r)
    text = {kind: lines(by_kind[kind]) for kind in ("Patient", "Practitioner", "RelatedPerson", "DiagnosticReport", "CareTeam")}
    text["Observation"] = b"\xef\xbb\xbf" + lines(by_kind["Observation"], "\r\n")
    text["DocumentReference"] = b"\n" + lines(by_kind["DocumentReference"], "\n\n")
    return {f"{kind}.ndjson": data for kind, data in text.items()}
