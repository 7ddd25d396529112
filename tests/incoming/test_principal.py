from __future__ import annotations

from applinks.incoming import Principal
from applinks.people import Person
from in_memory import InMemory, link_to


def test_a_principal_is_a_person_a_link_and_a_mechanism_and_shows_no_checks():
    principal = Principal(Person("alice"), link_to(InMemory("Front")), "2LOi", (("signature", "ok"),))
    assert "alice" in repr(principal)
    assert "signature', 'ok'" not in repr(principal)
