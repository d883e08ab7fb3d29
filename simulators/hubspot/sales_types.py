"""Deals, tickets, products, line items, quotes and the portal's custom object."""

from simulators.hubspot.object_type import ObjectType, choice, day, flag, key, make_type, moment, number, text

DEALS = make_type(
    ObjectType(
        "deals", "deal", "0-3", "Deal", "Deals", display="dealname", required=("dealname",), mergeable=True,
        searched=("dealname", "pipeline", "dealstage", "description", "dealtype"),
        defaults=("dealname", "amount", "closedate", "dealstage", "pipeline"),
    ),
    text("dealname", "Deal Name"),
    number("amount", "Amount"),
    text("pipeline", "Pipeline", "select", type="enumeration", external=True),
    text("dealstage", "Deal Stage", "radio", type="enumeration", external=True),
    moment("closedate", "Close Date"),
    choice("dealtype", "Deal Type", "newbusiness:New Business|existingbusiness:Existing Business", "radio"),
    choice("deal_currency_code", "Currency", "EUR:EUR|USD:USD|GBP:GBP"),
    text("description", "Deal Description", "textarea"),
    choice("hs_priority", "Priority", "low|medium|high"),
    number("hs_amount_in_home_currency", "Amount in company currency", calculated=True, read_only=True),
    flag("hs_is_closed", "Is Deal Closed?", calculated=True, read_only=True),
    flag("hs_is_closed_won", "Is Closed Won", calculated=True, read_only=True),
    number("num_associated_contacts", "Number of Associated Contacts", calculated=True, read_only=True),
    key("contract_number", "Contract number"),
)  # fmt: skip

TICKETS = make_type(
    ObjectType(
        "tickets", "ticket", "0-5", "Ticket", "Tickets", display="subject", required=("subject",), mergeable=True,
        searched=("subject", "content", "hs_pipeline_stage", "hs_ticket_category"),
        defaults=("subject", "content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_priority"),
    ),
    text("subject", "Ticket name"),
    text("content", "Ticket description", "textarea"),
    text("hs_pipeline", "Pipeline", "select", type="enumeration", external=True),
    text("hs_pipeline_stage", "Ticket status", "select", type="enumeration", external=True),
    choice("hs_ticket_priority", "Priority", "LOW|MEDIUM|HIGH|URGENT"),
    choice("hs_ticket_category", "Category", "PRODUCT_ISSUE|BILLING_ISSUE|FEATURE_REQUEST|GENERAL_INQUIRY", "checkbox"),
    moment("closed_date", "Close date", read_only=True),
)  # fmt: skip

PRODUCTS = make_type(
    ObjectType(
        "products", "product", "0-7", "Product", "Products", required=("name",),
        searched=("name", "price", "description", "hs_sku"), defaults=("name", "description", "price"),
    ),
    text("name", "Name"),
    text("description", "Product description", "textarea"),
    number("price", "Unit price"),
    text("hs_sku", "SKU"),
    number("hs_cost_of_goods_sold", "Unit cost"),
    text("hs_recurring_billing_period", "Term"),
)  # fmt: skip

LINE_ITEMS = make_type(
    ObjectType(
        "line_items", "line_item", "0-8", "Line item", "Line items", searched=("name",),
        defaults=("hs_product_id", "quantity", "name", "price", "amount"),
    ),
    text("name", "Name"),
    number("hs_product_id", "Product ID"),
    number("quantity", "Quantity"),
    number("price", "Unit price"),
    number("discount", "Unit discount"),
    number("amount", "Net price", calculated=True, read_only=True),
    text("hs_recurring_billing_period", "Term"),
    text("hs_line_item_currency_code", "Currency"),
)  # fmt: skip

QUOTES = make_type(
    ObjectType(
        "quotes", "quote", "0-14", "Quote", "Quotes", created="hs_createdate", display="hs_title",
        required=("hs_title", "hs_expiration_date"), searched=("hs_title", "hs_quote_number"),
        defaults=("hs_title", "hs_status", "hs_expiration_date"),
    ),
    text("hs_title", "Quote Title"),
    text("hs_quote_number", "Reference number"),
    choice("hs_status", "Quote Status", "DRAFT|APPROVAL_NOT_NEEDED|PENDING_APPROVAL|APPROVED|REJECTED"),
    day("hs_expiration_date", "Expiration Date"),
    number("hs_quote_amount", "Quote amount", calculated=True, read_only=True),
    text("hs_currency", "Currency"),
)  # fmt: skip

MACHINES = make_type(
    ObjectType(
        "machines", "machine", "2-3310042", "Machine", "Machines", created="hs_createdate", display="serial_number",
        required=("serial_number",), searched=("serial_number", "model"), defaults=("serial_number",), custom=True,
        mergeable=True,
    ),
    text("serial_number", "Serial number", own=False, unique=True),
    text("model", "Model", own=False),
    day("installed_on", "Installed on", own=False),
    number("operating_hours", "Operating hours", own=False),
    choice("condition", "Condition", "good|worn|broken", own=False),
    text("hs_pipeline", "Pipeline", "select", type="enumeration", external=True),
    text("hs_pipeline_stage", "Pipeline stage", "select", type="enumeration", external=True),
)  # fmt: skip
"""The customer's own type of object."""
