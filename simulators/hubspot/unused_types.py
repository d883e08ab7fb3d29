"""Types of object that every portal knows and this one has no records of: readers ask for all of them."""

from simulators.hubspot.object_type import ObjectType, make_type, number, text

_PLAIN = (
    ("deal_splits", "deal_split", "0-72", "Deal split"),
    ("feedback_submissions", "feedback_submission", "0-19", "Feedback submission"),
    ("goal_targets", "goal_target", "0-74", "Goal target"),
    ("invoices", "invoice", "0-53", "Invoice"),
    ("postal_mail", "postal_mail", "0-116", "Postal mail"),
    ("orders", "order", "0-123", "Order"),
    ("carts", "cart", "0-142", "Cart"),
)
UNUSED = tuple(
    make_type(
        ObjectType(plural, singular, number_of_type, label, f"{label}s", created="hs_createdate", display="hs_name"),
        text("hs_name", "Name"),
        number("hs_amount", "Amount"),
    )
    for plural, singular, number_of_type, label in _PLAIN
)
