"""A FHIR R4 bundle as a portal exports it: resources of an Epic- or Cerner-like server and of a Synthea-like one, mixed."""

import base64
import json
import re

from people import *
from texts import *


def coded(system, code, display, text=None):
    value = {"coding": [{"system": system, "code": code, "display": display}]}
    if text:
        value["text"] = text
    return value


def ref(target, display=None):
    value = {"reference": target}
    if display:
        value["display"] = display
    return value


def div(inner):
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'}


def b64(text):
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


ME = ref(f"Patient/{PATIENT_ID}", "Reyes, Marisol A")
GRAVES = ref(f"Practitioner/{ID_GRAVES}", "Owen Graves, MD")
OKONKWO = ref(f"Practitioner?identifier={NPI_SYSTEM}|{NPI_OKONKWO}", "Dr. Hannah Okonkwo")
FOLEY = {"display": "Foley, April RN"}
MOTHER = ref("RelatedPerson/rp-1", "Graciela Reyes")
BROTHER = ref("RelatedPerson/rp-2", "José Reyes")
HUSBAND = ref("RelatedPerson/rp-3", "Abernathy, Colin")
BABY = ref("Patient/eNb4.Qx1", "Abernathy, Lucia")


def patient():
    return {
        "resourceType": "Patient",
        "id": PATIENT_ID,
        "meta": {"versionId": "7", "profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"]},
        "text": div("<p>Marisol Ana <b>REYES</b>, female, born 1984-03-14. Contact: Graciela Reyes (mother) 206-555-0117</p>"),
        "extension": [
            {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "F"},
            {"url": "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName", "valueString": "Graciela Villalobos"},
            {"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
             "valueAddress": {"city": "Yakima", "state": "WA", "country": "US"}},
        ],
        "identifier": [
            {"use": "usual", "type": {"coding": [{"system": V2_0203, "code": "MR"}], "text": "MRN"},
             "system": MRN_SYSTEM, "value": "90417733"},
            {"type": {"coding": [{"system": V2_0203, "code": "SS"}]}, "system": SSN_SYSTEM, "value": "900-41-7733"},
        ],
        "active": True,
        "name": [
            {"use": "official", "text": "Marisol Ana Reyes", "family": "Reyes", "given": ["Marisol", "Ana"], "prefix": ["Ms."]},
            {"use": "nickname", "given": ["Mari"]},
        ],
        "telecom": [
            {"system": "phone", "value": "206-555-0142", "use": "mobile"},
            {"system": "email", "value": "marisol.reyes@example.com"},
        ],
        "gender": "female",
        "birthDate": "1984-03-14",
        "_birthDate": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-birthTime",
                                      "valueDateTime": "1984-03-14T04:12:00-08:00"}]},
        "address": [{"use": "home", "line": ["1200 Martin Luther King Jr Way", "Apt 5"], "city": "Fairhaven",
                     "state": "WA", "postalCode": "98990", "country": "US"}],
        "maritalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "M"}]},
        "contact": [{
            "relationship": [coded(V2_0131, "C", "Emergency Contact"), coded(ROLE_CODE, "MTH", "mother")],
            "name": {"family": "Reyes", "given": ["Graciela"], "prefix": ["Mrs."]},
            "telecom": [{"system": "phone", "value": "(206) 555-0117"}],
            "address": {"line": ["77 Quarry Road"], "city": "Ellensport", "state": "WA", "postalCode": "98991"},
            "gender": "female",
        }],
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "es"}]}, "preferred": True}],
        "generalPractitioner": [GRAVES],
        "managingOrganization": ref("Organization/org-1", "Harriet Lane Memorial Hospital"),
    }


def newborn():
    return {
        "resourceType": "Patient",
        "id": "eNb4.Qx1",
        "identifier": [{"type": {"coding": [{"system": V2_0203, "code": "MR"}]}, "system": MRN_SYSTEM, "value": "90588120"}],
        "name": [{"use": "official", "family": "Abernathy", "given": ["Lucia"]},
                 {"use": "old", "text": "Baby Girl Reyes"}],
        "gender": "female",
        "birthDate": "2023-05-19",
        "multipleBirthBoolean": False,
        "address": [{"line": ["1200 Martin Luther King Jr Way", "Apt 5"], "city": "Fairhaven", "state": "WA"}],
    }


def practitioners():
    graves = {
        "resourceType": "Practitioner",
        "id": ID_GRAVES,
        "identifier": [{"system": NPI_SYSTEM, "value": NPI_GRAVES},
                       {"type": {"text": "User ID"}, "system": "urn:oid:2.999.1.4.9", "value": "ograves"}],
        "name": [{"use": "usual", "text": "Owen Graves, MD", "family": "Graves", "given": ["Owen"], "suffix": ["MD"]}],
        "telecom": [{"system": "phone", "value": "206-555-0150", "use": "work"},
                    {"system": "email", "value": "owen.graves@direct.fairhaven.example.org"}],
        "gender": "male",
        "qualification": [{"code": coded("http://terminology.hl7.org/CodeSystem/v2-0360", "MD", "Doctor of Medicine"),
                           "identifier": [{"system": "urn:oid:2.999.1.4.12", "value": "MD60099101"}]}],
    }
    okonkwo = {
        "resourceType": "Practitioner",
        "id": UUID_OKONKWO,
        "meta": {"profile": ["http://hl7.org/fhir/us/core/StructureDefinition/us-core-practitioner"]},
        "identifier": [{"system": NPI_SYSTEM, "value": NPI_OKONKWO}],
        "active": True,
        "name": [{"family": "Okonkwo", "given": ["Hannah"], "prefix": ["Dr."]}],
        "telecom": [{"extension": [{"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-direct", "valueBoolean": True}],
                     "system": "email", "value": "Hannah.Okonkwo@example.com", "use": "work"}],
        "address": [{"line": ["45 SUMMIT AVE"], "city": "FAIRHAVEN", "state": "WA", "postalCode": "98990", "country": "US"}],
        "gender": "female",
    }
    role = {
        "resourceType": "PractitionerRole",
        "id": "pr-2",
        "practitioner": ref(f"urn:uuid:{UUID_OKONKWO}", "Dr. Hannah Okonkwo"),
        "organization": ref("Organization/org-1", "Harriet Lane Memorial Hospital"),
        "code": [coded("http://nucc.org/provider-taxonomy", "207RE0101X", "Endocrinology, Diabetes & Metabolism Physician")],
        "telecom": [{"system": "pager", "value": "206-555-0164"}],
        "availabilityExceptions": "Dr. Okonkwo is away in August; call Dr. Graves.",
    }
    return graves, okonkwo, role


def relatives():
    def related(rid, code, word, name, phone, born, sex, address):
        return {
            "resourceType": "RelatedPerson",
            "id": rid,
            "active": True,
            "patient": ME,
            "relationship": [coded(ROLE_CODE, code, word)],
            "name": [name],
            "telecom": [{"system": "phone", "value": phone}],
            "gender": sex,
            "birthDate": born,
            "address": [address],
        }

    quarry = {"line": ["77 Quarry Road"], "city": "Ellensport", "state": "WA", "postalCode": "98991"}
    home = {"line": ["1200 Martin Luther King Jr Way", "Apt 5"], "city": "Fairhaven", "state": "WA", "postalCode": "98990"}
    alder = {"line": ["9 Alder Court"], "city": "Ellensport", "state": "WA", "postalCode": "98991"}
    return [
        related("rp-1", "MTH", "mother", {"family": "Reyes", "given": ["Graciela"]}, "206-555-0117", "1957-06-02", "female", quarry),
        related("rp-2", "BRO", "brother", {"text": "José Reyes", "family": "Reyes", "given": ["Jos@@E9"]},
                "206-555-0123", "1981-01-25", "male", alder),
        related("rp-3", "HUSB", "husband", {"family": "Abernathy", "given": ["Colin"]}, "206-555-0131", "1982-11-30", "male", home),
    ]


def payers():
    coverage = {
        "resourceType": "Coverage",
        "id": "cov-1",
        "status": "active",
        "policyHolder": HUSBAND,
        "subscriber": HUSBAND,
        "subscriberId": "WNX880417220",
        "beneficiary": ME,
        "dependent": "02",
        "relationship": coded("http://terminology.hl7.org/CodeSystem/subscriber-relationship", "spouse", "Spouse"),
        "period": {"start": "2021-01-01"},
        "payor": [{"display": "Cascadia Mutual Health Plan"}],
    }
    account = {
        "resourceType": "Account",
        "id": "acc-1",
        "status": "active",
        "name": "REYES,JOSÉ household account",
        "subject": [ME],
        "coverage": [{"coverage": ref("Coverage/cov-1"), "priority": 1}],
        "guarantor": [{"party": BROTHER}],
    }
    eob = {
        "resourceType": "ExplanationOfBenefit",
        "id": uid("eob"),
        "contained": [
            {"resourceType": "ServiceRequest", "id": "referral", "status": "completed", "intent": "order",
             "subject": ref(f"Patient/{PATIENT_ID}"), "requester": ref(f"urn:uuid:{UUID_OKONKWO}")},
            {"resourceType": "Coverage", "id": "coverage", "status": "active", "type": {"text": "Cascadia Mutual Health Plan"},
             "beneficiary": ref(f"Patient/{PATIENT_ID}"), "payor": [{"display": "Cascadia Mutual Health Plan"}]},
        ],
        "status": "active",
        "type": coded("http://terminology.hl7.org/CodeSystem/claim-type", "professional", "Professional"),
        "use": "claim",
        "patient": ref(f"Patient/{PATIENT_ID}"),
        "created": "2023-06-27T17:05:00-07:00",
        "insurer": {"display": "Cascadia Mutual Health Plan"},
        "provider": OKONKWO,
        "outcome": "complete",
        "careTeam": [{"sequence": 1, "provider": {"identifier": {"system": NPI_SYSTEM, "value": NPI_OKONKWO}},
                      "role": coded("http://terminology.hl7.org/CodeSystem/claimcareteamrole", "primary", "Primary provider")}],
        "insurance": [{"focal": True, "coverage": ref("#coverage")}],
        "total": [{"category": coded("http://terminology.hl7.org/CodeSystem/adjudication", "submitted", "Submitted Amount"),
                   "amount": {"value": "@@DEC184.20", "currency": "USD"}}],
    }
    return [coverage, account, eob]


def clinical():
    team = {
        "resourceType": "CareTeam", "id": "ct-1", "status": "active", "name": "Dr. Graves' primary care team", "subject": ME,
        "participant": [
            {"role": [{"text": "PCP"}], "member": GRAVES},
            {"role": [{"text": "Endocrinologist"}], "member": ref("PractitionerRole/pr-2", "Hannah Okonkwo MD, Endocrinology")},
            {"role": [{"text": "Mother"}], "member": MOTHER},
            {"role": [{"text": "Patient"}], "member": ME},
        ],
    }
    encounter = {
        "resourceType": "Encounter", "id": "enc-1", "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
        "subject": ME,
        "participant": [
            {"type": [coded(PARTICIPATION, "ATND", "attender")], "individual": GRAVES},
            {"type": [coded(PARTICIPATION, "PPRF", "primary performer")], "individual": FOLEY},
        ],
        "period": {"start": "2023-05-18T22:10:00-07:00", "end": "2023-05-22T11:30:00-07:00"},
        "reasonCode": [{"text": "Labor at 39 weeks 2 days"}],
        "serviceProvider": ref("Organization/org-1", "Harriet Lane Memorial Hospital"),
    }
    tsh = {
        "resourceType": "Observation", "id": "obs-tsh", "status": "final",
        "code": coded(LOINC, "3016-3", "Thyrotropin [Units/volume] in Serum or Plasma"), "subject": ME,
        "effectiveDateTime": "2023-06-27T09:15:00-07:00", "performer": [OKONKWO],
        "valueQuantity": {"value": "@@DEC1.50", "unit": "mIU/L", "system": "http://unitsofmeasure.org", "code": "m[IU]/L"},
        "note": [{"authorReference": OKONKWO, "time": "2023-06-27T16:40:00-07:00",
                  "text": "At goal. Discussed with Dr. Graves by phone (206-555-0150)."}],
    }
    occupation = {
        "resourceType": "Observation", "id": "obs-social", "status": "final",
        "code": coded(LOINC, "29762-2", "Social history Narrative"), "subject": ME, "effectiveDateTime": "2023-05-18",
        "valueString": "Lives with husband Colin and newborn daughter Lucia. Never smoker. Teaches at Austin Middle School.",
    }
    apgar = {
        "resourceType": "Observation", "id": "obs-apgar", "status": "final",
        "code": coded(LOINC, "9274-2", "5 minute Apgar Score"), "subject": BABY, "effectiveDateTime": "2023-05-19",
        "valueInteger": 9,
    }
    hashimoto = {
        "resourceType": "Condition", "id": "cond-1",
        "clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active"),
        "code": coded(SNOMED, "21983002", "Hashimoto thyroiditis (disorder)", "Hashimoto thyroiditis"), "subject": ME,
        "onsetDateTime": "2015-09", "recorder": GRAVES,
        "asserter": {"reference": f"{BASE}/Practitioner/{ID_GRAVES}/_history/3", "type": "Practitioner", "display": "GRAVES,OWEN"},
        "note": [{"authorString": "H. Okonkwo", "text": "Graves disease was ruled out in 2015; Owen Graves, MD agrees."}],
    }
    levo = {
        "resourceType": "MedicationRequest", "id": "med-1", "status": "active", "intent": "order",
        "medicationCodeableConcept": coded(RXNORM, "966221", "levothyroxine sodium 0.075 MG Oral Tablet"), "subject": ME,
        "authoredOn": "2023-06-27", "requester": OKONKWO, "recorder": FOLEY,
        "dosageInstruction": [{"text": "Take 1 tablet by mouth every morning. Mother (Graciela) will remind her.",
                               "timing": {"repeat": {"frequency": 1, "period": "@@DEC1.0", "periodUnit": "d"}}}],
    }
    family = {
        "resourceType": "FamilyMemberHistory", "id": "fmh-1", "status": "completed", "patient": ME, "name": "Ernesto Reyes",
        "relationship": coded(ROLE_CODE, "FTH", "father"), "sex": coded("http://hl7.org/fhir/administrative-gender", "male", "Male"),
        "bornDate": "1955-10-11", "deceasedAge": {"value": 61, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"},
        "note": [{"text": "Ernesto was treated at the same clinic."}],
        "condition": [{"code": coded(SNOMED, "49049000", "Parkinson's disease (disorder)"),
                       "onsetAge": {"value": 52, "unit": "a", "system": "http://unitsofmeasure.org", "code": "a"}}],
    }
    report = {
        "resourceType": "DiagnosticReport", "id": "dr-1",
        "contained": [{"resourceType": "Practitioner", "id": "rad", "identifier": [{"system": NPI_SYSTEM, "value": NPI_VOLKOV}],
                       "name": [{"text": "Dmitri Volkov, DO", "family": "Volkov", "given": ["Dmitri"], "suffix": ["DO"]}]}],
        "status": "final", "code": coded(LOINC, "24604-1", "US Breast"), "subject": ME,
        "effectiveDateTime": "2023-07-02", "resultsInterpreter": [ref("#rad", "Dmitri Volkov, DO")],
        "conclusion": "Simple cyst, 1.2 cm. No suspicious finding. Read by D. Volkov.",
    }
    return [team, encounter, tsh, occupation, apgar, hashimoto, levo, family, report]


def documents():
    def document(rid, title, kind, text, author, when):
        return {
            "resourceType": "DocumentReference", "id": rid, "status": "current",
            "type": coded(LOINC, "11506-3", "Progress note"), "subject": ME, "date": when, "author": [author],
            "authenticator": author, "description": title,
            "content": [{"attachment": {"contentType": kind, "data": b64(text), "title": title, "size": len(text.encode())}}],
        }

    question = {
        "resourceType": "QuestionnaireResponse", "id": "qr-1", "status": "completed", "subject": ME, "author": ME,
        "authored": "2023-05-18T22:40:00-07:00",
        "item": [
            {"linkId": "1", "text": "Name of your emergency contact", "answer": [{"valueString": "Priya Natarajan"}]},
            {"linkId": "2", "text": "Relationship to you", "answer": [{"valueString": "friend"}]},
            {"linkId": "3", "text": "Phone of your emergency contact", "answer": [{"valueString": "+1 206 555 0188"}]},
            {"linkId": "4", "text": "Do you feel safe at home?", "answer": [{"valueBoolean": True}]},
        ],
    }
    message = {
        "resourceType": "Communication", "id": "com-1", "status": "completed", "subject": ME, "sent": "2023-07-19T08:02:00-07:00",
        "sender": MOTHER, "recipient": [GRAVES], "payload": [{"contentString": PORTAL_MESSAGE}],
    }
    reply = {
        "resourceType": "Communication", "id": "com-2", "status": "completed", "subject": ME, "sent": "2023-07-19T12:31:00-07:00",
        "inResponseTo": [ref("Communication/com-1")], "sender": GRAVES, "recipient": [ME],
        "payload": [{"contentString": PORTAL_REPLY}],
    }
    provenance = {
        "resourceType": "Provenance", "id": uid("provenance"), "target": [ref("DocumentReference/doc-1")],
        "recorded": "2023-06-27T16:42:10.000-07:00",
        "agent": [{"type": coded("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "author", "Author"),
                   "who": OKONKWO, "onBehalfOf": ref("Organization/org-1", "Harriet Lane Memorial Hospital")}],
        "signature": [{"type": [{"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.1"}],
                       "when": "2023-06-27T16:42:10.000-07:00", "who": OKONKWO, "sigFormat": "application/jose",
                       "data": b64("eyJhbGciOiJub25lIn0..CN=Hannah Okonkwo,E=hannah.okonkwo@example.com")}],
    }
    return [
        document("doc-1", "Endocrinology progress note", "text/plain", PROGRESS_NOTE, OKONKWO, "2023-06-27T16:42:00-07:00"),
        document("doc-2", "Nursing note by April Foley RN", "text/html", WARD_NOTE_HTML, FOLEY, "2023-05-20T07:00:00-07:00"),
        document("doc-3", "Postpartum support group", "text/plain; charset=utf-8", GROUP_NOTE,
                 {"display": "Simone Baptiste, LCSW"}, "2023-07-11T18:30:00-07:00"),
        question, message, reply, provenance,
    ]


def organization():
    return {
        "resourceType": "Organization", "id": "org-1", "identifier": [{"system": NPI_SYSTEM, "value": NPI_HOSPITAL}],
        "name": "Harriet Lane Memorial Hospital", "telecom": [{"system": "phone", "value": "206-555-0100"}],
        "contact": [{"purpose": {"text": "Medical records"}, "name": {"text": "Bernadette Quill"},
                     "telecom": [{"system": "phone", "value": "206-555-0107"}]}],
    }


def bundle():
    graves, okonkwo, role = practitioners()
    resources = [patient(), graves, okonkwo, role, organization(), *relatives(), newborn(), *payers(), *clinical(), *documents()]
    entries = []
    for r in resources:
        synthea = len(r["id"]) == 36
        full = f"urn:uuid:{r['id']}" if synthea else f"{BASE}/{r['resourceType']}/{r['id']}"
        entry = {"fullUrl": full, "resource": r}
        if synthea:
            entry["request"] = {"method": "POST", "url": r["resourceType"]}
            if r["resourceType"] == "Practitioner":
                entry["request"]["ifNoneExist"] = f"identifier={NPI_SYSTEM}|{NPI_OKONKWO}"
        else:
            entry["search"] = {"mode": "match"}
        entries.append(entry)
    return {
        "resourceType": "Bundle", "id": "export-2023-08-01", "type": "collection", "timestamp": "2023-08-01T10:00:00Z",
        "link": [{"relation": "self", "url": f"{BASE}/Patient/{PATIENT_ID}/$everything?requestor=graciela.reyes%40example.com"}],
        "entry": entries,
    }


def render(value) -> bytes:
    """JSON text with the things a byte-exact reader must keep: decimals as written, an escaped letter among raw ones."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    text = re.sub(r'"@@DEC([0-9.]+)"', r"\1", text)
    return (text.replace("@@E9", "\\u00e9") + "\n").encode("utf-8")
