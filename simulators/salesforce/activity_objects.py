"""Objects about work with customers: cases, tasks and events. Who and what an activity is about has many types."""

from simulators.salesforce.fields import Field, choice, flag, link, long_text, number, system, text
from simulators.salesforce.object_type import (
    CURRENCY,
    ID,
    IS_DELETED,
    OWNER,
    OWNER_OR_QUEUE,
    STAMPS,
    ObjectType,
    master,
    shown_link,
)

CASE = ObjectType(
    "Case", "Case", "Cases", "500",
    (
        ID, IS_DELETED, master("Case"),
        system("CaseNumber", "string", "Case Number", length=30, auto_number=True, id_lookup=True),
        link("ContactId", "Contact", "Contact", children="Cases"),
        link("AccountId", "Account", "Account", on_delete="cascade", children="Cases"),
        link("ParentId", "Parent Case", "Case", children="Cases"),
        text("SuppliedName", "Web Name", 80),
        text("SuppliedEmail", "Web Email", 80, type="email"),
        choice("Type", "Case Type", "Question|Problem|Request"),
        choice("Status", "Status", "New|Working|Escalated|Closed", default="New", defaulted=True),
        choice("Reason", "Case Reason", "Installation|Performance|Billing|Other"),
        choice("Origin", "Case Origin", "Phone|Email|Web"),
        text("Subject", "Subject"),
        choice("Priority", "Priority", "High|Medium|Low", default="Medium", defaulted=True),
        long_text("Description", "Description"),
        system("IsClosed", "boolean", "Closed", default=False),
        system("ClosedDate", "datetime", "Closed Date", defaulted=False),
        flag("IsEscalated", "Escalated"),
        *CURRENCY, OWNER_OR_QUEUE, *STAMPS,
    ),
    name_field="CaseNumber",
)  # fmt: skip

ABOUT = ("Account", "Campaign", "Case", "Opportunity", "Product2", "Subscription__c")


def _about(plural: str) -> tuple[Field, ...]:
    return (
        link("WhoId", "Name", "Contact", "Lead", children=plural),
        link("WhatId", "Related To", *ABOUT, on_delete="cascade", children=plural),
        shown_link("AccountId", "Account", "Account"),
        text("Subject", "Subject", 255, type="combobox", picklist=("Call", "Send Letter", "Send Quote", "Other")),
        long_text("Description", "Description"),
        system("IsArchived", "boolean", "Archived", default=False),
    )


TASK = ObjectType(
    "Task", "Task", "Tasks", "00T",
    (
        ID, IS_DELETED, *_about("Tasks"),
        Field("ActivityDate", "date", "Due Date Only"),
        choice("Status", "Status", "Not Started|In Progress|Completed|Deferred", default="Not Started", defaulted=True),
        choice("Priority", "Priority", "High|Normal|Low", default="Normal", defaulted=True),
        system("IsHighPriority", "boolean", "High Priority", default=False),
        system("IsClosed", "boolean", "Closed", default=False),
        system("CompletedDateTime", "datetime", "Completed Date", defaulted=False),
        choice("TaskSubtype", "Task Subtype", "Task|Email|Call", default="Task", defaulted=True, updateable=False),
        number("CallDurationInSeconds", "Call Duration", "int"),
        choice("CallType", "Call Type", "Internal|Inbound|Outbound"),
        *CURRENCY, OWNER_OR_QUEUE, *STAMPS,
    ),
    name_field=None,
)  # fmt: skip

EVENT = ObjectType(
    "Event", "Event", "Events", "00U",
    (
        ID, IS_DELETED, *_about("Events"),
        text("Location", "Location", 255),
        flag("IsAllDayEvent", "All-Day Event"),
        Field("StartDateTime", "datetime", "Start Date Time"),
        Field("EndDateTime", "datetime", "End Date Time"),
        Field("ActivityDate", "date", "Due Date Only"),
        number("DurationInMinutes", "Duration", "int"),
        flag("IsPrivate", "Private"),
        choice("ShowAs", "Show Time As", "Busy|OutOfOffice|Free", default="Busy", defaulted=True),
        *CURRENCY, OWNER, *STAMPS,
    ),
    name_field=None,
)  # fmt: skip
