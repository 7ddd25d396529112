"""What strangers may send instead of a document, and what one line of text and an address must look like."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from applinks.errors import MalformedAnswer
from applinks.wire import consumer_info, documents, manifest

KEY = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"
MANIFEST = (
    "<manifest><id>1f0c6a52-6b1e-3d4f-9a77-2c5d9f3a1b60</id><name>{name}</name><typeId>jira</typeId>"
    "<url>https://a.test</url>{more}</manifest>"
)
CONSUMER = "<consumer><key>k:1</key><name>{name}</name><publicKey>" + KEY + "</publicKey>{more}</consumer>"
READERS = [
    pytest.param(manifest.read, "manifest", MANIFEST, id="manifest"),
    pytest.param(consumer_info.read, "consumer", CONSUMER, id="consumer"),
]
both = pytest.mark.parametrize(("read", "root", "sound"), READERS)

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = {
    "billion laughs": ('[<!ENTITY l0 "ha">' + LAUGHS + "]", "&l9;"),
    "quadratic blow-up": (f'[<!ENTITY big "{"a" * 50_000}">]', "&big;" * 1_000),
    "external entity from a file": ('[<!ENTITY x SYSTEM "file:///etc/passwd">]', "&x;"),
    "external entity from the network": ('[<!ENTITY x SYSTEM "http://192.0.2.1/x">]', "&x;"),
    "public external entity": ('[<!ENTITY x PUBLIC "-//A//B" "http://192.0.2.1/x">]', "&x;"),
    "parameter entity": ('[<!ENTITY % p SYSTEM "http://192.0.2.1/p.dtd"> %p;]', "plain"),
    "parameter entity that builds another": ("[<!ENTITY % a \"<!ENTITY b 'c'>\"> %a;]", "&b;"),
    "external subset": ('SYSTEM "http://192.0.2.1/x.dtd"', "plain"),
    "default attribute": ('[<!ATTLIST name kind CDATA "x">]', "plain"),
    "unparsed entity": ('[<!NOTATION n SYSTEM "n"><!ENTITY u SYSTEM "u.gif" NDATA n>]', "plain"),
    "entity that contains itself": ('[<!ENTITY r "&r;">]', "&r;"),
    "empty document type": ("", "plain"),
}


@both
@pytest.mark.parametrize(("declarations", "name"), DOCTYPES.values(), ids=DOCTYPES.keys())
def test_no_document_type_is_ever_read(read, root, sound, declarations, name):
    """T-34, C-12: the declaration is refused before anything in it can be expanded or fetched."""
    body = f"<!DOCTYPE {root} {declarations}>" + sound.format(name=name, more="")
    with pytest.raises(MalformedAnswer, match="document type"):
        read(body.encode())


@both
def test_the_document_without_hostility_is_read(read, root, sound):
    """Else the refusals here would prove nothing."""
    assert read(sound.format(name="Fair", more="").encode()).name == "Fair"


@both
def test_an_entity_that_nobody_declared_is_refused(read, root, sound):
    """T-34."""
    with pytest.raises(MalformedAnswer, match="not well-formed XML in line 1"):
        read(sound.format(name="&undeclared;", more="").encode())


@both
def test_xinclude_is_an_unknown_element_like_any_other(read, root, sound):
    """T-34, C-12: nothing is included."""
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    assert read(sound.format(name="Fair", more=include).encode()).name == "Fair"


@both
def test_an_inclusion_inside_a_member_makes_it_say_nothing(read, root, sound):
    """T-34: the text beside the inclusion is not taken for the whole."""
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    body = sound.replace("</url>", include + "</url>").replace("</publicKey>", include + "</publicKey>")
    with pytest.raises(MalformedAnswer, match=r"has no (url|publicKey)"):
        read(body.format(name="Fair", more="").encode())


@both
@pytest.mark.parametrize("levels", [documents.DEEPEST, 10_000])
def test_nesting_has_an_end(read, root, sound, levels):
    """T-34, T-35: by a count, not by the depth of the interpreter's stack."""
    with pytest.raises(MalformedAnswer, match="deep"):
        read(sound.format(name="Fair", more="<a>" * levels + "</a>" * levels).encode())


@both
def test_nesting_within_the_limit_is_somebody_elses_extension(read, root, sound):
    levels = documents.DEEPEST - 1
    assert read(sound.format(name="Fair", more="<a>" * levels + "</a>" * levels).encode()).name == "Fair"


@both
def test_size_is_judged_before_anything_is_read(read, root, sound):
    """T-35: one byte more than the limit, and not even the encoding is looked at."""
    with pytest.raises(MalformedAnswer, match="larger than 200000 bytes"):
        read(b"\xff" * (documents.LARGEST + 1))
    filling = documents.LARGEST - len(sound.format(name="Fair", more="<!---->"))
    assert read(sound.format(name="Fair", more=f"<!--{'-a' * (filling // 2)}-->").encode()).name == "Fair"


@both
@pytest.mark.parametrize("claimed", ["UTF-16", "ISO-8859-1", "utf-7", "rot13", "no-such-encoding", "cp037"])
def test_the_encoding_that_the_document_claims_counts_for_nothing(read, root, sound, claimed):
    """T-34: UTF-8 is read as UTF-8, so that no second reader sees other text in the same bytes."""
    body = f'<?xml version="1.0" encoding="{claimed}"?>' + sound.format(name="Größe", more="")
    assert read(body.encode()).name == "Größe"


@both
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "latin-1"])
def test_other_encodings_without_their_mark_are_refused(read, root, sound, encoding):
    """T-34: encodings in which `<!DOCTYPE` hides from a reader of bytes."""
    with pytest.raises(MalformedAnswer):
        read(sound.format(name="Größe", more="").encode(encoding))


@both
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_is_believed(read, root, sound, encoding):
    assert read(sound.format(name="Größe", more="").encode(encoding)).name == "Größe"


@both
def test_a_document_type_in_utf_16_is_found(read, root, sound):
    """T-34: the rules hold for the text, whatever bytes brought it."""
    with pytest.raises(MalformedAnswer, match="document type"):
        read(f'<!DOCTYPE {root} [<!ENTITY x "y">]>{sound.format(name="&x;", more="")}'.encode("utf-16"))


@both
@pytest.mark.parametrize("name", ["a\x00b", "a&#0;b", "a&#x1;b", "a\x1bb", "a&#x1f;"])
def test_null_bytes_and_controls_are_no_xml(read, root, sound, name):
    with pytest.raises(MalformedAnswer, match="not well-formed"):
        read(sound.format(name=name, more="").encode())


@both
def test_a_comment_inside_a_text_does_not_cut_it_short(read, root, sound):
    """A reader that stops at the comment would see another name than the one that wrote it."""
    assert read(sound.format(name="Fair<!-- weather --> Play", more="").encode()).name == "Fair Play"


@both
def test_processing_instructions_are_not_followed(read, root, sound):
    instruction = '<?xml-stylesheet type="text/xsl" href="http://192.0.2.1/x.xsl"?>'
    body = instruction + sound.format(name="Fa<?php die(); ?>ir", more=instruction)
    assert read(body.encode()).name == "Fair"


@both
def test_cdata_and_attributes_are_read_through(read, root, sound):
    body = sound.replace("<name>", '<name xml:lang="en">').format(name="<![CDATA[R&D <1>]]>", more="")
    assert read(body.encode()).name == "R&D <1>"


@both
@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_answer_is_called_empty(read, root, sound, body):
    with pytest.raises(MalformedAnswer, match="is empty"):
        read(body)


@both
@pytest.mark.parametrize("body", ["just text", "<manifest", "<consumer>", "<a/><b/>", "]]>", "&amp;", "<?xml?>"])
def test_what_is_no_xml_is_said_to_be_none(read, root, sound, body):
    with pytest.raises(MalformedAnswer, match="not well-formed"):
        read(body.encode())


@both
@pytest.mark.parametrize(
    "body",
    [
        "<!DOCTYPE html><html><body>Sign in</body></html>",
        "\n\n  <HTML><BODY>Sign in",
        "<!-- served by a proxy -->\n<!doctype HTML>\n<p>Sign in",
        '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html/>',
        '<html xmlns="http://www.w3.org/1999/xhtml"><head/></html>',
    ],
)
def test_a_page_for_people_is_named_a_login_wall(read, root, sound, body):
    """T-36; protocol.md 13, row 11."""
    with pytest.raises(MalformedAnswer, match=r"^A page for people came") as refusal:
        read(body.encode())
    assert (refusal.value.remedy is not None, refusal.value.instead) == (True, "page")


@both
@pytest.mark.parametrize("declared", ["text/html", "Text/HTML; charset=utf-8", "application/xhtml+xml"])
def test_the_declared_type_names_a_fragment_of_a_page_but_spoils_no_document(read, root, sound, declared):
    """T-36: content decides, the type only helps to say what else came."""
    with pytest.raises(MalformedAnswer, match=r"^A page for people came"):
        read(b"<div>Sign in</div>", declared)
    assert read(sound.format(name="Fair", more="").encode(), declared).name == "Fair"


@both
@pytest.mark.parametrize("body", ["<status/>", "<feed xmlns='urn:x'/>", "<Manifest/>", "<svg onload='x'/>"])
def test_another_element_is_no_peer(read, root, sound, body):
    """T-36; protocol.md 13, row 12."""
    with pytest.raises(MalformedAnswer, match=r"^The element"):
        read(body.encode())


@both
def test_the_right_element_in_a_namespace_is_another_element(read, root, sound):
    body = sound.replace(f"<{root}>", f"<{root} xmlns='urn:x'>").format(name="Fair", more="")
    with pytest.raises(MalformedAnswer, match=r"^The element"):
        read(body.encode())


@both
def test_what_a_stranger_wrote_stays_one_short_line_in_our_message(read, root, sound):
    """Messages go to logs: a name of five thousand letters and one outside ASCII are cut and escaped."""
    with pytest.raises(MalformedAnswer) as refusal:
        read(f"<ü{'x' * 5_000}/>".encode())
    assert len(str(refusal.value)) < 300
    assert str(refusal.value).isascii()


@both
def test_a_member_said_twice_is_refused(read, root, sound):
    """Two readers would disagree on which one counts."""
    with pytest.raises(MalformedAnswer, match="says its name 2 times"):
        read(sound.format(name="Fair", more="<name>Foul</name>").encode())


@both
@pytest.mark.parametrize("unfit", ["\u202e", "\u2066", "\u200f", "\u061c", "\x85", "\x7f", "\u2028", "a\nb", "a\tb"])
def test_control_and_direction_characters_are_no_part_of_a_name(read, root, sound, unfit):
    """T-48: what is shown on a consent page reads as it is written."""
    with pytest.raises(MalformedAnswer, match="control or direction characters in its name"):
        read(sound.format(name=f"Tracker{unfit}x", more="").encode())


@both
@pytest.mark.parametrize("name", ["Größe", "日本語", "עברית", "العربية", "👩‍🔧", "\u0646\u0645\u06cc\u200c\u062e"])
def test_names_of_all_languages_are_fit(read, root, sound, name):
    assert read(sound.format(name=name, more="").encode()).name == name


@both
def test_a_name_has_an_end(read, root, sound):
    assert len(read(sound.format(name="n" * documents.LONGEST, more="").encode()).name) == documents.LONGEST
    with pytest.raises(MalformedAnswer, match="more than 2000 characters"):
        read(sound.format(name="n" * (documents.LONGEST + 1), more="").encode())


@both
@given(body=st.binary(max_size=300))
@example(body=b"[" * 100_000)
@example(body=b'{"a":' * 30_000)
@example(body=b'{"buildNumber":' + b"9" * 5_000 + b"}")
@example(body=b"<" * documents.LARGEST)
@example(body=b"\xff\xfe\x00")
@example(body=b"\xff\xfe<\x00\x00\xd8")
def test_whatever_the_bytes_nothing_but_malformed_answer_is_raised(read, root, sound, body):
    with pytest.raises(MalformedAnswer):
        read(body)


MARKUP = st.sampled_from(
    ["<manifest>", "</manifest>", "<consumer>", "</consumer>", "<id>", "</id>", "<key>", "<a/>", "<![CDATA[", "]]>", "<!--", "-->",
     "<?", "?>", "<!DOCTYPE a>", "&#x41;", "&amp;", "&x;", "\x00", '"', "{", "}", "[", "]", ":", ",", "null", '"id"', "1e999", "ü"]
)  # fmt: skip


@both
@given(body=st.lists(MARKUP, max_size=30).map("".join))
def test_whatever_the_markup_nothing_but_malformed_answer_is_raised(read, root, sound, body):
    with pytest.raises(MalformedAnswer):
        read(body.encode())


def address(text: str) -> str | None:
    return documents.Document("manifest", {"url": [text]}).address("url")


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("https://a.test", "https://a.test"),
        ("HTTPS://Wiki.Example.Test:8443/Wiki", "https://wiki.example.test:8443/Wiki"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/"),
        ("http://[::1]:7990/git", "http://[::1]:7990/git"),
        ("http://jira_1/a%20b?x=y&z#top", "http://jira_1/a%20b?x=y&z#top"),
        ("  https://a.test\n", "https://a.test"),
    ],
)
def test_a_plain_web_address_is_taken(text, read_as):
    assert address(text) == read_as


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://a.test/",
        "http\t://a.test",
        "ht\ntp://a.test",
        "http:/a.test",
        "http:a.test",
        "//a.test",
        "/path",
        "a.test",
        "http://",
        "http:///path",
        "http://:80",
        "http://user@a.test",
        "http://user:secret@a.test",
        "http://a.test\\@b.test",
        "http:\\\\a.test",
        "http://a.test/\\b",
        "http://a.test /",
        "http://a.test/a b",
        'http://a.test/"onload="',
        "http://a.test/<b>",
        "http://a.test:65536",
        "http://a.test:",
        "http://a.test:8o",
        "http://a.test:٨٠",
        "http://a%2etest",
        "http://a。test",
        "http://ä.test",
        "http://.a.test",
        "http://[::1%25eth0]/",
        "http://[::1",
        "httpſ://a.test",
        "http://\u212a.test",
        "http://a.test/ü",
    ],
)
def test_what_two_parsers_would_read_differently_is_no_address(text):
    """T-32, T-47."""
    with pytest.raises(MalformedAnswer):
        address(text)


def test_the_refusal_of_an_address_does_not_repeat_the_password_in_it():
    with pytest.raises(MalformedAnswer) as refusal:
        address("http://user:secret@a.test")
    assert "secret" not in str(refusal.value)
