"""images/proxy/nginx.conf: CouchDB's sign-in cookie under /couch/, over http and over TLS."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from http.cookies import Morsel, SimpleCookie
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from local_servers.nginx import Answer, Nginx
from tests.proxy.conftest import Site

COOKIE = "AuthSession=Ym9iOjY5; Version=1; Expires=Mon, 07-Dec-2026 04:16:14 GMT; Max-Age=1209600; Path=/; HttpOnly"


def certificate(directory: Path) -> None:
    """Write a certificate for localhost, and its key, where nginx.conf's TLS lines expect them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(hours=1))
    signed = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False).sign(
        key, hashes.SHA256()
    )
    (directory / "certificates").mkdir()
    (directory / "certificates" / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (directory / "certificates" / "privkey.pem").write_bytes(private)


def cookie_of(answer: Answer) -> Morsel[str]:
    """The sign-in cookie that came back."""
    return SimpleCookie(answer.headers["Set-Cookie"])["AuthSession"]


@pytest.mark.parametrize("cookie", [COOKIE, COOKIE + "; SameSite=Strict"])
def test_it_narrows_the_sign_in_to_couchdbs_place(site: Site, cookie: str) -> None:
    site.couch.answer = lambda exchange: exchange.reply(b"{}", headers=(("Set-Cookie", cookie),))
    found = cookie_of(site.proxy.ask("POST", "/couch/_session", body=b"{}"))
    assert (found.value, found["path"], found["max-age"]) == ("Ym9iOjY5", "/couch/", "1209600")
    assert found["httponly"] is True
    assert found["samesite"].lower() == "strict"
    assert not found["secure"]


def test_it_narrows_a_renewed_sign_in_as_well(site: Site) -> None:
    site.couch.answer = lambda exchange: exchange.reply(b"{}", headers=(("Set-Cookie", COOKIE),))
    assert cookie_of(site.proxy.ask("GET", "/couch/catalog/_changes"))["path"] == "/couch/"


def test_it_leaves_the_consoles_cookie_alone(site: Site) -> None:
    site.web.answer = lambda exchange: exchange.reply(b"{}", headers=(("Set-Cookie", "session=x; Path=/"),))
    assert site.proxy.ask("GET", "/").headers["Set-Cookie"] == "session=x; Path=/"


def test_it_speaks_tls_with_the_commented_lines(site: Site, tmp_path: Path) -> None:
    certificate(tmp_path)
    trust = ssl.create_default_context(cafile=str(tmp_path / "certificates" / "fullchain.pem"))
    site.couch.answer = lambda exchange: exchange.reply(b"{}", headers=(("Set-Cookie", COOKIE),))
    with Nginx(tmp_path, site.couch.address, site.web.address, tls=True) as proxy:
        answer = proxy.ask("POST", "/couch/_session", body=b"{}", context=trust)
        refused = proxy.ask("POST", "/couch/_replicate", body=b"{}", context=trust)
    assert answer.status == 200
    assert cookie_of(answer)["secure"] is True
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert [request.headers["X-Forwarded-Proto"] for request in site.couch.requests] == ["https"]
    assert refused.status == 403
