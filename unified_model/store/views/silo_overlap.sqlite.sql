-- How many persons each combination of source systems knows; records deleted at the source do not count.
with known as (
    select distinct
        m.customer_id,
        s.label
    from membership m
    join customer c on c.id = m.customer_id and c.kind = 'person'
    join source_record r on r.id = m.record and r.deleted_at is null
    join source s on s.id = r.source_id
),
combined as (
    select
        customer_id,
        json_group_array(label) as sources,
        count(*) as source_count
    from (select customer_id, label from known order by customer_id, label)
    group by customer_id
)
select
    sources as sources,
    source_count,
    count(*) as customers
from combined
group by sources, source_count
