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
        when 'created_at' then p.created_at
        when 'modified_at' then p.modified_at
        else coalesce(
            (select j.value from json_each(p.custom) j where j.key = substr(e.key, 8)),
            (select j.value from json_each(p.external_ids) j where j.key = substr(e.key, 14))
        )
    end as value,
    s.label as source,
    json_extract(p.provenance, '$.records[' || json_extract(e.value, '$[0]') || '][1]') as object,
    json_extract(p.provenance, '$.records[' || json_extract(e.value, '$[0]') || '][2]') as record_id,
    json_extract(e.value, '$[1]') as rule,
    json_extract(e.value, '$[2]') as since
from person p
cross join json_each(p.provenance, '$.fields') e
left join source s on s.installation = json_extract(p.provenance, '$.records[' || json_extract(e.value, '$[0]') || '][0]')
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
        when 'created_at' then o.created_at
        when 'modified_at' then o.modified_at
        else coalesce(
            (select j.value from json_each(o.custom) j where j.key = substr(e.key, 8)),
            (select j.value from json_each(o.external_ids) j where j.key = substr(e.key, 14))
        )
    end as value,
    s.label as source,
    json_extract(o.provenance, '$.records[' || json_extract(e.value, '$[0]') || '][1]') as object,
    json_extract(o.provenance, '$.records[' || json_extract(e.value, '$[0]') || '][2]') as record_id,
    json_extract(e.value, '$[1]') as rule,
    json_extract(e.value, '$[2]') as since
from organization o
cross join json_each(o.provenance, '$.fields') e
left join source s on s.installation = json_extract(o.provenance, '$.records[' || json_extract(e.value, '$[0]') || '][0]')
