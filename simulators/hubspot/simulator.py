"""The portal as a whole: which path leads where, and the one gate that every request passes."""

import time
import uuid
from collections.abc import Callable
from dataclasses import replace

from simulators.clock import Clock
from simulators.faults import Fault, Faults, Profile
from simulators.hubspot import (
    association_batches,
    associations,
    batch,
    deleting,
    faces,
    labels,
    merging,
    records,
    search,
)
from simulators.hubspot.admin import answer_admin
from simulators.hubspot.errors import Refusal, no_such_path
from simulators.hubspot.gate import Gate
from simulators.hubspot.portal import Portal
from simulators.hubspot.rows import PERSON
from simulators.hubspot.versions import find_version
from simulators.web import Answer, Call, Routes

LONGEST_TARGET = 16_384
"""Characters of path and query."""
FACES = (batch, search, merging, deleting, records, associations, association_batches, labels, faces)
"""Modules with ROUTES; where patterns overlap, the earlier wins."""


class HubSpot:
    """A simulated portal that answers requests."""

    def __init__(
        self,
        clock: Clock,
        seed: int,
        profile: Profile,
        address: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.clock = clock
        self.faults = Faults(profile, seed)
        self.portal = Portal(clock, seed, self.faults, address)
        self.gate = Gate(self.portal, monotonic)
        self._routes: Routes[Portal] = Routes()
        for face in FACES:
            for method, pattern, handler in face.ROUTES:
                self._routes.add(method, pattern, handler)

    def answer(self, call: Call) -> Answer:
        """Answer one request."""
        self.portal.version, self.portal.scopes = "", None
        self.portal.settle()
        if call.path.startswith("/__admin/"):
            with self.portal.acting(PERSON):
                return answer_admin(self.portal, self.gate, call)
        found = find_version(call.method, call.path)
        path, version = (call.path, "") if found is None else (found.path, found.version)
        self.portal.version = version
        try:
            answer = self._answer(call, path, version)
        except Refusal as refusal:
            answer = refusal.answer()
        finally:
            self.portal.lock_next_row = self.portal.refuse_next_row = False
        told = answer.content.get("correlationId") if isinstance(answer.content, dict) else None
        known = {
            "x-hubspot-correlation-id": told or str(uuid.uuid4()),
            **answer.headers,
            **self.gate.headers(call, path),
        }
        return self.gate.spoil(replace(answer, headers=known))

    def refuse(self, fault: Fault, call: Call) -> Answer | None:
        """The answer in which a fault shows, or None after the state has changed."""
        return self.gate.refuse(fault, call)

    def _answer(self, call: Call, path: str, version: str) -> Answer:
        if len(call.target) > LONGEST_TARGET:
            page = b"<html><head><title>414 Request-URI Too Large</title></head></html>"
            return Answer(414, page, {"content-type": "text/html"})
        open_answer = self.gate.answer(call, path, version)
        if open_answer is not None:
            return open_answer
        self.gate.enter(call, path, version)
        unversioned = replace(call, path=path)
        found = self._routes.find(unversioned)
        if found is None:
            if self._routes.methods(path):
                return Answer(405, {"status": "error", "message": "HTTP 405 Method Not Allowed"})
            return no_such_path()
        handler, names = found
        return handler(self.portal, call, names | {"version": version})
