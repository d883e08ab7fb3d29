"""Reads records of HubSpot with dlt's source, as omniload packs it, and prints each as a line of JSON.

    python redirected.py ADDRESS hubspot_dlt_reads:read TYPES

It is run by an interpreter that has dlt, and omniload without what that requires: its other sources stay unimported.
"""

import json
import sys
from importlib.metadata import distribution
from types import ModuleType


def read() -> None:
    package = ModuleType("omniload")
    package.__path__ = [str(distribution("omniload").locate_file("omniload"))]
    sys.modules["omniload"] = package
    from omniload.source.hubspot.adapter import hubspot  # type: ignore[import-not-found,unused-ignore]

    for kind in sys.argv[1].split(","):
        custom = kind.partition("custom:")[2] or None
        source = hubspot(api_key="hub-token", custom_object=custom).with_resources("custom" if custom else kind)
        for record in source:
            print(json.dumps({"object": custom or kind, "record": record}, default=str))
