"""The sign-in's paths: discovery, consent, tokens, revocation, who the user is."""

from __future__ import annotations

import json
import threading
from urllib.parse import parse_qsl, urlencode

from quickbooks_sandbox.exchange import Reply, Request, json_reply
from quickbooks_sandbox.faults import Fault, GatewayFault
from quickbooks_sandbox.oauth import INVALID_GRANT, OAuthError
from quickbooks_sandbox.outages import after, before
from quickbooks_sandbox.sandbox import Sandbox

ASIDE = {"/oauth2/v1/tokens/bearer": "token", "/v2/oauth2/tokens/revoke": "revoke"}
SCOPES = frozenset({"com.intuit.quickbooks.accounting", "openid", "profile", "email", "phone", "address"})
HARD_EXPIRY_HEADER = "x-include-refresh-token-hard-expires-in"
USER = {
    "sub": "7d7e1d0a-0000-4000-8000-000000000001",
    "email": "owner@company.example",
    "emailVerified": True,
    "givenName": "Olivia",
    "familyName": "Owner",
}


def sign_in_reply(sandbox: Sandbox, request: Request, stopping: threading.Event) -> Reply:
    """Answer a request outside the company's API; raises Dropped or Cut when the connection is to end instead."""
    path = request.path.rstrip("/")
    entity = ASIDE.get(path)
    if entity is None or request.method != "POST":
        return _reply(sandbox, request, path)
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    operation = form.get("grant_type", "") if entity == "token" else "revoke"
    company = sandbox.company_knowing(_token_or_code(form) or _token_in(request.body))
    armed = sandbox.trouble.strike({"entity": entity, "operation": operation, "requestid": "", "realm": company.realm})
    if armed is not None and armed.kind == "invalid_grant":
        return json_reply(400, OAuthError(400, "invalid_grant", INVALID_GRANT).body)
    try:
        reply = before(company, armed, stopping) or _reply(sandbox, request, path)
    except GatewayFault as fault:
        return json_reply(fault.status, fault.as_json())
    except Fault as fault:
        return json_reply(fault.status, {"Fault": fault.as_json()})
    after(armed, reply, stopping)
    return reply


def _reply(sandbox: Sandbox, request: Request, path: str) -> Reply:
    with sandbox.company.lock:
        try:
            if path.startswith("/.well-known/openid"):
                return json_reply(200, sandbox.company.oauth.discovery(f"http://{request.headers.get('host', '')}"))
            if path == "/op/v1/jwks":
                return json_reply(200, {"keys": []})  # nothing is signed: no id tokens are given out
            if path == "/connect/oauth2":
                return _consent(sandbox, request.parameters)
            if path == "/oauth2/v1/tokens/bearer" and request.method == "POST":
                return _tokens(sandbox, request)
            if path == "/v2/oauth2/tokens/revoke" and request.method == "POST":
                token = _token_in(request.body)
                sandbox.company_knowing(token).oauth.revoke(request.authorization, token)
                sandbox.commit()
                return json_reply(200, {})
            if path == "/v1/openid_connect/userinfo":
                bearer = request.authorization.removeprefix("Bearer ")
                sandbox.company_knowing(bearer).oauth.check(request.authorization)
                return json_reply(200, USER)
        except OAuthError as error:
            headers = {"WWW-Authenticate": 'Basic realm="Intuit"'} if error.status == 401 else {}
            return json_reply(error.status, error.body, headers)
        except GatewayFault as fault:
            return json_reply(fault.status, fault.as_json(), {"WWW-Authenticate": 'Bearer realm="Intuit"'})
    return json_reply(404, {"error": "not_found"})


def _consent(sandbox: Sandbox, parameters: dict[str, str]) -> Reply:
    """The page on which the company's owner decides; here the switch `consent` has decided already."""
    target = parameters.get("redirect_uri", "")
    if not target:
        raise OAuthError(400, "invalid_request", "redirect_uri is missing")
    answer = {"state": parameters.get("state", "")}
    if not set(parameters.get("scope", "openid").split()) <= SCOPES:
        answer["error"] = "invalid_scope"
    elif sandbox.consenting.switches["consent"] == "denied":
        answer["error"] = "access_denied"
    else:
        company = sandbox.consenting
        code = company.oauth.authorize(parameters.get("client_id", ""), target)
        sandbox.commit()
        answer |= {"code": code, "realmId": company.realm}
    joint = "&" if "?" in target else "?"
    location = f"{target}{joint}{urlencode(answer)}".encode("ascii", "ignore").decode()
    return Reply(302, "text/plain", b"", {"Location": location.replace("\r", "").replace("\n", "")})


def _tokens(sandbox: Sandbox, request: Request) -> Reply:
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    company = sandbox.company_knowing(_token_or_code(form))
    company.limits.calls["token"] += 1
    hard_expiry = request.headers.get(HARD_EXPIRY_HEADER, "").lower() == "true"
    daily = company.switches["refresh_token_changes"] == "daily"
    tokens = company.oauth.token(request.authorization, form, daily=daily, hard_expiry=hard_expiry)
    sandbox.commit()
    return json_reply(200, tokens, {"Cache-Control": "no-cache, no-store"})


def _token_or_code(form: dict[str, str]) -> str:
    """What a request for tokens shows."""
    return form.get("refresh_token") or form.get("code") or ""


def _token_in(body: bytes) -> str:
    """The token of a revocation, which comes as JSON or as a form."""
    try:
        document = json.loads(body)
        return str(document.get("token", "")) if isinstance(document, dict) else ""
    except ValueError:
        return dict(parse_qsl(body.decode("utf-8", "replace"))).get("token", "")
