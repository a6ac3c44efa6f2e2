"""Files that customers send: each taken as what it is, or refused with the true reason."""

import pytest

from functions.tickets import contents, uploads
from portal.tickets import files

PICTURES = {
    "image/png": b"\x89PNG\r\n\x1a\n" + b"\x00" * 20 + b"IEND\xaeB`\x82",
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF picture \xff\xd9",
    "image/gif": b"GIF89a\x01\x00\x01\x00;",
    "image/webp": b"RIFF\x0c\x00\x00\x00WEBPVP8 data",
}
OWN = {mime: files.endings(mime) for mime in PICTURES}
ENDINGS = [".png", ".jpg", ".jpeg", ".jfif", ".gif", ".webp", ".PNG", ".JFIF"]
LIST = "Send one of: .png, .jpg, .jpeg, .jfif, .gif, .webp, .pdf, .txt, .log, .csv."


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("mime", PICTURES)
def test_a_picture_is_taken_as_what_it_is_under_any_pictures_ending(mime: str, ending: str):
    file, fault = uploads.check(f"holiday{ending}", PICTURES[mime])

    assert not fault
    assert file is not None
    assert (file.type, file.data) == (mime, PICTURES[mime])
    assert file.name == (f"holiday{ending}" if ending.lower() in OWN[mime] else f"holiday{OWN[mime][0]}")


def iso(brand: bytes) -> bytes:
    return b"\x00\x00\x00\x18ftyp" + brand + b"\x00" * 40


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("shot.png", b"", "This file is empty."),
        ("log.csv", b"", "This file is empty."),
        ("IMG_1.heic", iso(b"heic"), "We can't open .heic pictures. Save it as PNG or JPEG."),
        ("film.mov", iso(b"qt  "), f"We can't accept .mov files. {LIST}"),
        ("table.xlsx", b"PK\x03\x04", f"We can't accept .xlsx files. {LIST}"),
        ("screenshot", PICTURES["image/png"], f"This file's name has no ending, such as .png. {LIST}"),
        ("a.jpg", iso(b"heic"), f"It is named JPEG, but it is a HEIC picture. {contents.AGAIN}"),
        ("a.jpeg", iso(b"mif1"), f"It is named JPEG, but it is a HEIC picture. {contents.AGAIN}"),
        ("a.png", iso(b"avif"), f"It is named PNG, but it is an AVIF picture. {contents.AGAIN}"),
        ("a.gif", iso(b"isom"), f"It is named GIF, but it is a video. {contents.AGAIN}"),
        ("a.png", b"BM\x46\x00\x00\x00", f"It is named PNG, but it is a BMP picture. {contents.AGAIN}"),
        ("a.jfif", b"%PDF-1.7\n%%EOF", f"It is named JPEG, but it is a PDF. {contents.AGAIN}"),
        ("a.webp", b"RIFF\x04\x00\x00\x00WAVE", f"It is named WebP, but it is something else. {contents.AGAIN}"),
        ("a.pdf", PICTURES["image/jpeg"], "It is named PDF, but it is a JPEG picture. Save it as PDF."),
        ("a.pdf", b"PK\x03\x04", "It is named PDF, but it is an archive or an Office document. Save it as PDF."),
        ("a.pdf", b"%PDF-1.7 and then nothing", contents.PDF_END),
        ("a.pdf", b"%PDF-1.7 /Launch %%EOF", contents.PDF_ACTS),
        ("a.png", PICTURES["image/png"][:-8], contents.CUT_OFF),
        ("a.gif", PICTURES["image/gif"] + b"more", contents.CUT_OFF),
        ("a.webp", PICTURES["image/webp"] + b"more", contents.CUT_OFF),
        ("a.jpg", PICTURES["image/jpeg"] + b"<?PHP evil", contents.MIXED),
        ("a.txt", b"\x1f\x8b\x08\x00", "It is named as text, but it is an archive."),
        ("a.log", b"MZ\x90\x00\x03", "It is named as text, but it is a program."),
        ("a.csv", b"PK\x03\x04\x14\x00", "It is named as text, but it is an archive or an Office document."),
        ("a.txt", PICTURES["image/png"], "It is named as text, but it is a PNG picture."),
        ("a.txt", b"%PDF-1.7 %%EOF", "It is named as text, but it is a PDF."),
        ("a.txt", b"<html><p>hello", contents.PAGE_TEXT),
        ("a.log", b"bell \x07", contents.UNPRINTABLE),
    ],
)
def test_what_is_refused_hears_the_true_reason(name: str, data: bytes, reason: str):
    assert uploads.check(name, data) == (None, f"{name}: {reason}")


@pytest.mark.parametrize("text", ["BM report", "PK;name;price", "MZ, the river", "II*", "Rar! she said", "GIF89a was"])
def test_a_text_may_begin_with_the_letters_of_another_kind(text: str):
    file, fault = uploads.check("notes.txt", text.encode())

    assert not fault
    assert file is not None
    assert file.type == "text/plain"
