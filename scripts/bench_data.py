"""Exports of a wanted size for scripts/bench: Synthea-like FHIR bundles, NDJSON, C-CDA. The same bytes from run to run."""

import base64
import json
import random
import re
import uuid

GIVEN = ["Alva", "Bruno", "Carina", "Dario", "Edith", "Falk", "Greta", "Hugo", "Ilse", "Jarl", "Kirsten", "Lasse", "Mona", "Nils"]
FAMILY = ["Lindgren", "Halloran", "Castellanos", "Okafor", "Petrov", "Nakamura", "Oduya", "Brandt", "Villareal", "Kowalski"]
LABS = [("2339-0", "Glucose", "mg/dL"), ("2093-3", "Cholesterol", "mg/dL"), ("718-7", "Hemoglobin", "g/dL"), ("3016-3", "Thyrotropin", "m[IU]/L")]
PROBLEMS = [("44054006", "Diabetes mellitus type 2"), ("38341003", "Hypertensive disorder"), ("21983002", "Hashimoto thyroiditis")]
SYSTEM = {"loinc": "http://loinc.org", "snomed": "http://snomed.info/sct", "npi": "http://hl7.org/fhir/sid/us-npi"}


class Maker:
    def __init__(self, seed=7):
        self.random = random.Random(seed)
        self.doctors = []
        for i in range(40):
            name = f"{self.random.choice(GIVEN)}{100 + i} {self.random.choice(FAMILY)}{500 + i}"
            self.doctors.append((self.uuid(), f"19999{i:05}", name))

    def uuid(self):
        return str(uuid.UUID(int=self.random.getrandbits(128)))

    def patient(self):
        return {
            "resourceType": "Patient", "id": "p1",
            "name": [{"use": "official", "family": "Sorensen", "given": ["Amalie", "Ruth"]}], "gender": "female",
            "birthDate": "1961-04-23", "telecom": [{"system": "phone", "value": "206-555-0142"}],
            "identifier": [{"system": "urn:oid:2.999.1.4.1", "value": "44120987"}],
            "address": [{"line": ["12 Alder Court"], "city": "Fairhaven", "state": "WA", "postalCode": "98990"}],
        }

    def practitioners(self):
        for uid, npi, name in self.doctors:
            given, family = name.split()
            yield {"resourceType": "Practitioner", "id": uid, "identifier": [{"system": SYSTEM["npi"], "value": npi}],
                   "name": [{"family": family, "given": [given], "prefix": ["Dr."]}],
                   "telecom": [{"system": "email", "value": f"{given}.{family}@example.com"}]}

    def resource(self, i):
        uid, npi, name = self.random.choice(self.doctors)
        me = {"reference": "Patient/p1", "display": "Amalie Ruth Sorensen"}
        doctor = {"reference": f"Practitioner?identifier={SYSTEM['npi']}|{npi}", "display": f"Dr. {name}"}
        when = f"20{self.random.randint(10, 24)}-{self.random.randint(1, 12):02}-{self.random.randint(1, 28):02}T09:30:00-08:00"
        kind = i % 10
        if kind == 0:
            return {"resourceType": "Encounter", "id": self.uuid(), "status": "finished", "class": {"code": "AMB"}, "subject": me,
                    "participant": [{"individual": doctor}], "period": {"start": when, "end": when}}
        if kind == 1:
            code, text = self.random.choice(PROBLEMS)
            return {"resourceType": "Condition", "id": self.uuid(), "code": {"coding": [{"system": SYSTEM["snomed"], "code": code,
                    "display": text}], "text": text}, "subject": me, "recordedDate": when, "recorder": doctor}
        if kind == 2:
            note = (f"{when[:10]}\n\n# Chief complaint\nFatigue.\n\n# History\nAmalie is a 60 year-old woman. Her mother, Ingrid Sorensen, had "
                    f"diabetes.\n\n# Plan\nRepeat glucose. Seen by Dr. {name}.\n") * 3
            return {"resourceType": "DocumentReference", "id": self.uuid(), "status": "current", "subject": me, "date": when,
                    "author": [doctor], "content": [{"attachment": {"contentType": "text/plain; charset=utf-8",
                                                                    "data": base64.b64encode(note.encode()).decode()}}]}
        code, text, unit = self.random.choice(LABS)
        return {"resourceType": "Observation", "id": self.uuid(), "status": "final",
                "category": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "laboratory"}]}],
                "code": {"coding": [{"system": SYSTEM["loinc"], "code": code, "display": text}], "text": text}, "subject": me,
                "effectiveDateTime": when, "issued": when, "performer": [doctor] if kind == 3 else [],
                "valueQuantity": {"value": round(self.random.uniform(1, 200), 4), "unit": unit, "code": unit}}

    def resources(self):
        yield self.patient()
        yield from self.practitioners()
        i = 0
        while True:
            r = self.resource(i)
            if not r.get("performer", True):
                del r["performer"]
            yield r
            i += 1


def bundle(path, size):
    """A transaction bundle of at least `size` bytes, indented as Synthea writes it."""
    with open(path, "w", encoding="utf-8") as f:
        written = f.write('{\n  "resourceType": "Bundle",\n  "type": "transaction",\n  "entry": [')
        comma = ""
        for r in Maker().resources():
            entry = {"fullUrl": f"urn:uuid:{r['id']}", "resource": r, "request": {"method": "POST", "url": r["resourceType"]}}
            text = json.dumps(entry, indent=2, ensure_ascii=False).replace("\n", "\n    ")
            written += f.write(f"{comma}\n    {text}")
            comma = ","
            if written >= size:
                break
        f.write("\n  ]\n}\n")


def ndjson(path, size):
    """One resource a line."""
    with open(path, "w", encoding="utf-8") as f:
        written = 0
        for r in Maker().resources():
            written += f.write(json.dumps(r, ensure_ascii=False, separators=(",", ":")) + "\n")
            if written >= size:
                return


def ccda(path, size):
    """One C-CDA with as many result sections as it takes."""
    maker = Maker()
    head = ('<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
            '<templateId root="2.16.840.1.113883.10.20.22.1.1"/><id root="2.999.1" extension="1"/><code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/>'
            '<title>Summary</title><effectiveTime value="20240101"/><recordTarget><patientRole><id root="2.999.1.4.1" extension="44120987"/><patient>'
            '<name><given>Amalie</given><given>Ruth</given><family>Sorensen</family></name><administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>'
            '<birthTime value="19610423"/></patient></patientRole></recordTarget>\n<component><structuredBody>\n')
    with open(path, "w", encoding="utf-8") as f:
        written = f.write(head)
        n = 0
        while written < size:
            rows, entries = [], []
            for _ in range(40):
                n += 1
                code, text, unit = maker.random.choice(LABS)
                _, npi, name = maker.random.choice(maker.doctors)
                given, family = name.split()
                value = maker.random.randint(10, 2000) / 10
                rows.append(f'<tr ID="r{n}"><td>{text}</td><td>{value} {unit}</td><td>Dr. {name}</td></tr>')
                entries.append(
                    f'<entry><observation classCode="OBS" moodCode="EVN"><id root="{maker.uuid()}"/><code code="{code}" codeSystem="2.16.840.1.113883.6.1"/>'
                    f'<text><reference value="#r{n}"/></text><statusCode code="completed"/><effectiveTime value="20230627"/>'
                    f'<value xsi:type="PQ" value="{value}" unit="{unit}"/><performer><assignedEntity><id root="2.16.840.1.113883.4.6" extension="{npi}"/>'
                    f'<assignedPerson><name><given>{given}</given><family>{family}</family></name></assignedPerson></assignedEntity></performer></observation></entry>\n')
            written += f.write('<component><section><code code="30954-2" codeSystem="2.16.840.1.113883.6.1"/><title>Results</title><text><table><tbody>\n'
                               + "\n".join(rows) + "</tbody></table></text>\n" + "".join(entries) + "</section></component>\n")
        f.write("</structuredBody></component></ClinicalDocument>\n")


def ccda_of(source, path, size):
    """A real C-CDA grown: the sections of `source` again and again, with other figures and ids, so that no text is the same twice."""
    text = source.read_text(encoding="utf-8")
    begin = text.index(">", text.index("<structuredBody")) + 1
    end = text.index("</structuredBody>")
    chance = random.Random(1)
    with open(path, "w", encoding="utf-8") as f:
        written, n = f.write(text[:begin]), 0
        while written < size:
            n += 1
            body = re.sub(r"(?<=[ >])\d{2,3}(?=[ <.])", lambda m: str(chance.randint(10, 300)), text[begin:end])
            body = re.sub(r' ID="([^"]*)"', lambda m: f' ID="{m[1]}-{n}"', body)
            written += f.write(re.sub(r'value="#([^"]*)"', lambda m: f'value="#{m[1]}-{n}"', body))
        f.write(text[end:])


def pairs(path, count):
    """Pairs for `disclose match --pairs`: a patient, and somebody who is the same, a slip of the pen away, or of the same household."""
    maker = Maker()
    pick = maker.random.choice
    with open(path, "w", encoding="utf-8") as f:
        for i in range(count):
            given, family = pick(GIVEN), pick(FAMILY)
            born = f"19{maker.random.randint(30, 99)}-{maker.random.randint(1, 12):02}-{maker.random.randint(1, 28):02}"
            me = {"resourceType": "Patient", "name": [{"family": family, "given": [given, pick(GIVEN)]}], "gender": pick(["female", "male"]),
                  "birthDate": born, "telecom": [{"system": "phone", "value": f"206-555-01{i % 100:02}"}],
                  "identifier": [{"system": "urn:oid:2.999.1.4.1", "value": str(44000000 + i)}],
                  "address": [{"line": [f"{i % 900 + 1} Alder Court"], "city": "Fairhaven", "state": "WA", "postalCode": "98990"}]}
            other = json.loads(json.dumps(me))
            if i % 4 == 1:
                other["name"][0]["given"] = [given[:-1]]
                other.pop("identifier")
            if i % 4 == 2:
                other["name"][0]["given"] = [pick(GIVEN)]
                other["birthDate"] = born[:3] + "5" + born[4:]
            if i % 4 == 3:
                other = {"resourceType": "Patient", "name": [{"text": f"{family.upper()}, {given.upper()}"}], "birthDate": born}
            f.write(json.dumps(me, separators=(",", ":")) + "\t" + json.dumps(other, separators=(",", ":")) + "\tPatient\t\n")


def note(path, size):
    """One long ward note, no two sentences of which are quite alike, for `disclose detect`."""
    maker = Maker()
    pick, number = maker.random.choice, maker.random.randint
    with open(path, "w", encoding="utf-8") as f:
        written = 0
        while written < size:
            _, _, name = pick(maker.doctors)
            text, unit = pick(LABS)[1:]
            written += f.write(
                f"20{number(10, 24)}-{number(1, 12):02}-{number(1, 28):02} {number(0, 23):02}:{number(0, 59):02}\n"
                f"Patient seen on rounds, slept {number(2, 9)} hours, pain {number(0, 10)} of 10. {text} {number(10, 2000) / 10} {unit}, "
                f"repeat in {number(2, 12)} weeks. Her sister {pick(GIVEN)} {pick(FAMILY)} visited and asked about {pick(PROBLEMS)[1].lower()}. "
                f"Discussed with Dr. {name}; call back at 206-555-01{number(0, 99):02}. No new complaints; lungs clear, abdomen soft.\n\n")
