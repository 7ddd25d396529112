from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from web.sights import CONSENT, GRANTS, SIGHTS, VERIFIER


@pytest.mark.parametrize(
    ("view", "secrets"),
    [(CONSENT, ["request-token", "form-token"]), (VERIFIER, ["x7Kp2Q"]), (GRANTS, ["form-token"])],
    ids=lambda value: type(value).__name__,
)
def test_a_view_does_not_show_its_secrets(view, secrets):
    """T-66."""
    assert not any(secret in repr(view) for secret in secrets)


@pytest.mark.parametrize("view", SIGHTS, ids=lambda view: type(view).__name__)
def test_views_are_values_that_do_not_change(view):
    assert is_dataclass(view)
    for field in fields(view):
        with pytest.raises(FrozenInstanceError):
            setattr(view, field.name, None)
