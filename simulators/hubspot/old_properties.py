"""Lists of properties as the API's first versions gave them: public readers of the present objects still ask there."""

from simulators.hubspot.object_type import SHARED
from simulators.hubspot.portal import Portal
from simulators.hubspot.properties import show_property
from simulators.web import Answer, Call


def answer_list(portal: Portal, call: Call, names: dict[str, str]) -> Answer:
    """All properties that the token may see, in a bare list; of other things, such as forms, what every type has."""
    kind = portal.find_kind(names.get("type", "companies"))
    shown = list(SHARED) if kind is None else portal.visible(kind)
    return Answer(200, [{**show_property(portal, each), "deleted": False} for each in shown])


ROUTES = (("GET", "/properties/{type}/properties", answer_list), ("GET", "/companies/properties", answer_list))
"""Method, path without its version, handler."""
