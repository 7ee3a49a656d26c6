"""Draws the scanned samples: `python3 samples/generate/scans.py`. Needs Pillow and the DejaVu fonts, and is run by hand: two versions of
Pillow do not draw the same pixels, so the pictures are kept as files and not compared by `samples/generate --check`.
"""

import io
import random
import sys
import zlib
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

HERE = Path(__file__).resolve().parent.parent / "scans"
FONTS = Path("/usr/share/fonts/truetype/dejavu")


def sheet(lines, dpi, size=11, font="DejaVuSans.ttf", height=11):
    """A page of lines; `<` and `>` put a line in the middle or at the right edge, a tab starts the next cell."""
    page = Image.new("L", (int(8.5 * dpi), int(height * dpi)), 255)
    draw = ImageDraw.Draw(page)
    face = ImageFont.truetype(str(FONTS / font), round(size * dpi / 72))
    y = 0.8 * dpi
    for line in lines:
        x = 0.9 * dpi
        for cell in line.lstrip("<>").split("\t"):
            width = draw.textlength(cell, font=face)
            at = {"<": (page.width - width) / 2, ">": page.width - 0.9 * dpi - width}.get(line[:1], x)
            draw.text((at, y), cell, font=face, fill=0)
            x += 3.4 * dpi
        y += size * dpi / 72 * 1.6
    return page


def bits(page, specks):
    """As a fax machine sees it, with dirt."""
    page = page.point(lambda v: 0 if v < 128 else 255)
    rnd = random.Random(specks)
    for _ in range(specks):
        page.putpixel((rnd.randrange(page.width), rnd.randrange(page.height)), 0)
    return page.convert("1")


def code39(page, at, text, dpi):
    """A bar code, drawn bar by bar."""
    table = dict(zip("0123456789*", ["000110100", "100100001", "001100001", "101100000", "000110001", "100110000", "001110000",
                                     "000100101", "100100100", "001100100", "010010100"]))
    draw = ImageDraw.Draw(page)
    x, thin = at[0], max(2, dpi // 60)
    for c in f"*{text}*":
        for i, wide in enumerate(table[c]):
            width = thin * (3 if wide == "1" else 1)
            if i % 2 == 0:
                draw.rectangle([x, at[1], x + width - 1, at[1] + dpi // 3], fill=0)
            x += width
        x += thin


FAX = [
    "<FAIRHAVEN FAMILY CLINIC", "<PROGRESS NOTE", "", "Patient: Marisol Ana Reyes\tDOB: 03/14/1984", "MRN: 90417733\tDate: 05/02/2023", "",
    "Emergency contact: Graciela Villalobos\tPhone: 206-555-0117", "", "Chief complaint: fatigue and weight gain for three months.",
    "Ms. Reyes comes with her mother, Graciela Villalobos, who helps at home", "and reports that the patient sleeps ten hours a day. Type 2 diabetes is",
    "known since 2014. Metformin 500 mg twice daily. Levothyroxine 75 mcg.", "", "Assessment: Hashimoto thyroiditis.",
    "Plan: repeat thyroid function tests in six weeks.", "", ">Electronically signed by Owen Graves, MD", ">05/02/2023 14:11",
]
FAX2 = [
    "Patient: Marisol Ana Reyes\tDOB: 03/14/1984", "", "Continuation of the progress note.", "",
    "Reviewed with Dr. Owen Graves. Her brother Mateo Villalobos asked for the", "results and was told to speak with the patient.", "",
    "Return visit in six weeks.",
]
INTAKE = [
    "<INTAKE FORM", "", "Patient name: Marisol Ana Reyes", "Date of birth: 03/14/1984", "", "Mother: Graciela Villalobos", "Attending physician: Owen Graves, MD", "",
    "Reason for visit: persistent cough and shortness of breath.", "Allergies: penicillin. Current medications: albuterol inhaler.", "",
    "The history was taken by Owen Graves in the presence of the mother.",
]
LAB = [
    "<LABORATORY REPORT", "", "Patient: Marisol Ana Reyes\tMRN: 90417733", "Ordering provider: Owen Graves, MD", "", "Test\tResult", "Glucose\t112 mg/dL",
    "Creatinine\t0.9 mg/dL", "Sodium\t139 mmol/L", "", "Reviewed by Owen Graves",
]


def jpeg(page):
    out = io.BytesIO()
    page.save(out, "JPEG", quality=80)
    return out.getvalue()


def group4(page):
    """The bare strip of a fax, in which a run of black is black."""
    out = io.BytesIO()
    page.save(out, "TIFF", compression="group4", tiffinfo={278: page.height, 262: 0})
    with Image.open(out) as tiff:
        assert tiff.tag_v2[262] == 0
        (at,), (size,) = tiff.tag_v2[273], tiff.tag_v2[279]
    return out.getvalue()[at : at + size]


def pdf(pages):
    """A PDF of scanned pages: picture, its dictionary and the lines of an old invisible text layer."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]

    def stream(head, data):
        objects.append(b"<<" + head + b"/Length %d>>stream\n" % len(data) + data + b"\nendstream")
        return len(objects)

    kids = []
    for data, head, (width, height), lines in pages:
        image = stream(b"/Type/XObject/Subtype/Image" + head, data)
        text = b"q %d 0 0 %d 0 0 cm /I Do Q BT 3 Tr /F 11 Tf 14 TL 65 %d Td " % (width, height, height - 58)
        text += b"".join(b"(" + l.lstrip("<>").replace("\t", "   ").encode() + b") Tj T* " for l in lines) + b"ET"
        content = stream(b"/Filter/FlateDecode", zlib.compress(text))
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R/Resources<</XObject<</I %d 0 R>>/Font<</F 3 0 R>>>>>>"
                       % (width, height, content, image))
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), b" ".join(kids))
    out, places = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), []
    for i, body in enumerate(objects):
        places.append(len(out))
        out += b"%d 0 obj\n" % (i + 1) + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(b"%010d 00000 n \n" % p for p in places)
    return bytes(out + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))


def main():
    HERE.mkdir(exist_ok=True)
    pages = [bits(sheet(FAX, 200), 250), bits(sheet(FAX2, 200), 120)]
    pages[0].save(HERE / "fax.tif", save_all=True, append_images=pages[1:], compression="group4", dpi=(200, 200), tiffinfo={278: 2200},
                  description="fax from Owen Graves", artist="Graciela Villalobos")
    page = sheet(INTAKE, 150, height=6)
    page = page.rotate(1.7, resample=Image.BICUBIC, fillcolor=255).point(lambda v: 25 + v * 218 // 255)
    colour = Image.merge("RGB", [page, page.point(lambda v: v - 4), page.point(lambda v: v - 14)])
    exif = Image.Exif()
    exif[0x010E], exif[0x013B], exif[0x0112] = "scanned by Owen Graves", "Graciela Villalobos", 6
    colour.transpose(Image.ROTATE_90).save(HERE / "intake.jpg", quality=80, dpi=(150, 150), exif=exif, comment=b"for Graciela Villalobos")
    skewed = jpeg(colour)
    rgb = b"/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode" % colour.size
    fax = bits(sheet(FAX2, 200, height=6), 80)
    g4 = b"/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<</K -1/Columns %d/Rows %d>>" % (fax.size * 2)
    (HERE / "scanned.pdf").write_bytes(pdf([(skewed, rgb, (612, 432), INTAKE), (group4(fax), g4, (612, 432), FAX2)]))
    page = sheet(LAB, 150, height=5)
    code39(page, (135, 590), "90417733", 150)
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "Owen Graves")
    text.add_itxt("Description", "lab report for Graciela Villalobos", zip=True)
    page.save(HERE / "lab.png", dpi=(150, 150), pnginfo=text)
    for f in sorted(HERE.iterdir()):
        print(f"{f.stat().st_size:7} {f.name}")


if __name__ == "__main__":
    sys.exit(main())
