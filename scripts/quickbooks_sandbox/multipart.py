"""Reads multipart bodies as clients really send them: with either line ending, and sometimes base64 inside.

Reference: https://www.rfc-editor.org/rfc/rfc7578
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser

from quickbooks_sandbox.faults import refuse


@dataclass(frozen=True)
class Part:
    """One part: what it is called, its file's name and type, empty where unknown, and its bytes."""

    name: str
    file_name: str
    content_type: str
    content: bytes


def parts_of(body: bytes, content_type: str) -> list[Part]:
    """The parts of a body; raises the fault of a body that has none."""
    head = Message()
    head["Content-Type"] = content_type
    boundary = head.get_param("boundary")
    if not isinstance(boundary, str) or not boundary:
        raise refuse("500", "Unsupported Operation : an upload is multipart/form-data with a boundary")
    parts = [_part(piece) for piece in body.split(b"--" + boundary.encode("latin-1"))[1:]]
    return [part for part in parts if part is not None]


def _part(piece: bytes) -> Part | None:
    """One part, None for what follows the last one."""
    if piece.startswith(b"--"):
        return None
    ends = [(piece.find(mark), mark) for mark in (b"\r\n\r\n", b"\n\n")]
    found = [(at, mark) for at, mark in ends if at >= 0]
    if not found:
        return None
    at, mark = min(found)
    head, content = piece[:at], piece[at + len(mark) :]
    content = content.removesuffix(b"\n").removesuffix(b"\r")
    headers = BytesHeaderParser().parsebytes(head.strip() + b"\n\n")
    if str(headers.get("Content-Transfer-Encoding", "")).lower() == "base64":
        try:
            content = base64.b64decode(content, validate=False)
        except binascii.Error as error:
            raise refuse("2010", "Property Name:Can not deserialize the file out of base64") from error
    name = headers.get_param("name", "", "Content-Disposition")
    return Part(str(name), headers.get_filename("") or "", headers.get_content_type(), content)
