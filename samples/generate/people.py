"""The invented people of the samples. Nobody here exists.

Phone numbers are 555-01xx (never assigned), mail and web addresses end in example.org or example.com, social security
numbers begin with 9 (never issued), national provider identifiers pass the check digit but begin with 19999 or 10000.
"""

import uuid


def npi(base9: str) -> str:
    """A ten digit NPI: nine digits and the Luhn check digit over the prefix 80840."""
    digits = [int(c) for c in "80840" + base9]
    total = 0
    for i, d in enumerate(reversed(digits)):
        if i % 2 == 0:
            d = d * 2 - 9 if d * 2 > 9 else d * 2
        total += d
    return base9 + str((10 - total % 10) % 10)


def uid(name: str) -> str:
    """A UUID that stays the same from run to run."""
    return str(uuid.uuid5(uuid.UUID("5a0d4c3e-0000-4000-8000-000000000000"), name))


NPI_GRAVES = npi("199999101")
NPI_OKONKWO = npi("199999202")
NPI_VOLKOV = npi("199999303")
NPI_BAPTISTE = npi("199999404")
NPI_HOSPITAL = npi("100000001")

BASE = "https://fhir.fairhaven.example.org/api/FHIR/R4"
NPI_SYSTEM = "http://hl7.org/fhir/sid/us-npi"
MRN_SYSTEM = "urn:oid:2.999.1.4.1"
SSN_SYSTEM = "http://hl7.org/fhir/sid/us-ssn"
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
V2_0131 = "http://terminology.hl7.org/CodeSystem/v2-0131"
V2_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"

PATIENT_ID = "eRq7.Lp0-mA3B"
UUID_OKONKWO = uid("okonkwo")
ID_GRAVES = "practitioner-owen-graves"
