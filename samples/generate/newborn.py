"""A newborn asks (through a parent); the mother, the father and the twin are the others, and they share the surname."""

from people import *
from reyes_fhir import coded, div, ref

ME = ref("Patient/nb-1", "Juniper Thackeray")
PEDIATRICIAN = ref("Practitioner/1f0c", "Beatrix Lindqvist, MD")


def patient():
    return {
        "resourceType": "Patient", "id": "nb-1",
        "identifier": [{"type": {"coding": [{"system": V2_0203, "code": "MR"}]}, "system": MRN_SYSTEM, "value": "31120017"}],
        "name": [{"use": "official", "family": "Thackeray", "given": ["Juniper", "Rose"]},
                 {"use": "temp", "text": "Babygirl A Thackeray", "family": "Thackeray", "given": ["Babygirl A"]}],
        "gender": "female", "birthDate": "2024-02-11", "multipleBirthInteger": 1,
        "address": [{"line": ["31 Millrace Street"], "city": "Fairhaven", "state": "WA", "postalCode": "98990"}],
        "contact": [{"relationship": [coded(ROLE_CODE, "MTH", "mother")],
                     "name": {"family": "Thackeray", "given": ["Rosalind"]},
                     "telecom": [{"system": "phone", "value": "206-555-0171"}]}],
    }


def bundle():
    mother = {
        "resourceType": "Patient", "id": "mom-1",
        "identifier": [{"type": {"coding": [{"system": V2_0203, "code": "MR"}]}, "system": MRN_SYSTEM, "value": "31119984"},
                       {"system": SSN_SYSTEM, "value": "900-55-0171"}],
        "name": [{"use": "official", "family": "Thackeray", "given": ["Rosalind", "Mae"]},
                 {"use": "maiden", "family": "Ostrowski", "given": ["Rosalind"]}],
        "telecom": [{"system": "phone", "value": "206-555-0171"}], "gender": "female", "birthDate": "1993-08-30",
        "address": [{"line": ["31 Millrace Street"], "city": "Fairhaven", "state": "WA", "postalCode": "98990"}],
        "link": [{"other": ref("RelatedPerson/rp-mom"), "type": "seealso"}],
    }
    twin = {
        "resourceType": "Patient", "id": "nb-2",
        "identifier": [{"type": {"coding": [{"system": V2_0203, "code": "MR"}]}, "system": MRN_SYSTEM, "value": "31120018"}],
        "name": [{"family": "Thackeray", "given": ["Jasper"]}], "gender": "male", "birthDate": "2024-02-11",
        "multipleBirthInteger": 2,
    }
    related_mother = {
        "resourceType": "RelatedPerson", "id": "rp-mom", "patient": ME, "relationship": [coded(ROLE_CODE, "MTH", "mother")],
        "name": [{"family": "Thackeray", "given": ["Rosalind"]}], "birthDate": "1993-08-30",
        "telecom": [{"system": "phone", "value": "206-555-0171"}],
    }
    related_father = {
        "resourceType": "RelatedPerson", "id": "rp-dad", "patient": ME,
        "relationship": [coded(ROLE_CODE, "FTH", "father"), coded(V2_0131, "C", "Emergency Contact")],
        "name": [{"text": "Gideon Thackeray"}], "telecom": [{"system": "phone", "value": "206-555-0172"}],
    }
    pediatrician = {
        "resourceType": "Practitioner", "id": "1f0c", "identifier": [{"system": NPI_SYSTEM, "value": NPI_BAPTISTE}],
        "name": [{"family": "Lindqvist", "given": ["Beatrix"], "suffix": ["MD"]}],
    }
    weight = {
        "resourceType": "Observation", "id": "w", "status": "final", "code": coded(LOINC, "8339-4", "Birth weight Measured"),
        "subject": ME, "effectiveDateTime": "2024-02-11", "performer": [PEDIATRICIAN],
        "valueQuantity": {"value": "@@DEC2.410", "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    }
    apgar = {
        "resourceType": "Observation", "id": "a", "status": "final", "code": coded(LOINC, "9274-2", "5 minute Apgar Score"),
        "subject": ME, "effectiveDateTime": "2024-02-11", "valueInteger": 8,
        "note": [{"text": "Delivered by Dr. Beatrix Lindqvist. Mother (Rosalind Thackeray) held Juniper skin to skin. Twin brother Jasper in NICU."}],
    }
    history = {
        "resourceType": "FamilyMemberHistory", "id": "f", "status": "completed", "patient": ME, "name": "Rosalind Thackeray",
        "relationship": coded(ROLE_CODE, "MTH", "mother"),
        "condition": [{"code": coded(SNOMED, "11687002", "Gestational diabetes mellitus (disorder)")}],
    }
    coverage = {
        "resourceType": "Coverage", "id": "c", "status": "active", "subscriber": ref("RelatedPerson/rp-dad", "Gideon Thackeray"),
        "subscriberId": "TPK330915", "beneficiary": ME, "payor": [{"display": "Cascadia Mutual Health Plan"}],
        "relationship": coded("http://terminology.hl7.org/CodeSystem/subscriber-relationship", "child", "Child"),
    }
    composition = {
        "resourceType": "Composition", "id": "doc", "status": "final", "type": coded(LOINC, "34133-9", "Summary of episode note"),
        "subject": ME, "date": "2024-02-14", "author": [PEDIATRICIAN], "title": "Newborn summary, Juniper Thackeray",
        "text": div("<p>Juniper Thackeray, born 2024-02-11 to <b>Rosalind</b> <b>Thackeray</b> (206-555-0171). "
                    "Weight 2.410 kg.</p><p>Seen by B. Lindqvist, MD.</p>"),
    }
    resources = [composition, patient(), mother, twin, related_mother, related_father, pediatrician, weight, apgar, history, coverage]
    return {"resourceType": "Bundle", "type": "document", "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{uid('nb')}"},
            "timestamp": "2024-02-14T09:00:00Z",
            "entry": [{"fullUrl": f"{BASE}/{r['resourceType']}/{r['id']}", "resource": r} for r in resources]}
