"""The simplest request: who am I over there?"""

import logging

from applinks import LinkedApplication
from applinks.scripts import by_hand


@by_hand()
def who_am_i(confluence: LinkedApplication, log: logging.Logger) -> str:
    """Ask the wiki as whom it knows whoever runs this."""
    me = confluence.get("rest/api/user/current").json()
    log.info("Making the request as: %s", me["username"])
    return str(me["username"])
