"""Attachments: notes, and files that come as the parts of an upload.

Reference: https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/attachable
"""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

from quickbooks_sandbox import money
from quickbooks_sandbox.company import Company
from quickbooks_sandbox.exchange import Reply, json_reply
from quickbooks_sandbox.faults import Fault, missing, refuse
from quickbooks_sandbox.kinds import kind_of
from quickbooks_sandbox.multipart import Part, parts_of
from quickbooks_sandbox.property_names import check_properties
from quickbooks_sandbox.property_words import words

WRITTEN = words("AttachableRef FileName ContentType Category Lat Long PlaceName Note Tag CustomField")
OF_THE_FILE = words("FileAccessUri TempDownloadUri Size")
DEFAULT_TYPE = "application/octet-stream"

Entity = dict[str, Any]


def create(company: Company, kind: str, body: Entity) -> Entity:
    """Create a note; raises a Fault."""
    told = _told(company, kind, body)
    if not told.get("Note") and not told.get("FileName"):
        raise missing("Note")
    return company.add(kind, {**company.head(company.next_id(kind)), **told})


def update(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Change what an attachment says; its file stays. Raises a Fault."""
    told = _told(company, kind, body)
    if body.get("SyncToken") not in (None, ""):
        company.check_sync_token(stored, body, kind)
    changed = {**{name: value for name, value in stored.items() if name not in WRITTEN}, **told}
    return stored if changed == stored else company.touch(kind, changed)


def delete(company: Company, kind: str, stored: Entity, body: Entity) -> Entity:
    """Delete an attachment and its file; raises a Fault."""
    company.store.set_value(_file(stored["Id"]), None)
    company.remove(kind, stored["Id"])
    return {"domain": "QBO", "status": "Deleted", "Id": stored["Id"]}


def upload(company: Company, body: bytes, content_type: str, host: str) -> list[Entity]:
    """An `AttachableResponse`: an attachment or a Fault for each file; raises a Fault for no file at all."""
    parts = {part.name: part for part in parts_of(body, content_type)}
    files = {name: part for name, part in parts.items() if name.startswith("file_content_")}
    if not files:
        raise missing("file_content_01")
    answers: list[Entity] = []
    for name, part in files.items():
        try:
            told = _metadata(parts.get(name.replace("content", "metadata")))
            answers.append({"Attachable": _keep(company, told, part, host)})
        except Fault as fault:
            answers.append({"Fault": fault.as_json()})
    return answers


def file_of(company: Company, entity_id: str) -> tuple[str, bytes]:
    """Content type and bytes of an attachment's file; raises the fault of one that has none."""
    attachment = company.store.find("Attachable", entity_id)
    content = company.store.value(_file(entity_id))
    if attachment is None or content is None:
        raise refuse("610", "Object Not Found : the attachment has no file")
    return str(attachment["ContentType"]), base64.b64decode(content)


def file_reply(companies: dict[str, Company], path: str) -> Reply:
    """Answer a request for a file by its temporary address, which needs no token."""
    realm, _, rest = path.removeprefix("/_files/").partition("/")
    try:
        company = companies.get(realm)
        if company is None:
            raise refuse("610", "Object Not Found : no such company")
        with company.lock:
            content_type, content = file_of(company, rest.partition("/")[0])
    except Fault as fault:
        return json_reply(404, {"error": str(fault)})
    return Reply(200, content_type, content)


def _keep(company: Company, body: Entity, part: Part, host: str) -> Entity:
    told = _told(company, "Attachable", body)
    told["FileName"] = told.get("FileName") or part.file_name or "attachment"
    told["ContentType"] = told.get("ContentType") or part.content_type or DEFAULT_TYPE
    entity_id = company.next_id("Attachable")
    path = f"/v3/company/{company.realm}/download/{entity_id}"
    address = f"http://{host}/_files/{company.realm}/{entity_id}/{quote(told['FileName'], safe='')}"
    place = {"FileAccessUri": path, "TempDownloadUri": address, "Size": len(part.content)}
    company.store.set_value(_file(entity_id), base64.b64encode(part.content).decode())
    return company.add("Attachable", {**company.head(entity_id), **told, **place})


def _metadata(part: Part | None) -> Entity:
    if part is None:
        return {}
    try:
        document = money.parse(part.content)
    except (ValueError, RecursionError) as error:
        raise refuse("2010", f"Property Name:Can not deserialize the metadata: {error}") from error
    return document if isinstance(document, dict) else {}


def _told(company: Company, kind: str, body: Entity) -> Entity:
    """What a request says of an attachment; raises a Fault."""
    check_properties(kind, body)
    told = {name: value for name, value in body.items() if name in WRITTEN and value not in (None, "", [])}
    references = told.get("AttachableRef", [])
    for each in references:
        target = each.get("EntityRef") or {}
        if not target.get("value"):
            continue
        if company.store.find(kind_of(str(target.get("type"))), str(target["value"])) is None:
            raise company.inactive("EntityRef")
        each["EntityRef"] = {"type": target["type"], "value": str(target["value"])}
        each.setdefault("IncludeOnSend", False)
    return told


def _file(entity_id: str) -> str:
    return f"File/{entity_id}"
