"""Names of files that do no harm, contents that do not lie, sizes in words."""

import pytest

from bot.core.files import safe_name, size_in_words, true_ending


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        pytest.param("report.pdf", "report.pdf", id="a good name"),
        pytest.param("größe 🧾.pdf", "größe 🧾.pdf", id="a good name in any language"),
        pytest.param("../../etc/passwd", "passwd", id="a path"),
        pytest.param("c:\\temp\\x.txt", "x.txt", id="a path of Windows"),
        pytest.param("invoice\u202egpj.exe", "invoicegpj.exe", id="a sign that turns the direction"),
        pytest.param("a\x00b\n.txt", "ab.txt", id="control signs"),
        pytest.param("a\u200b\ufeff.txt", "a.txt", id="signs without width"),
        pytest.param("\ud800.txt", "txt", id="half a character"),
        pytest.param("...", "file", id="nothing left"),
        pytest.param("", "file", id="no name"),
        pytest.param("a.txt. . ", "a.txt", id="what Windows drops at the end"),
        pytest.param("notes.txt:evil.exe", "notes.txt_evil.exe", id="a stream behind the file"),
        pytest.param('a<b>"c|d?e*.txt', "a_b__c_d_e_.txt", id="signs that no file system of Windows takes"),
        pytest.param("CON", "_CON", id="a device of Windows"),
        pytest.param("lpt1.pdf", "_lpt1.pdf", id="a device of Windows with an ending"),
        pytest.param("console.log", "console.log", id="only like a device"),
        pytest.param("x" * 200 + ".tar.gz", "x" * 117 + ".gz", id="too long, the ending kept"),
        pytest.param("x" * 200, "x" * 120, id="too long without an ending"),
        pytest.param("文" * 100 + ".pdf", "文" * 78 + ".pdf", id="too long in bytes"),
        pytest.param("a." + "e" * 200, "a." + "e" * 118, id="an ending that is none"),
    ],
)
def test_names_are_made_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "beginning", "ending"),
    [
        pytest.param("invoice.pdf", b"MZ\x90\0\3\0", "exe", id="a program as a document"),
        pytest.param("setup.exe", b"MZ\x90\0\3\0", "", id="a program that says so"),
        pytest.param("MZ.csv", b"MZ;price\n1;2\n", "", id="words that begin like a program"),
        pytest.param("photo.jpg", b"\x7fELF\2", "elf", id="a program of Linux as a picture"),
        pytest.param("allhands", b"\x7fELF\2", "", id="a program of Linux without an ending"),
        pytest.param("song.mp3", b"\xcf\xfa\xed\xfe", "macho", id="a program of macOS as a sound"),
        pytest.param("open me.pdf", b"L\0\0\0\x01\x14\x02\0\0", "lnk", id="a shortcut as a document"),
        pytest.param("report.docx", b"#!/bin/sh\n", "sh", id="a script as a document"),
        pytest.param("deploy.py", b"#!/usr/bin/env python\n", "", id="a script that says so"),
        pytest.param("cat.png", b" <!DOCTYPE html><script>", "html", id="a page as a picture"),
        pytest.param(
            "cat.jpg", b"<?xml version='1.0'?>\n<!-- a -->\n<svg onload=x>", "html", id="SVG as a picture"
        ),
        pytest.param("page.html", b"<!doctype html>", "", id="a page that says so"),
        pytest.param("cat.png", b"\x89PNG\r\n\x1a\n", "", id="a picture"),
        pytest.param("empty.pdf", b"", "", id="nothing inside"),
    ],
)
def test_a_name_does_not_hide_what_is_inside(name: str, beginning: bytes, ending: str) -> None:
    assert true_ending(name, beginning) == ending


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (12_345_678, "12.3 MB"),
        (640_000_000, "640 MB"),
        (2**31, "2.1 GB"),
    ],
)
def test_sizes_are_told_in_words(size: int, words: str) -> None:
    assert size_in_words(size) == words
