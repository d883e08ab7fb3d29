-- What became of customer ids, in the order it happened; a split into three is two rows of one number.
select
    c.seq,
    c.at,
    c.kind as event,
    c.customer_id,
    o.value as other_id,
    c.cause
from change c
left join lateral json_array_elements_text(case when c.kind in ('merged', 'split') then c.after -> 'into' end) o on true
where c.kind <> 'updated'
