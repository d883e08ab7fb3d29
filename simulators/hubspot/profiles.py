"""What goes wrong at HubSpot, by profile: the names are those of every simulated system, the chances its own."""

from simulators.faults import Fault, Profile

PROFILES: dict[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("calm"),
        Profile("rate_limited", {Fault.TOO_MANY_AT_ONCE: 0.1}),
        Profile(
            "flaky",
            {
                Fault.SERVER_ERROR: 0.03,
                Fault.GATEWAY: 0.02,
                Fault.RESET: 0.02,
                Fault.SLOW: 0.02,
            },
        ),
        Profile(
            "hostile",
            {
                Fault.SERVER_ERROR: 0.02,
                Fault.GATEWAY: 0.015,
                Fault.GATEWAY_AFTER: 0.015,
                Fault.RESET: 0.01,
                Fault.LOST_ANSWER: 0.02,
                Fault.TORN_BODY: 0.02,
                Fault.SLOW: 0.02,
                Fault.SESSION_EXPIRED: 0.01,
                Fault.TOO_MANY_AT_ONCE: 0.01,
                Fault.LOCKED: 0.015,
                Fault.MIGRATING: 0.002,
                Fault.ROW_REFUSED: 0.03,
                Fault.EDITED_MEANWHILE: 0.03,
            },
            latest_index_s=25,
            share_in_one_second=0.6,
            shuffles=True,
        ),
    )
}
