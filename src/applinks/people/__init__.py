"""Who acts: people, who is acting now, running as another, and who may be impersonated."""

from applinks.people import comparing
from applinks.people.acting import Acting, acting, current_user, nobody_acting, nobody_acts
from applinks.people.comparing import REASONS, By, Compared, Comparison, Verdict
from applinks.people.names import Names, folded
from applinks.people.person import Everybody, FindPerson, KnowsPeople, ListsPeople, People, Person, SignIn, active_person
from applinks.people.policy import Policy
from applinks.people.scopes import EVERYONE, ActingAs, MayRunAs, RunAsSetting, checked_run_as, may_run_as, run_as

__all__ = [
    "EVERYONE",
    "REASONS",
    "Acting",
    "ActingAs",
    "By",
    "Compared",
    "Comparison",
    "Everybody",
    "FindPerson",
    "KnowsPeople",
    "ListsPeople",
    "MayRunAs",
    "Names",
    "People",
    "Person",
    "Policy",
    "RunAsSetting",
    "SignIn",
    "Verdict",
    "acting",
    "active_person",
    "checked_run_as",
    "comparing",
    "current_user",
    "folded",
    "may_run_as",
    "nobody_acting",
    "nobody_acts",
    "run_as",
]
