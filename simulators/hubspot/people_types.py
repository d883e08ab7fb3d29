"""Contacts, companies and leads: the properties that this portal has of them."""

from simulators.hubspot.object_type import ObjectType, choice, day, flag, key, make_type, moment, number, text

LIFECYCLE_STAGES = (
    "subscriber:Subscriber|lead:Lead|marketingqualifiedlead:Marketing Qualified Lead|"
    "salesqualifiedlead:Sales Qualified Lead|opportunity:Opportunity|customer:Customer|evangelist:Evangelist|"
    "other:Other"
)
LEAD_STATUS = "NEW|OPEN|IN_PROGRESS|OPEN_DEAL|UNQUALIFIED|ATTEMPTED_TO_CONTACT|CONNECTED|BAD_TIMING"
INDUSTRIES = "BANKING|BIOTECHNOLOGY|COMPUTER_SOFTWARE|CONSTRUCTION|EDUCATION_MANAGEMENT|HOSPITAL_HEALTH_CARE|INSURANCE"


def _stage_dates() -> tuple:  # type: ignore[type-arg]
    stages = [each.partition(":") for each in LIFECYCLE_STAGES.split("|")]
    return tuple(
        moment(f"hs_lifecyclestage_{value}_date", f"Became a {label} date", read_only=True)
        for value, _, label in stages
    )


CONTACTS = make_type(
    ObjectType(
        "contacts", "contact", "0-1", "Contact", "Contacts",
        modified="lastmodifieddate", display="email", mergeable=True,
        searched=("firstname", "lastname", "email", "phone", "hs_additional_emails", "fax", "mobilephone", "company"),
        defaults=("email", "firstname", "lastname"),
    ),
    text("email", "Email", form_field=True),
    text("hs_additional_emails", "Additional email addresses", "checkbox", type="enumeration"),
    text("work_email", "Work email"),
    text("firstname", "First Name", form_field=True),
    text("lastname", "Last Name", form_field=True),
    text("salutation", "Salutation"),
    text("jobtitle", "Job Title", form_field=True),
    text("phone", "Phone Number", "phonenumber", form_field=True),
    text("mobilephone", "Mobile Phone Number", "phonenumber", form_field=True),
    text("fax", "Fax Number"),
    text("company", "Company Name", form_field=True),
    text("website", "Website URL", form_field=True),
    text("address", "Street Address", form_field=True),
    text("city", "City", form_field=True),
    text("state", "State/Region", form_field=True),
    text("zip", "Postal Code", form_field=True),
    text("country", "Country/Region", form_field=True),
    day("date_of_birth", "Date of birth"),
    choice("hs_language", "Preferred language", "en:English|de:German|fr:French|es:Spanish|it:Italian"),
    choice("lifecyclestage", "Lifecycle Stage", LIFECYCLE_STAGES, "radio"),
    choice("hs_lead_status", "Lead Status", LEAD_STATUS, "radio"),
    choice("hs_marketable_status", "Marketing contact status", "true:Marketing contact|false:Non-marketing contact"),
    choice("interests", "Interests", "newsletter|webinars|events|product_news", "checkbox", own=False),
    flag("hs_email_optout", "Unsubscribed from all email", read_only=True),
    text("hs_email_domain", "Email Domain", "calculation_equation", calculated=True, read_only=True),
    number("hubspotscore", "HubSpot Score", calculated=True, read_only=True),
    number("num_associated_deals", "Number of Associated Deals", calculated=True, read_only=True),
    number("associatedcompanyid", "Primary Associated Company ID"),
    text("hs_calculated_merged_vids", "Merged vids with timestamps", calculated=True, read_only=True),
    moment("notes_last_contacted", "Last Contacted", calculated=True, read_only=True),
    text("salesforcecontactid", "Salesforce Contact ID", own=False),
    text("salesforceleadid", "Salesforce Lead ID", own=False),
    text("salesforceaccountid", "Salesforce Account ID", own=False),
    key("customer_number", "Customer number"),
    *_stage_dates(),
)  # fmt: skip

COMPANIES = make_type(
    ObjectType(
        "companies", "company", "0-2", "Company", "Companies", mergeable=True,
        searched=("name", "domain", "phone", "website"), defaults=("name", "domain"),
    ),
    text("name", "Company name", form_field=True),
    text("domain", "Company Domain Name"),
    text("website", "Website URL"),
    text("phone", "Phone Number", "phonenumber"),
    text("address", "Street Address"),
    text("city", "City"),
    text("state", "State/Region"),
    text("zip", "Postal Code"),
    text("country", "Country/Region"),
    text("description", "Description", "textarea"),
    choice("industry", "Industry", INDUSTRIES),
    choice("type", "Type", "PROSPECT|PARTNER|RESELLER|VENDOR|OTHER"),
    number("numberofemployees", "Number of Employees"),
    number("annualrevenue", "Annual Revenue"),
    number("founded_year", "Year Founded", type="string"),
    choice("lifecyclestage", "Lifecycle Stage", LIFECYCLE_STAGES, "radio"),
    choice("hs_lead_status", "Lead Status", LEAD_STATUS, "radio"),
    number("hs_parent_company_id", "Parent Company", calculated=True, read_only=True),
    number("num_associated_contacts", "Number of Associated Contacts", calculated=True, read_only=True),
    number("num_associated_deals", "Number of Associated Deals", calculated=True, read_only=True),
    text("hs_additional_domains", "Additional Domains", "checkbox", type="enumeration", read_only=True),
    text("salesforceaccountid", "Salesforce Account ID", own=False),
    key("customer_number", "Customer number"),
    *_stage_dates(),
)  # fmt: skip

LEADS = make_type(
    ObjectType(
        "leads", "lead", "0-136", "Lead", "Leads", created="hs_createdate", display="hs_lead_name",
        required=("hs_lead_name",), searched=("hs_lead_name",), defaults=("hs_lead_name",),
    ),
    text("hs_lead_name", "Lead Name"),
    choice("hs_lead_label", "Lead Label", "HOT|WARM|COLD"),
    choice("hs_lead_type", "Lead Type", "NEW_BUSINESS|UPSELL|RE_ATTEMPTING"),
    text("hs_pipeline", "Pipeline", "select", type="enumeration", external=True),
    text("hs_pipeline_stage", "Pipeline stage", "select", type="enumeration", external=True),
)  # fmt: skip
