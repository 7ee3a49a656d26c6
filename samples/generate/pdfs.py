"""PDFs with a text layer as portals print them: a visit summary, and a compilation of several documents of which one is misfiled.

Written by hand and not packed, so that the bytes are the same everywhere.
"""

import textwrap

# Widths of Helvetica from blank to tilde, in thousandths (Adobe's metrics).
WIDTHS = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
]


def width(text, size):
    return sum(WIDTHS[ord(c) - 32] if ' ' <= c <= '~' else 556 for c in text) * size / 1000


def literal(text):
    return "(" + text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ")"


class Sheet:
    """One page, written from the top."""

    def __init__(self):
        self.ops, self.y, self.links = [], 742.0, []

    def put(self, text, x=60.0, size=10, font="F1", step=14.0, edge="left"):
        if edge == "right":
            x = 552 - width(text, size)
        if edge == "middle":
            x = 306 - width(text, size) / 2
        self.ops.append(f"BT /{font} {size} Tf 1 0 0 1 {x:.2f} {self.y:.2f} Tm {literal(text)} Tj ET")
        self.y -= step

    def paragraph(self, text, columns=98):
        lines = textwrap.wrap(text, columns)
        for i, line in enumerate(lines):
            # Justified but for the last line.
            gaps = line.count(" ")
            room = 0 if i + 1 == len(lines) or not gaps else max(0.0, (492 - width(line, 10)) / gaps)
            self.ops.append(f"BT /F1 10 Tf {min(room, 4):.3f} Tw 1 0 0 1 60 {self.y:.2f} Tm {literal(line)} Tj 0 Tw ET")
            self.y -= 13
        self.y -= 6

    def table(self, rows, edges):
        top = self.y + 11
        for row in rows:
            for x, cell in zip(edges, row):
                self.ops.append(f"BT /F1 9 Tf 1 0 0 1 {x + 4:.2f} {self.y:.2f} Tm {literal(cell)} Tj ET")
            self.y -= 16
        bottom = self.y + 11
        lines = [f"{edges[0]} {top - 16 * i:.2f} m {edges[-1]} {top - 16 * i:.2f} l S" for i in range(len(rows) + 1)]
        lines += [f"{x} {top:.2f} m {x} {bottom:.2f} l S" for x in edges]
        self.ops.append("q 0.5 w 0.6 G " + " ".join(lines) + " Q")
        self.y -= 8

    def header(self, place, patient, page):
        self.put(place, font="F2", size=13, step=18)
        self.put(patient, size=9, step=10)
        self.ops.append(f"0.5 w 60 {self.y:.2f} m 552 {self.y:.2f} l S")
        self.y -= 22
        if page:
            self.ops.append(f"BT /F1 8 Tf 1 0 0 1 {552 - width(page, 8):.2f} 30 Tm {literal(page)} Tj ET")

    def link(self, text, uri):
        w = width(text, 10)
        self.links.append((60, self.y - 2, 60 + w, self.y + 9, uri))
        self.ops.append(f"0 0 1 RG 60 {self.y - 1.5:.2f} m {60 + w:.2f} {self.y - 1.5:.2f} l S")
        self.put(text)


def pdf(sheets, title, author, marks=()):
    objects = [b"", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>"]
    pages = []
    for sheet in sheets:
        data = "\n".join(sheet.ops).encode("cp1252")
        objects.append(b"<</Length %d>>\nstream\n" % len(data) + data + b"\nendstream")
        content = len(objects)
        notes = "".join(f"<</Type/Annot/Subtype/Link/Border[0 0 0]/Rect[{a:.2f} {b:.2f} {c:.2f} {d:.2f}]/A<</S/URI/URI{literal(uri)}>>>>" for a, b, c, d, uri in sheet.links)
        objects.append((f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents {content} 0 R/Annots[{notes}]"
                        "/Resources<</Font<</F1 3 0 R/F2 4 0 R>>>>>>").encode())
        pages.append(len(objects))
    outlines = ""
    if marks:
        first = len(objects) + 2
        objects.append(f"<</Type/Outlines/First {first} 0 R/Last {first + len(marks) - 1} 0 R/Count {len(marks)}>>".encode())
        root = len(objects)
        for i, (text, page) in enumerate(marks):
            near = (f"/Prev {first + i - 1} 0 R" if i else "") + (f"/Next {first + i + 1} 0 R" if i + 1 < len(marks) else "")
            objects.append(f"<</Title{literal(text)}/Parent {root} 0 R/Dest[{pages[page]} 0 R/Fit]{near}>>".encode())
        outlines = f"/Outlines {root} 0 R"
    objects.append(f"<</Title{literal(title)}/Author{literal(author)}/Producer(samples)>>".encode())
    info = len(objects)
    objects[0] = f"<</Type/Catalog/Pages 2 0 R/Lang(en-US){outlines}>>".encode()
    objects[1] = f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(f'{p} 0 R' for p in pages)}]>>".encode()
    out, places = bytearray(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n"), []
    for i, body in enumerate(objects):
        places.append(len(out))
        out += b"%d 0 obj\n" % (i + 1) + body + b"\nendobj\n"
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1) + b"".join(b"%010d 00000 n \n" % p for p in places)
    out += b"trailer\n<</Size %d/Root 1 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, info, xref)
    return bytes(out)


PATIENT = "Patient: Marisol Ana Reyes    DOB: 03/14/1984    MRN: 90417733"
OTHER = "Patient: Yolanda Pinkney    DOB: 09/08/1991    MRN: 77120455"
CLINIC = "Fairhaven Endocrine Clinic"


def visit(pages="Page {} of 2"):
    a, b = Sheet(), Sheet()
    a.header(CLINIC, PATIENT, pages.format(1))
    a.put("Visit summary, 06/27/2023", font="F2", size=12, step=20)
    a.paragraph("Ms. Reyes is a 39-year-old woman with Hashimoto thyroiditis, seen by Dr. Hannah Okonkwo six weeks after delivery. She came with "
                "her mother, Graciela Reyes, who drove her from Ellensport and asks to be called at (206) 555-0117 if the plan changes.")
    a.paragraph("No palpitations, no sign of Graves disease, Murphy's sign negative. Her father, Ernesto Reyes, had Parkinson disease from age 52. "
                "Levothyroxine 75 mcg daily continues. Dr. Okonkwo asks for a thyroid panel in eight weeks.")
    a.table([["Care team", "Role", "Phone"], ["Hannah Okonkwo, MD", "Endocrinologist", "206-555-0164"],
             ["Owen Graves, MD", "Primary care", "206-555-0165"], ["Simone Baptiste, LCSW", "Therapist", "206-555-0166"]], [60, 230, 380, 552])
    a.link("Profile of Dr. Okonkwo", "https://fairhaven.example.org/staff/hannah-okonkwo")
    a.put("Electronically signed by Hannah Okonkwo, MD", edge="right", step=12)
    a.put("06/27/2023 16:42", edge="right")
    b.header(CLINIC, PATIENT, pages.format(2))
    b.put("Results", font="F2", size=12, step=20)
    b.table([["Test", "Value", "Range"], ["TSH", "1.50 mIU/L", "0.40 - 4.50"], ["Free T4", "1.2 ng/dL", "0.8 - 1.8"]], [60, 230, 380, 552])
    b.paragraph("Results were read by Dr. Owen Graves and sent to the patient's portal. Repeat TSH in 8 weeks.")
    return [a, b]


def lab(patient, value):
    s = Sheet()
    s.header("Fairhaven Laboratory", patient, "")
    s.put("LABORATORY REPORT", edge="middle", font="F2", size=12, step=22)
    s.table([["Analyte", "Result", "Flag"], ["Glucose", value, ""], ["Ferritin", "31 ng/mL", ""]], [60, 230, 380, 552])
    s.put("Ordered by: Owen Graves, MD")
    return s


def letter():
    s = Sheet()
    s.header(CLINIC, PATIENT, "")
    s.put("07/02/2023", edge="right", step=24)
    s.put("Dear Dr. Graves,")
    s.paragraph("thank you for sending Ms. Reyes. Her husband, Colin Abernathy, works nights, so her brother José Reyes will bring her to the "
                "next visit. Ferrous sulfate 325 mg once a day until the blood count in August.")
    s.put("Regards,")
    s.put("Hannah Okonkwo, MD", step=12)
    s.put("cc: Simone Baptiste, LCSW")
    return s


def files():
    return {
        "visit-summary.pdf": pdf(visit(), "Visit with Dr. Okonkwo", "Hannah Okonkwo"),
        "compilation.pdf": pdf(
            visit() + [lab(PATIENT, "92 mg/dL"), lab(OTHER, "188 mg/dL"), letter()], "Records of Marisol Reyes", "Owen Graves",
            [("Visit with Dr. Okonkwo", 0), ("Laboratory", 2), ("Letter to Dr. Graves", 4)]),
    }
