-- Which source records belong to which customer. Companies known only because persons name them are left out.
select
    s.label as source,
    r.object,
    r.record_id,
    m.customer_id,
    r.kind,
    m.since
from membership m
join source_record r on r.id = m.record
join source s on s.id = r.source_id
where not r.implied
