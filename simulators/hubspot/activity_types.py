"""Calls, e-mails, meetings, notes, tasks and communications: what people did, at `hs_timestamp`."""

from simulators.hubspot.object_type import ObjectType, Property, choice, make_type, moment, number, text


def _activity(
    plural: str, singular: str, number_of_type: str, label: str, *properties: Property, display: str
) -> ObjectType:
    kind = ObjectType(
        plural, singular, number_of_type, label, f"{label}s", created="hs_createdate", display=display,
        required=("hs_timestamp",), searched=(display,), defaults=(), engagement=True,
    )  # fmt: skip
    attachments = text("hs_attachment_ids", "Attached file IDs", "checkbox", type="enumeration", external=True)
    return make_type(kind, moment("hs_timestamp", "Activity date"), attachments, *properties)


CALLS = _activity(
    "calls", "call", "0-48", "Call",
    text("hs_call_title", "Call Title"),
    text("hs_call_body", "Call notes", "html"),
    number("hs_call_duration", "Call duration"),
    choice("hs_call_direction", "Call direction", "INBOUND|OUTBOUND"),
    choice("hs_call_status", "Call status", "BUSY|CALLING_CRM_USER|CANCELED|COMPLETED|CONNECTING|FAILED|IN_PROGRESS|"
           "MISSED|NO_ANSWER|QUEUED|RINGING"),
    text("hs_call_disposition", "Call outcome"),
    text("hs_call_from_number", "From number"),
    text("hs_call_to_number", "To number"),
    display="hs_call_title",
)  # fmt: skip

EMAILS = _activity(
    "emails", "email", "0-49", "Email",
    text("hs_email_subject", "Email subject"),
    text("hs_email_text", "Email body", "textarea"),
    text("hs_email_html", "HTML Email Body", "html"),
    choice("hs_email_direction", "Email direction", "EMAIL|INCOMING_EMAIL|FORWARDED_EMAIL"),
    choice("hs_email_status", "Email send status", "SENT|BOUNCED|FAILED|SCHEDULED|SENDING"),
    text("hs_email_headers", "Email headers", "textarea"),
    display="hs_email_subject",
)  # fmt: skip

MEETINGS = _activity(
    "meetings", "meeting", "0-47", "Meeting",
    text("hs_meeting_title", "Meeting name"),
    text("hs_meeting_body", "Meeting description", "html"),
    moment("hs_meeting_start_time", "Meeting start time"),
    moment("hs_meeting_end_time", "Meeting end time"),
    choice("hs_meeting_outcome", "Meeting outcome", "SCHEDULED|COMPLETED|RESCHEDULED|NO_SHOW|CANCELED"),
    text("hs_meeting_location", "Meeting location"),
    display="hs_meeting_title",
)  # fmt: skip

NOTES = _activity("notes", "note", "0-46", "Note", text("hs_note_body", "Note body", "html"), display="hs_note_body")

TASKS = _activity(
    "tasks", "task", "0-27", "Task",
    text("hs_task_subject", "Task title"),
    text("hs_task_body", "Task notes", "html"),
    choice("hs_task_status", "Task status", "NOT_STARTED|IN_PROGRESS|COMPLETED|WAITING|DEFERRED"),
    choice("hs_task_priority", "Priority", "NONE|LOW|MEDIUM|HIGH"),
    choice("hs_task_type", "Task type", "TODO|CALL|EMAIL"),
    display="hs_task_subject",
)  # fmt: skip

COMMUNICATIONS = _activity(
    "communications", "communication", "0-18", "Communication",
    text("hs_communication_body", "Communication body", "html"),
    choice("hs_communication_channel_type", "Channel type", "WHATS_APP|LINKEDIN_MESSAGE|SMS"),
    display="hs_communication_body",
)  # fmt: skip
