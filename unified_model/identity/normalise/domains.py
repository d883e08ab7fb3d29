"""Internet domains: the registered part of a host or address of a site, and the hosts that say nothing of a company."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from unified_model.identity.normalise.text import ascii_of, remembered
from unified_model.identity.normalise.words import word_list

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_HOST = re.compile(r"^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?)+$")

FREE_MAIL = word_list("free_mail")

_SITES_OF_ANYBODY = word_list("public_sites")


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True)


@remembered
def registered_domain(host: str) -> str | None:
    """`mail.shop.example.co.uk` -> `example.co.uk`; None for what is no public host name."""
    host = ascii_of(host).lower().strip().strip(".")
    if not _HOST.match(host):
        return None
    found = _suffixes().privatesuffix(host)
    return found if isinstance(found, str) else None


def host_of(site: str) -> str:
    """The host in an address of a site or of a mailbox, as written."""
    return _SCHEME.sub("", site.strip()).split("/", 1)[0].split("?", 1)[0].rpartition("@")[2].split(":", 1)[0]


@remembered
def company_domain(site: str) -> str | None:
    """The registered domain of a web site, host or e-mail domain when it can tell a company, else None."""
    domain = registered_domain(host_of(site))
    return None if domain is None or domain in FREE_MAIL or domain in _SITES_OF_ANYBODY else domain


@remembered
def has_known_ending(site: str) -> bool:
    """Whether a host ends as hosts do: `acme.com` does, `dr.oetker` does not."""
    host = ascii_of(host_of(site)).lower()
    return bool(_HOST.match(host)) and _suffixes().publicsuffix(host, accept_unknown=False) is not None


def domain_label(domain: str) -> str:
    """The part of a registered domain people chose: `falcon-logi.co.uk` -> `falcon logi`."""
    return domain.split(".", 1)[0].replace("-", " ").replace("_", " ")
