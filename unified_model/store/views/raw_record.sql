-- The newest raw copy of every source record; a deleted one keeps its last payload.
select
    s.label as source,
    r.object,
    r.record_id,
    coalesce(
        r.payload,
        v.payload,
        (
            select p.payload
            from source_record_version p
            where p.record = r.id and p.payload is not null
            order by p.version desc
            limit 1
        )
    ) as payload,
    r.modified_at,
    r.deleted_at,
    case when r.deleted_at is not null then r.erased_at end as erased_at,
    a.survivor_record_id as merged_into
from source_record r
join source s on s.id = r.source_id
left join source_record_version v on v.record = r.id and v.version = r.version
left join record_alias a
    on a.source_id = r.source_id and a.object = r.object and a.record_id = r.record_id
where not r.implied
