"""The simplest request: who am I over there?"""

import logging

from applinks import LinkedApplication
from applinks.scripts import by_hand


@by_hand()
def who_am_i(jira: LinkedApplication, log: logging.Logger) -> str:
    """Ask the tracker as whom it knows whoever runs this."""
    me = jira.get("rest/auth/1/session").json()
    log.info("Making the request as: %s", me["name"])
    return str(me["name"])
