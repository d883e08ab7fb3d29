-- An id belongs to the customer that holds its anchor record; a vendor's merge moves the anchor to the survivor.
select
    l.customer_id as alias,
    coalesce(moved.customer_id, held.customer_id) as customer_id,
    l.issued_at
from id_ledger l
left join membership held on held.record = l.anchor
left join source_record r on r.id = l.anchor
left join record_alias a
    on a.source_id = r.source_id and a.object = r.object and a.record_id = r.record_id
left join source_record survivor
    on survivor.source_id = a.source_id
    and survivor.object = a.survivor_object
    and survivor.record_id = a.survivor_record_id
left join membership moved on moved.record = survivor.id
