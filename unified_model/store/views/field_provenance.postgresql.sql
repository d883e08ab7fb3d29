-- Where each golden value came from: the winning source record, the rule that chose it, and since when it holds.
select
    p.customer_id,
    e.key as field,
    case e.key
        when 'display_name' then p.display_name
        when 'prefix' then p.prefix
        when 'given_name' then p.given_name
        when 'middle_name' then p.middle_name
        when 'family_name' then p.family_name
        when 'suffix' then p.suffix
        when 'job_title' then p.job_title
        when 'department' then p.department
        when 'company' then p.company
        when 'birth_date' then p.birth_date
        when 'language' then p.language
        when 'website' then p.website
        when 'email' then p.email
        when 'phone' then p.phone
        when 'street' then p.street
        when 'locality' then p.locality
        when 'region' then p.region
        when 'postal_code' then p.postal_code
        when 'country' then p.country
        when 'lifecycle' then p.lifecycle
        when 'owner' then p.owner
        when 'created_at' then to_char(p.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        when 'modified_at' then to_char(p.modified_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        -- PostgreSQL can't take a JSON text apart that holds an escaped NUL
        when 'custom.' || substr(e.key, 8)
            then case when position('\u0000' in p.custom::text) = 0 then p.custom ->> substr(e.key, 8) end
        when 'external_ids.' || substr(e.key, 14)
            then case when position('\u0000' in p.external_ids::text) = 0 then p.external_ids ->> substr(e.key, 14) end
    end as value,
    s.label as source,
    p.provenance -> 'records' -> (e.value ->> 0)::int ->> 1 as object,
    p.provenance -> 'records' -> (e.value ->> 0)::int ->> 2 as record_id,
    e.value ->> 1 as rule,
    (e.value ->> 2)::timestamptz as since
from person p
cross join lateral json_each(p.provenance -> 'fields') e
left join source s on s.installation = p.provenance -> 'records' -> (e.value ->> 0)::int ->> 0
union all
select
    o.customer_id,
    e.key as field,
    case e.key
        when 'display_name' then o.display_name
        when 'name' then o.name
        when 'domain' then o.domain
        when 'website' then o.website
        when 'industry' then o.industry
        when 'employees' then o.employees
        when 'registration_id' then o.registration_id
        when 'email' then o.email
        when 'phone' then o.phone
        when 'street' then o.street
        when 'locality' then o.locality
        when 'region' then o.region
        when 'postal_code' then o.postal_code
        when 'country' then o.country
        when 'lifecycle' then o.lifecycle
        when 'owner' then o.owner
        when 'created_at' then to_char(o.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        when 'modified_at' then to_char(o.modified_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        -- PostgreSQL can't take a JSON text apart that holds an escaped NUL
        when 'custom.' || substr(e.key, 8)
            then case when position('\u0000' in o.custom::text) = 0 then o.custom ->> substr(e.key, 8) end
        when 'external_ids.' || substr(e.key, 14)
            then case when position('\u0000' in o.external_ids::text) = 0 then o.external_ids ->> substr(e.key, 14) end
    end as value,
    s.label as source,
    o.provenance -> 'records' -> (e.value ->> 0)::int ->> 1 as object,
    o.provenance -> 'records' -> (e.value ->> 0)::int ->> 2 as record_id,
    e.value ->> 1 as rule,
    (e.value ->> 2)::timestamptz as since
from organization o
cross join lateral json_each(o.provenance -> 'fields') e
left join source s on s.installation = o.provenance -> 'records' -> (e.value ->> 0)::int ->> 0
