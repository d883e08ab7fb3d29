-- One row a customer: golden values, every way to reach it, its employer, the systems that know it.
select
    c.id as customer_id,
    c.kind,
    c.state,
    coalesce(p.display_name, o.display_name) as display_name,
    p.given_name,
    p.family_name,
    p.job_title,
    p.department,
    coalesce(p.company, o.name) as company,
    (
        -- The company its own records name, first the one whose name won.
        select om.customer_id
        from person pn
        join membership pm on pm.customer_id = pn.customer_id
        join source_record r on r.id = pm.record and r.deleted_at is null
        join source s on s.id = r.source_id
        join affiliation a on a.record = pm.record
        join membership om on om.record = a.organization
        where pn.customer_id = c.id
        order by
            case when a.name = pn.company then 0 else 1 end,
            case when a.until is null then 0 else 1 end,
            a.position,
            s.installation,
            r.object,
            r.record_id
        limit 1
    ) as employer_id,
    o.domain,
    coalesce(p.website, o.website) as website,
    o.industry,
    o.employees,
    o.registration_id,
    coalesce(p.email, o.email) as email,
    array_to_json(array(
        select t.canonical as value
        from customer_contact_point t
        where t.customer_id = c.id and t.kind = 'email'
        order by t.rank, t.canonical
    )) as emails,
    coalesce(p.phone, o.phone) as phone,
    array_to_json(array(
        select t.canonical as value
        from customer_contact_point t
        where t.customer_id = c.id and t.kind = 'phone'
        order by t.rank, t.canonical
    )) as phones,
    coalesce(p.street, o.street) as street,
    coalesce(p.locality, o.locality) as locality,
    coalesce(p.region, o.region) as region,
    coalesce(p.postal_code, o.postal_code) as postal_code,
    coalesce(p.country, o.country) as country,
    p.language,
    p.birth_date,
    coalesce(p.lifecycle, o.lifecycle) as lifecycle,
    coalesce(p.owner, o.owner) as owner,
    array_to_json(array(
        select distinct s.label as value
        from membership m
        join source_record r on r.id = m.record
        join source s on s.id = r.source_id
        where m.customer_id = c.id and r.deleted_at is null
        order by 1
    )) as sources,
    c.sources as source_count,
    c.records as record_count,
    coalesce(p.created_at, o.created_at) as created_at,
    coalesce(p.modified_at, o.modified_at) as modified_at
from customer c
left join person p on p.customer_id = c.id
left join organization o on o.customer_id = c.id
