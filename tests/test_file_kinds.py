"""What a fetched file is, its own bytes say; a page saved as .pdf is never a statement."""

from __future__ import annotations

import pytest

from counterfoil.adapters.file_kinds import KINDS, spoiled, title_of

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"
CAMT = b'<?xml version="1.0"?>\n<Document xmlns="urn:x"><a/></Document>\n'
PAGE = b'<!DOCTYPE HTML PUBLIC "x">\n<html><head><title>CoreView -\n Sign on</title></head></html>'


def code(kind: str, content: bytes, declared: int | None = None) -> str:
    return spoiled(kind, content[:4096], content[-1024:], len(content), declared)[0]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", PDF),
        ("pdf", b"\r\n\r\n" + PDF),
        ("pdf", PDF + b"\r\n\r\n"),
        ("camt.053", CAMT),
        ("camt.053", b"\xef\xbb\xbf" + CAMT),
        ("camt.053", CAMT.decode().encode("utf-16")),
        ("camt.053", b"<ns:Document xmlns:ns='u'></ns:Document>"),
        ("mt940", b"\r\n:20:MT261001021\r\n:25:0300/1\r\n-"),
        ("mt940", b"{1:F01MRDTCZPPXXXX0000000000}{4:\n:20:x"),
        ("ofx", b"OFXHEADER:100\r\nDATA:OFXSGML\r\n"),
        ("bai2", b"01,BANK,ME,261001,0000,1,,,2/\n"),
        ("csv", b"Datum;Betrag\r\n01.09.2026;1,00\r\n"),
    ],
)
def test_a_right_file_is_not_spoiled(kind: str, content: bytes) -> None:
    assert code(kind, content, len(content)) == ""


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_page_is_told_from_every_kind_of_file(kind: str) -> None:
    assert code(kind, PAGE) == "page_instead"
    assert code(kind, b"\n<!-- cached --> <HTML><body>busy") == "page_instead"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nothing_and_blanks_are_empty(kind: str) -> None:
    assert code(kind, b"") == "empty"
    assert code(kind, b"\r\n \r\n") == "empty"


def test_a_file_that_breaks_off_is_truncated() -> None:
    assert code("pdf", PDF[:-8]) == "truncated"
    assert code("camt.053", CAMT[:-4]) == "truncated"


def test_fewer_bytes_than_were_announced_are_truncated_whatever_they_are() -> None:
    assert code("csv", b"Datum;Betrag\r\n", 4000) == "truncated"
    assert code("pdf", PDF, len(PDF) + 1) == "truncated"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", CAMT),
        ("camt.053", PDF),
        ("mt940", PDF),
        ("csv", b"PK\x03\x04\x00\x00"),
        ("csv", CAMT),
    ],
)
def test_asvs_5_2_2_another_kind_of_file_is_the_wrong_type(kind: str, content: bytes) -> None:
    assert code(kind, content) == "wrong_type"


def test_the_title_of_a_page_is_read_over_line_ends() -> None:
    assert title_of(PAGE) == "CoreView - Sign on"
    assert title_of(b"<html>") == ""
