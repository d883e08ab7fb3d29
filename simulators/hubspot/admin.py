"""The back door, `/__admin/...`: what people, time and bad luck do to the portal. Needs no sign-in, costs no quota."""

from simulators.hubspot.gate import Gate
from simulators.hubspot.portal import Portal
from simulators.web import Answer, Call


def answer_admin(portal: Portal, gate: Gate, call: Call) -> Answer:
    """Do what the last part of the path names: 200 with what came of it, 400 with a sentence."""
    return Answer(400, {"message": "there is no such event"})
