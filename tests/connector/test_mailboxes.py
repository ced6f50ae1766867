"""Which e-mail addresses letters can be sent to."""

from __future__ import annotations

import pytest

from connector.mailboxes import BadAddress, address_of, addresses_of, mailbox_of


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("bob@northwind.example", "bob@northwind.example"),
        ("  Bob.O'Neil+orders@Northwind.EXAMPLE ", "Bob.O'Neil+orders@northwind.example"),
        ("orders@bücher.example", "orders@xn--bcher-kva.example"),
        ("orders@例え.example", "orders@xn--r8jz45g.example"),
    ],
)
def test_it_takes_an_address_as_mail_servers_do_everywhere(text: str, address: str) -> None:
    assert address_of(text) == address


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no e-mail address"),
        ("bob", "no e-mail address"),
        ("@northwind.example", "no e-mail address"),
        ("bob@", "no e-mail address"),
        ("bob@localhost", "no domain"),
        ("bob@-x.example", "no domain"),
        ("bob@a..example", "no domain"),
        (f"bob@{'a' * 64}.example", "no domain"),
        ("jürgen@northwind.example", "letters outside ASCII before the @"),
        ("bob @northwind.example", "before the @ cannot be part"),
        ('"bob"@northwind.example', "before the @ cannot be part"),
        (f"{'a' * 65}@northwind.example", "before the @ cannot be part"),
        ("bob\r\nBcc: eve@x.example@northwind.example", "before the @ cannot be part"),
        ("bob@northwind.example\r\nBcc: eve", "no domain"),
        ("bob@northwind.example>", "no domain"),
    ],
)
def test_it_says_what_is_wrong_with_another_one_on_one_line(text: str, why: str) -> None:
    with pytest.raises(BadAddress, match=why) as refused:
        address_of(text)
    assert "\n" not in str(refused.value)


def test_it_takes_several_as_quickbooks_has_them_each_once() -> None:
    assert addresses_of("a@x.example; b@x.example,a@x.example, ") == ("a@x.example", "b@x.example")
    assert addresses_of("") == ()


def test_it_keeps_the_name_beside_an_address() -> None:
    assert str(mailbox_of('"Ærø, Søn" <orders@x.example>').header()) == '"Ærø, Søn" <orders@x.example>'
    assert mailbox_of("orders@x.example").name == ""
