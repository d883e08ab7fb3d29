"""What the org tells of its objects: the list of them, and each one's fields as the user may see them."""

from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from simulators.salesforce.fields import COMPOUND, Field
from simulators.salesforce.filters import aggregatable, filterable, groupable
from simulators.salesforce.objects import ObjectType
from simulators.salesforce.org import Org
from simulators.web import Answer, Call

SOAP = {
    "id": "tns:ID", "reference": "tns:ID", "boolean": "xsd:boolean", "int": "xsd:int", "double": "xsd:double",
    "currency": "xsd:double", "percent": "xsd:double", "date": "xsd:date", "datetime": "xsd:dateTime",
    "address": "urn:address",
}  # fmt: skip


def answer_objects(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """All objects."""
    changed = max([org.born, *org.schema_changed.values()])
    if _unchanged_since(call, changed):
        return Answer(304)
    objects = [_summary(org, each, names["version"]) for each in org.objects.values() if org.switches.sees(each.name)]
    return Answer(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects}, _stamp(changed))


def answer_describe(org: Org, call: Call, names: dict[str, str]) -> Answer:
    """One object with its fields."""
    kind = find(org, names["object"])
    changed = org.schema_changed.get(kind.name, org.born)
    if _unchanged_since(call, changed):
        return Answer(304)
    fields = [_field(kind, each) for each in org.visible(kind)]
    whole = {
        **_summary(org, kind, names["version"]),
        "fields": fields,
        "recordTypeInfos": _record_types(org, kind),
        "childRelationships": _children(org, kind),
        "actionOverrides": [],
        "namedLayoutInfos": [],
        "supportedScopes": [{"label": "All records", "name": "everything"}],
    }
    return Answer(200, whole, _stamp(changed))


def find(org: Org, name: str) -> ObjectType:
    """The object that a path names; 404 as in Salesforce if there is none."""
    from simulators.salesforce.errors import no_such_resource

    found = org.objects.get(name.lower())
    if found is None or not org.switches.sees(found.name):
        raise no_such_resource()
    return found


def _stamp(moment: Any) -> dict[str, str]:
    return {"last-modified": format_datetime(moment, usegmt=True)}


def _unchanged_since(call: Call, changed: Any) -> bool:
    given = call.headers.get("if-modified-since")
    if given is None:
        return False
    try:
        return bool(changed <= parsedate_to_datetime(given))
    except (TypeError, ValueError):
        return False


def _summary(org: Org, kind: ObjectType, version: str) -> dict[str, Any]:
    writable = kind.writable and org.switches.writes(kind.name)
    base = f"/services/data/v{version}/sobjects/{kind.name}"
    return {
        "name": kind.name,
        "label": kind.label,
        "labelPlural": kind.plural,
        "keyPrefix": kind.prefix,
        "custom": kind.custom,
        "customSetting": False,
        "queryable": True,
        "createable": writable,
        "updateable": writable,
        "deletable": kind.deletable and writable,
        "undeletable": kind.deletable and kind.undeletable,
        "mergeable": kind.mergeable,
        "replicateable": kind.deletable,
        "retrieveable": True,
        "searchable": kind.writable,
        "triggerable": kind.writable,
        "layoutable": kind.writable,
        "activateable": False,
        "deprecatedAndHidden": False,
        "hasSubtypes": False,
        "isSubtype": False,
        "feedEnabled": False,
        "urls": {
            "sobject": base,
            "describe": f"{base}/describe",
            "rowTemplate": base + "/{ID}",
        },
    }


def _field(kind: ObjectType, field: Field) -> dict[str, Any]:
    plain = field.type not in COMPOUND
    return {
        "name": field.name,
        "label": field.label,
        "type": field.type,
        "length": field.length,
        "byteLength": field.length * 3,
        "precision": field.precision,
        "scale": field.scale,
        "digits": 8 if field.type == "int" else 0,
        "nillable": not field.required and field.type not in ("boolean", "id") and not _always_set(field),
        "createable": field.createable,
        "updateable": field.updateable,
        "defaultedOnCreate": field.defaulted,
        "defaultValue": field.default,
        "calculated": field.formula is not None,
        "calculatedFormula": field.formula,
        "autoNumber": field.auto_number,
        "externalId": field.external_id,
        "idLookup": field.id_lookup,
        "unique": field.unique,
        "caseSensitive": field.case_sensitive,
        "custom": field.custom,
        "compoundFieldName": field.compound,
        "referenceTo": list(field.refers_to),
        "relationshipName": field.relationship,
        "relationshipOrder": None,
        "polymorphicForeignKey": field.polymorphic,
        "namePointing": field.polymorphic,
        "nameField": field.name == kind.name_field,
        "picklistValues": [
            {"value": each, "label": each, "active": True, "defaultValue": each == field.default, "validFor": None}
            for each in field.picklist
        ],
        "restrictedPicklist": field.restricted,
        "dependentPicklist": False,
        "controllerName": None,
        "encrypted": False,
        "filterable": filterable(field),
        "sortable": filterable(field) and field.type != "multipicklist",
        "groupable": groupable(field),
        "aggregatable": aggregatable(field),
        "queryByDistance": field.type == "address",
        "permissionable": not field.required and not _always_set(field) and plain,
        "deprecatedAndHidden": False,
        "cascadeDelete": field.on_delete == "cascade",
        "restrictedDelete": field.on_delete == "restrict",
        "htmlFormatted": False,
        "inlineHelpText": None,
        "extraTypeInfo": "plaintextarea" if field.type == "textarea" else None,
        "mask": None,
        "maskType": None,
        "soapType": SOAP.get(field.type, "xsd:string"),
    }


def _always_set(field: Field) -> bool:
    """Whether the org itself fills the field of every record."""
    return (field.defaulted and not field.updateable) or field.name == "OwnerId"


def _record_types(org: Org, kind: ObjectType) -> list[dict[str, Any]]:
    own = [row for row in org.tables["RecordType"].values() if row["SobjectType"] == kind.name]
    types = [(str(row["Id"]), str(row["DeveloperName"]), str(row["Name"]), False) for row in own]
    return [
        {
            "recordTypeId": record_id,
            "developerName": developer_name,
            "name": name,
            "active": True,
            "available": True,
            "master": is_master,
            "defaultRecordTypeMapping": is_master,
            "urls": {},
        }
        for record_id, developer_name, name, is_master in [*types, ("012000000000000AAA", "Master", "Master", True)]
    ]


def _children(org: Org, kind: ObjectType) -> list[dict[str, Any]]:
    return [
        {
            "childSObject": child.name,
            "field": field.name,
            "relationshipName": field.children,
            "cascadeDelete": field.on_delete == "cascade",
            "restrictedDelete": field.on_delete == "restrict",
            "deprecatedAndHidden": False,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
        }
        for child in org.objects.values()
        for field in child.fields
        if kind.name in field.refers_to
    ]
