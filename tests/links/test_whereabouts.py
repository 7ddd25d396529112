"""Where an application may lie. Which addresses a link is made to, is shown where links are made."""

from __future__ import annotations

import pytest

from applinks.links import is_safe_way


@pytest.mark.parametrize(
    "address",
    ["https://wiki.example.com", "https://10.0.0.7:8443/wiki", "http://localhost:8080", "http://127.0.0.1", "http://127.9.9.9/x",
     "http://[::1]:8080/wiki"],
)  # fmt: skip
def test_over_tls_and_on_this_machine_nobody_can_listen(address):
    """T-27"""
    assert is_safe_way(address)


@pytest.mark.parametrize(
    "address",
    ["http://wiki.example.com", "http://10.0.0.7", "http://localhost.example.com", "http://127.0.0.1.example.com", "http://0.0.0.0",
     "http://wiki/https://", "HTTP://wiki", "", "wiki"],
)  # fmt: skip
def test_on_any_other_way_somebody_can(address):
    """T-27"""
    assert not is_safe_way(address)
