"""A sales form as a PDF of one page: text only, in a font that every reader has."""

from __future__ import annotations

from typing import Any

WIDTH, HEIGHT = 612, 792  # points: US letter
LEFT, TOP, LEADING = 54, 738, 16
MOST_ROWS = (TOP - 54) // LEADING


def pdf_of(kind: str, form: dict[str, Any]) -> bytes:
    """The bytes of a PDF that names the form, its customer, its lines and its total."""
    rows = [
        f"{kind} {form.get('DocNumber', form['Id'])}",
        form["TxnDate"],
        form.get("CustomerRef", {}).get("name", ""),
        "",
    ]
    for line in form["Line"]:
        if line["DetailType"] == "DescriptionOnly":
            rows.append(str(line.get("Description", "")))
        elif line["DetailType"] == "SubTotalLineDetail":
            rows.append(f"Subtotal: {line['Amount']}")
        elif line["DetailType"] == "DiscountLineDetail":
            rows.append(f"Discount: -{line['Amount']}")
        else:
            name = line.get("Description") or line[line["DetailType"]].get("ItemRef", {}).get("name", "")
            rows.append(f"{line['LineNum']}. {name}: {line['Amount']}")
    total = f"Total: {form['TotalAmt']} {form['CurrencyRef']['value']}"
    return _document([*_fitting(rows), total])


def _fitting(rows: list[str]) -> list[str]:
    if len(rows) < MOST_ROWS:
        return rows
    return [*rows[: MOST_ROWS - 2], f"(and {len(rows) - MOST_ROWS + 2} more)"]


def _document(rows: list[str]) -> bytes:
    """One page with one row of text below the other."""
    shown = b" T* ".join(b"(" + _text(row) + b") Tj" for row in rows)
    content = b"BT /F1 11 Tf %d TL %d %d Td " % (LEADING, LEFT, TOP) + shown + b" ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>" % (WIDTH, HEIGHT),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    written = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, table)
    written += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(written)


def _text(row: str) -> bytes:
    """A string of the font's own characters; those it lacks become question marks."""
    text = row.encode("cp1252", "replace")
    return (
        text.replace(b"\\", b"\\\\")
        .replace(b"(", b"\\(")
        .replace(b")", b"\\)")
        .replace(b"\r", b"")
        .replace(b"\n", b" ")
    )
