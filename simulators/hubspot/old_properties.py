"""Lists of properties as the API's first versions gave them: public readers of the present objects still ask there."""

from simulators.hubspot.portal import Portal
from simulators.hubspot.properties import show_property
from simulators.web import Answer, Call


def answer_list(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """All properties that the token may see, in a bare list."""
    kind = portal.kind(names.get("type", "companies"))
    return Answer(200, [{**show_property(portal, each), "deleted": False} for each in portal.visible(kind)])


ROUTES = (("GET", "/properties/{type}/properties", answer_list), ("GET", "/companies/properties", answer_list))
"""Method, path without its version, handler."""
