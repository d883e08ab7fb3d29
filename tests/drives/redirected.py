"""Runs a Python program as it is, but for the address: what it sends to the vendor's hosts goes to a simulator.

    python redirected.py http://127.0.0.1:8100 module:function arguments...

It is run by the program's own interpreter and imports nothing of ours.
"""

import importlib
import re
import sys
from operator import attrgetter
from typing import Any

from requests.adapters import HTTPAdapter  # type: ignore[import-untyped,unused-ignore]

VENDOR = re.compile(r"https://[\w.-]+\.(salesforce|force|hubapi)\.com(?=[/?]|$)")
address, entry, *arguments = sys.argv[1:]
send = HTTPAdapter.send


def send_to_simulator(self: Any, request: Any, *given: Any, **options: Any) -> Any:
    """As `requests` sends, with the vendor's host replaced."""
    request.url = VENDOR.sub(address, request.url)
    return send(self, request, *given, **options)


HTTPAdapter.send = send_to_simulator  # type: ignore[method-assign]
module, _, function = entry.partition(":")
sys.argv = [module, *arguments]
sys.exit(attrgetter(function)(importlib.import_module(module))())
