"""Three small applications that are linked with one another: a tracker, a wiki and a forge.

They use the front door of `applinks` only, exactly as your own application would, so read them as examples; the calls over
links stand in `tracker/links.py`, `wiki/links.py` and `forge/links.py`.
"""

from applinks.demo.story import tell

__all__ = ["tell"]
