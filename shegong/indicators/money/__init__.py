"""Money followed: from a source to counties, contracts and groups served; from a payment to the work it paid for."""
