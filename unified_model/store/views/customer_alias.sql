-- An id belongs to the customer that holds its anchor record, also when the vendor has merged that record into another:
-- it stays a member, beside its survivor unless a person said that they differ.
select
    l.customer_id as alias,
    held.customer_id,
    l.issued_at
from id_ledger l
left join membership held on held.record = l.anchor
