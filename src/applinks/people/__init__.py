"""Who acts: people, who is acting now, running as another, and who may be impersonated."""

from applinks.people.acting import Acting, acting, current_user, nobody_acting, nobody_acts
from applinks.people.person import FindPerson, KnowsPeople, People, Person, SignIn, active_person
from applinks.people.policy import Policy
from applinks.people.scopes import EVERYONE, ActingAs, MayRunAs, RunAsSetting, checked_run_as, may_run_as, run_as

__all__ = [
    "EVERYONE",
    "Acting",
    "ActingAs",
    "FindPerson",
    "KnowsPeople",
    "MayRunAs",
    "People",
    "Person",
    "Policy",
    "RunAsSetting",
    "SignIn",
    "acting",
    "active_person",
    "checked_run_as",
    "current_user",
    "may_run_as",
    "nobody_acting",
    "nobody_acts",
    "run_as",
]
