"""Notes and files attached to what the company has."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from quickbooks_sandbox.multipart import parts_of
from tests.quickbooks_sandbox.api import Api, estimate

BOUNDARY = "-------------Boundary"


def multipart(*parts: tuple[str, str, bytes, str], line_end: bytes = b"\r\n") -> bytes:
    """A body of (name, content type, content, transfer encoding)."""
    body = b""
    for name, kind, content, encoding in parts:
        head = [f'Content-Disposition: form-data; name="{name}"; filename="a b.txt"', f"Content-Type: {kind}"]
        head += [f"Content-Transfer-Encoding: {encoding}"] if encoding else []
        lines = [f"--{BOUNDARY}".encode(), *(line.encode() for line in head), b"", content]
        body += line_end.join(lines) + line_end
    return body + f"--{BOUNDARY}--".encode() + line_end


def upload(api: Api, body: bytes, content_type: str = f"multipart/form-data; boundary={BOUNDARY}") -> Any:
    """The answer to an upload."""
    path = f"/v3/company/{api.sandbox.realm}/upload"
    return api.at("POST", path, data=body, headers={"Content-Type": content_type})


def test_it_keeps_a_note_of_an_estimate(api: Api) -> None:
    form = api.write("estimate", estimate())
    reference = {"EntityRef": {"type": "Estimate", "value": form["Id"]}}
    made = api.write("attachable", {"Note": "Ask for the blue ones", "AttachableRef": [reference]})
    assert made["AttachableRef"] == [{**reference, "IncludeOnSend": False}]
    changed = api.write("attachable", {**made, "Note": "Blue or green"})
    assert (changed["Note"], changed["SyncToken"]) == ("Blue or green", "1")
    assert api.query("select * from Attachable")["Attachable"] == [changed]
    deleted = api.write("attachable", {"Id": made["Id"]}, operation="delete")
    assert deleted["status"] == "Deleted"


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_it_keeps_a_file_byte_for_byte(api: Api, line_end: bytes) -> None:
    content = bytes(range(256)) + b"\r\n\r\n--almost"
    metadata = json.dumps({"Note": "photo", "FileName": "p.bin", "ContentType": "image/x"}).encode()
    body = multipart(
        ("file_metadata_01", "application/json", metadata, ""),
        ("file_content_01", "image/x", content, ""),
        line_end=line_end,
    )
    (answer,) = upload(api, body).json()["AttachableResponse"]
    attachment = answer["Attachable"]
    assert (attachment["Size"], attachment["FileName"], attachment["Note"]) == (len(content), "p.bin", "photo")
    address = api.call("GET", f"download/{attachment['Id']}").text
    assert address == attachment["TempDownloadUri"] and address.startswith(api.sandbox.url)
    got = api.at("GET", address.removeprefix(api.sandbox.url))
    assert (got.content, got.headers["Content-Type"]) == (content, "image/x")


def test_it_reads_base64_and_makes_metadata_up(api: Api) -> None:
    body = multipart(("file_content_01", "text/plain", base64.b64encode(b"hello"), "base64"))
    (answer,) = upload(api, body).json()["AttachableResponse"]
    assert (answer["Attachable"]["Size"], answer["Attachable"]["FileName"]) == (5, "a b.txt")


def test_one_file_may_be_refused_inside_a_good_answer(api: Api) -> None:
    wrong = json.dumps({"AttachableRef": [{"EntityRef": {"type": "Estimate", "value": "4711"}}]}).encode()
    body = multipart(
        ("file_metadata_01", "application/json", wrong, ""),
        ("file_content_01", "text/plain", b"one", ""),
        ("file_content_02", "text/plain", b"two", ""),
    )
    answer = upload(api, body)
    refused, kept = answer.json()["AttachableResponse"]
    assert answer.status_code == 200
    assert refused["Fault"]["Error"][0]["code"] == "2500" and kept["Attachable"]["Size"] == 3


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"x", "multipart/form-data", "500"),
        (b"", f"multipart/form-data; boundary={BOUNDARY}", "2020"),
        (multipart(("other", "text/plain", b"x", "")), f"multipart/form-data; boundary={BOUNDARY}", "2020"),
    ],
)
def test_it_refuses_an_upload_of_nothing(api: Api, body: bytes, content_type: str, code: str) -> None:
    assert upload(api, body, content_type).json()["Fault"]["Error"][0]["code"] == code


def test_it_refuses_a_file_that_is_not_there(api: Api) -> None:
    note = api.write("attachable", {"Note": "no file"})
    for name in (note["Id"], "4711"):
        assert api.call("GET", f"download/{name}").json()["Fault"]["Error"][0]["code"] == "610"
    assert api.at("GET", f"/_files/{api.sandbox.realm}/4711/x").status_code == 404
    assert api.errors("attachable", {}) == [("2020", "Note")]


def test_it_reads_parts_without_names() -> None:
    (part,) = parts_of(b"--b\r\n\r\nbytes\r\n--b--", "multipart/form-data; boundary=b")
    assert (part.name, part.file_name, part.content) == ("", "", b"bytes")
