"""Zip packages: a portal download with junk beside the records, and an IHE XDM package as Direct messages carry it."""

import hashlib
import io
import zipfile

from people import *

WHEN = (2023, 8, 1, 10, 0, 0)


def zipped(members, comment=b"") -> bytes:
    """A zip with the same bytes from run to run. `members` is a list of (name, bytes)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in members:
            info = zipfile.ZipInfo(name, WHEN)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            z.writestr(info, data)
        z.comment = comment
    return out.getvalue()


def portal(fhir, summary, letter) -> bytes:
    junk = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        Graciela Reyes\x00\x00"
    return zipped(
        [
            ("Reyes_export/portal-fhir.json", fhir),
            ("Reyes_export/ccda/summary.xml", summary),
            ("Reyes_export/ccda/Letter from Owen Graves MD.xml", letter),
            ("Reyes_export/.DS_Store", b"\x00\x00\x00\x01Bud1 Colin Abernathy"),
            ("__MACOSX/Reyes_export/._portal-fhir.json", junk),
            ("Thumbs.db", b"\xd0\xcf\x11\xe0 Priya Natarajan"),
        ],
        comment=b"packed for graciela.reyes@example.com",
    )


def slot(name, *values):
    rows = "".join(f"<rim:Value>{v}</rim:Value>" for v in values)
    return f'<rim:Slot name="{name}"><rim:ValueList>{rows}</rim:ValueList></rim:Slot>'


def author(target, scheme, n, person, institution, role):
    return (
        f'<rim:Classification id="urn:uuid:{uid(f"cl{n}")}" classificationScheme="urn:uuid:{scheme}" '
        f'classifiedObject="{target}" nodeRepresentation="">'
        + slot("authorPerson", person) + slot("authorInstitution", institution) + slot("authorRole", role)
        + "</rim:Classification>"
    )


def extrinsic(n, name, mime, data, title, person, role):
    """One DocumentEntry; hash is SHA-1 and size is bytes, as ITI TF-3 4.2.3 has it."""
    oid = f"Document{n:02}"
    return (
        f'<rim:ExtrinsicObject id="{oid}" mimeType="{mime}" objectType="urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1" status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved">'
        + slot("creationTime", "20230801170000") + slot("hash", hashlib.sha1(data).hexdigest())
        + slot("languageCode", "en-us")
        + slot("legalAuthenticator", f"{NPI_GRAVES}^Graves^Owen^^^Dr.^MD^^&amp;2.16.840.1.113883.4.6&amp;ISO")
        + slot("size", str(len(data))) + slot("sourcePatientId", "90417733^^^&amp;2.999.1.4.1&amp;ISO")
        + slot("sourcePatientInfo", "PID-3|90417733^^^&amp;2.999.1.4.1&amp;ISO", "PID-5|Reyes^Marisol^Ana^^Ms.", "PID-7|19840314",
               "PID-8|F", "PID-11|1200 Martin Luther King Jr Way^Apt 5^Fairhaven^WA^98990^US")
        + slot("URI", name)
        + f'<rim:Name><rim:LocalizedString value="{title}"/></rim:Name>'
        + "<rim:Description><rim:LocalizedString value=\"Sent at the request of the patient's mother, Graciela Reyes\"/></rim:Description>"
        + author(oid, "93606bcf-9494-43ec-9b4e-a7748d1a838d", n, person, "Harriet Lane Memorial Hospital", role)
        + f'<rim:ExternalIdentifier id="urn:uuid:{uid(f"ei{n}")}" registryObject="{oid}" identificationScheme="urn:uuid:2e82c1f6-a085-4c72-9da3-8640a32e42ab" value="2.999.1.4.7.{n}"><rim:Name><rim:LocalizedString value="XDSDocumentEntry.uniqueId"/></rim:Name></rim:ExternalIdentifier>'
        + f'<rim:ExternalIdentifier id="urn:uuid:{uid(f"ep{n}")}" registryObject="{oid}" identificationScheme="urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427" value="90417733^^^&amp;2.999.1.4.1&amp;ISO"><rim:Name><rim:LocalizedString value="XDSDocumentEntry.patientId"/></rim:Name></rim:ExternalIdentifier>'
        + "</rim:ExtrinsicObject>\n"
    )


def metadata(documents) -> bytes:
    body = "".join(extrinsic(i + 1, *d) for i, d in enumerate(documents))
    submission = (
        '<rim:RegistryPackage id="SubmissionSet01" objectType="urn:oasis:names:tc:ebxml-regrep:ObjectType:RegistryObject:RegistryPackage">'
        + slot("submissionTime", "20230801170500")
        + slot("intendedRecipient", "|^Okonkwo^Hannah^^^Dr.|^^Internet^Hannah.Okonkwo@example.com")
        + '<rim:Name><rim:LocalizedString value="Record of Marisol Reyes"/></rim:Name>'
        + author("SubmissionSet01", "a7058bb9-b4e4-4307-ba5b-e3f0ab85e12d", 90,
                 f"{NPI_GRAVES}^Graves^Owen^^^Dr.^MD^^&amp;2.16.840.1.113883.4.6&amp;ISO", "Harriet Lane Memorial Hospital", "PCP")
        + f'<rim:ExternalIdentifier id="urn:uuid:{uid("ss1")}" registryObject="SubmissionSet01" identificationScheme="urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8" value="2.999.1.4.7.90"><rim:Name><rim:LocalizedString value="XDSSubmissionSet.uniqueId"/></rim:Name></rim:ExternalIdentifier>'
        + f'<rim:ExternalIdentifier id="urn:uuid:{uid("ss2")}" registryObject="SubmissionSet01" identificationScheme="urn:uuid:6b5aea1a-874d-4603-a4bc-96a0a7b38446" value="90417733^^^&amp;2.999.1.4.1&amp;ISO"><rim:Name><rim:LocalizedString value="XDSSubmissionSet.patientId"/></rim:Name></rim:ExternalIdentifier>'
        + "</rim:RegistryPackage>\n"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<lcm:SubmitObjectsRequest xmlns:lcm="urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0" xmlns:rim="urn:oasis:names:tc:ebxml-regrep:xsd:rim:3.0">\n'
        f"<rim:RegistryObjectList>\n{body}{submission}</rim:RegistryObjectList>\n</lcm:SubmitObjectsRequest>\n"
    ).encode("utf-8")


INDEX = """<!DOCTYPE html>
<html><head><title>Record of Marisol Ana Reyes</title></head>
<body>
<h1>Record of Marisol Ana Reyes</h1>
<p>Prepared by Owen Graves, MD, Harriet Lane Memorial Hospital, 206-555-0150.</p>
<ul><li><a href="IHE_XDM/SUBSET01/DOC0001.XML">Continuity of care document</a></li>
<li><a href="IHE_XDM/SUBSET01/DOC0002.TXT">Progress note, Dr. Okonkwo</a></li></ul>
<p><a href="IHE_XDM/SUBSET01/METADATA.XML">Metadata</a></p>
</body></html>
"""

README = """This package holds records of Marisol Ana Reyes (MRN 90417733).
Sender: Harriet Lane Memorial Hospital, medical records, 206-555-0100
Handed to: Graciela Reyes, mother of the patient
Open INDEX.HTM with a web browser.
"""


def xdm(summary, note) -> bytes:
    graves = f"{NPI_GRAVES}^Graves^Owen^^^Dr.^MD^^&amp;2.16.840.1.113883.4.6&amp;ISO"
    okonkwo = f"{NPI_OKONKWO}^Okonkwo^Hannah^^^Dr.^MD^^&amp;2.16.840.1.113883.4.6&amp;ISO"
    documents = [
        ("DOC0001.XML", "text/xml", summary, "Continuity of care document", graves, "Attending"),
        ("DOC0002.TXT", "text/plain", note, "Progress note, Dr. Okonkwo", okonkwo, "Endocrinologist"),
    ]
    meta = metadata(documents)
    return zipped([
        ("INDEX.HTM", INDEX.encode()),
        ("README.TXT", README.encode()),
        ("IHE_XDM/SUBSET01/METADATA.XML", meta),
        ("IHE_XDM/SUBSET01/DOC0001.XML", summary),
        ("IHE_XDM/SUBSET01/DOC0002.TXT", note),
        ("IHE_XDM/SUBSET01/.METADATA.XML.swp", b"b0VIM 8.2" + meta),
    ])
