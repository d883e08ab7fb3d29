-- Which customer each source record belonged to, and from when until when; the present one has no end.
select s.label as source, r.object, r.record_id, h.customer_id, r.kind, h.since, h.until, h.cause
from membership_history h
join source_record r on r.id = h.record
join source s on s.id = r.source_id
where not r.implied
union all
select s.label as source, r.object, r.record_id, m.customer_id, r.kind, m.since, null as until, null as cause
from membership m
join source_record r on r.id = m.record
join source s on s.id = r.source_id
where not r.implied
