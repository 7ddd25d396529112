"""What all tests share."""

import os

import pytest
from hypothesis import settings

pytest_plugins = ["servers"]

# Machines are shared: how long one example takes says nothing about the code.
settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")


def pytest_xdist_auto_num_workers() -> int:
    """`-n auto`: one more than there are processors, since much of the time goes in waiting for other processes."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Where everything is required, as in CI, what this machine cannot run is a failure and not a gap that nobody sees."""
    report = yield
    if report.skipped and os.environ.get("REQUIRE_ALL"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but everything is required here: {report.longrepr[2]}"
    return report


@pytest.fixture
def cheap_passwords(monkeypatch):
    """What is digested costs next to nothing here."""
    from applinks.people import passwords

    monkeypatch.setattr(passwords, "COST", passwords.Cost(4, 8, 1))
    monkeypatch.setattr(passwords, "_NOBODYS", f"scrypt$4$8$1$nobody${'0' * 64}")
