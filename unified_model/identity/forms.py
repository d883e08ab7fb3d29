"""The folded form of a record: the compact dictionary that keys, weights and explanations are made of.

A form is JSON-able, holds no raw text, and leaves absent things out. Its keys are short because millions are stored:

    person        g given word   m further given words   f family words   x suffix   han 1: in Chinese characters
                  hg, hf names that the e-mail tells and the record lacks   of another family name it tells
                  e own e-mails   r role e-mails   p phones   c company cores   d company domains
                  z post codes   t towns   s streets   b birth date   j job title
                  i identifiers `kind:value`; `=kind:value` when only the same one says anything
    organization  n core name   l legal form   d domains   p phones   e e-mails   z t s   i identifiers
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from unified_model.entities import ContactPoint, OrganizationRecord, PersonRecord
from unified_model.identity.normalise.addresses import country_code, postcode, street, town
from unified_model.identity.normalise.companies import parse_company
from unified_model.identity.normalise.dates import birth_date
from unified_model.identity.normalise.domains import company_domain
from unified_model.identity.normalise.emails import names_in, other_family_in, parse_email
from unified_model.identity.normalise.names import is_han, parse_name
from unified_model.identity.normalise.phones import parse_phone, region_hint, tells_country
from unified_model.identity.normalise.text import fold, is_placeholder
from unified_model.identity.normalise.words import word_list

NORMALISER_VERSION = "4"
"""Changes whenever a form of some record would: stored with every form it made."""

Form = dict[str, Any]


def person_form(record: PersonRecord) -> Form:
    """The folded form of a person; fills `canonical` of the record's contact points on the way."""
    form: Form = {}
    name = parse_name(record.given_name, record.middle_name, record.family_name, record.suffix, record.full_name)
    if name.given:
        form["g"] = name.given
    if name.middle:
        form["m"] = name.middle
    if name.family:
        form["f"] = name.family
    if name.suffix:
        form["x"] = name.suffix
    if is_han(record.family_name or record.full_name or record.given_name or ""):
        form["han"] = 1
    domains = _add_points(form, record.points)
    _add_names_of_emails(form)
    cores: list[str] = []
    for job in record.affiliations:
        company = parse_company(job.name) if job.name else None
        if company is not None and company.core:
            cores.append(company.core)
        elif company is not None and company.domain:
            domains.append(company.domain)
        domains += [site for site in (job.domain, job.website) if site]
    _put(form, "c", cores)
    _put_domains(form, domains)
    if record.birth_date:
        _put_one(form, "b", birth_date(record.birth_date))
    if record.job_title:
        title = fold(record.job_title)
        _put_one(form, "j", None if is_placeholder(title) else title)
    if record.external_ids:
        _put(form, "i", _identifiers(record.external_ids))
    return form


def organization_form(record: OrganizationRecord) -> Form:
    """The folded form of an organization; fills `canonical` of the record's contact points on the way."""
    form: Form = {}
    company = parse_company(record.name) if record.name else None
    if company is not None and company.core:
        form["n"] = company.core
        if company.legal:
            form["l"] = company.legal
    domains = _add_points(form, record.points)
    if company is not None and company.domain:
        domains.append(company.domain)
    domains.extend(site for site in (record.domain, record.website) if site)
    _put_domains(form, domains)
    ids = dict(record.external_ids)
    if record.registration_id:
        ids["registration"] = _TAX_COUNTRY.sub("", fold(record.registration_id).replace(" ", ""))
    _put(form, "i", _identifiers(ids))
    return form


def add_own_id(form: Form, system: str, record_id: str) -> None:
    """Put in the record's own id, as records of other systems that refer to it keep it."""
    _put(form, "i", [*form.get("i", ()), *_identifiers({system: record_id})])


def _add_points(form: Form, points: Iterable[ContactPoint]) -> list[str]:
    """Fills e-mails, phones and address parts; returns what may tell a company's domain."""
    own: list[str] = []
    roles: list[str] = []
    hosts: list[str] = []
    phones: list[ContactPoint] = []
    country: str | None = None
    for point in points:
        kind = point.kind
        if kind == "email":
            email = parse_email(point.raw)
            if email is not None:
                point.canonical = email.canonical
                (roles if email.role else own).append(email.match)
                hosts.append(email.domain)
        elif kind == "phone":
            phones.append(point)
        elif kind == "website":
            point.canonical = company_domain(point.raw)
            hosts.append(point.raw)
        else:
            country = country or _add_address(form, point)
    if phones:
        _add_phones(form, phones, country, hosts)
    if own:
        _put(form, "e", own)
    if roles:
        _put(form, "r", roles)
    return hosts


def _add_phones(form: Form, phones: Sequence[ContactPoint], country: str | None, hosts: Sequence[str]) -> None:
    hint = country
    numbers = []
    for point in phones:
        if hint is None and not tells_country(point.raw):
            hint = region_hint([point.raw for point in phones], hosts) or ""
        phone = parse_phone(point.raw, hint or None)
        if phone is not None:
            point.canonical = phone.canonical
            numbers.append(phone.match)
    _put(form, "p", numbers)


def _add_names_of_emails(form: Form) -> None:
    """What the record's own e-mails tell of names it lacks: for comparing, never for contradicting."""
    emails = form.get("e")
    if emails is None:
        return
    given, family = form.get("g", ""), form.get("f", "")
    beginning = family.replace(" ", "")[:4]
    for email in emails:
        local = email.partition("@")[0]
        if given and family and len(given) > 1:
            if beginning in local:  # its own name: no other one is looked for
                continue
            other = other_family_in(local, given, family)
            if other:
                form["of"] = other
                return
        else:
            hinted_given, hinted_family = names_in(local, given, family)
            if hinted_given or hinted_family:
                _put_one(form, "hg", hinted_given)
                _put_one(form, "hf", hinted_family)
                return


def _add_address(form: Form, point: ContactPoint) -> str | None:
    """Adds the parts of one address; returns its country's code."""
    parts: Mapping[str, str] = point.parts or {}
    get = parts.get
    kept = []
    for part, key, normalise in _ADDRESS_PARTS:
        raw = get(part)
        value = normalise(raw) if raw else None
        if value:
            kept.append(value)
            values = form.get(key)
            if values is None:
                form[key] = [value]
            elif value not in values:
                values.append(value)
    raw = get("country")
    country = country_code(raw) if raw else None
    if country:
        kept.append(country.lower())
    point.canonical = " | ".join(kept) or None
    return country


_ADDRESS_PARTS = (("street", "s", street), ("postal_code", "z", postcode), ("locality", "t", town))


_SYSTEMS = word_list("systems")
_TAX_COUNTRY = re.compile(r"^[a-z]{2,3}(?=\d{8,}$)")
"""`DE123456789` is written without its country as well."""


def _identifiers(ids: Mapping[str, str]) -> list[str]:
    folded = ((fold(kind).replace(" ", ""), fold(value).replace(" ", "")) for kind, value in sorted(ids.items()))
    return [
        f"{'=' if kind in _SYSTEMS else ''}{kind}:{value}"
        for kind, value in folded
        if not is_placeholder(value) and (len(value) < 6 or len(set(value)) > 1)
    ]


def _put_domains(form: Form, sites: Iterable[str]) -> None:
    _put(form, "d", [domain for site in sites if (domain := company_domain(site))])


def _put(form: Form, key: str, values: list[str]) -> None:
    """Each value once, in order."""
    if values:
        form[key] = values if len(values) == 1 else list(dict.fromkeys(values))


def _put_one(form: Form, key: str, value: str | None) -> None:
    if value:
        form[key] = value
