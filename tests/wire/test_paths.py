"""Paths that everybody reads alike. That rules about paths ask so, is shown with the rules: `Policy`, trusted applications."""

from __future__ import annotations

import pytest

from applinks.wire.paths import is_local_path, is_plain_path


@pytest.mark.parametrize("path", ["", "/", "/rest/api", "/rest/a%20b/%C3%BC", "/a:b@c", "/.well-known/x", "/a..b/c."])
def test_a_path_of_plain_segments_is_plain(path):
    assert is_plain_path(path)


@pytest.mark.parametrize(
    "path",
    ["/a/../b", "/a/.", "//a", "/a//b", "/a;b", "/a\\b", "/%2e%2e/a", "/%2Fa", "/a%5cb", "/a%3Bb", "/a%25", "/a%00", "/a?b", "/a#b",
     "/a b", "/é"],
)  # fmt: skip
def test_a_path_that_two_servers_could_read_differently_is_not(path):
    """T-26, T-51, T-70."""
    assert not is_plain_path(path)


@pytest.mark.parametrize("path", ["/", "/back?x=1", "/a//b", "/a:b@c", "/%2e%2e/x", "/x?to=https://evil.example"])
def test_a_path_on_this_host_is_local(path):
    assert is_local_path(path)


@pytest.mark.parametrize(
    "path",
    ["", "back", "//evil.example", "/\\evil.example", "\\\\evil.example", "/a\\b", "/\t/evil.example", "/ ", "/\n", "/é", None, 7,
     "https://evil.example", "javascript:alert(1)", " /x", "/x\u202e", "///evil.example"],
)  # fmt: skip
def test_what_a_browser_could_read_otherwise_is_no_local_path(path):
    """T-42, T-47."""
    assert not is_local_path(path)
