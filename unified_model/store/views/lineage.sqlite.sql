-- What became of customer ids, in the order it happened; a split into three is two rows of one number.
select
    c.seq,
    c.at,
    c.kind as event,
    c.customer_id,
    o.value as other_id,
    c.cause
from change c
left join json_each(case when c.kind in ('merged', 'split') then c.after end, '$.into') o
where c.kind <> 'updated'
