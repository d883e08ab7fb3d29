"""Which source records are one customer: normalise, block, weigh, link, cluster."""
