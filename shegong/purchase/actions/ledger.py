"""Booking money. Every function books one entry with its lines, checks it under the database's own locks, writes one
journal row, and is safe to repeat under the same `key`: the entry booked before is returned, other content is refused
(409).

For whoever reserves, commits and pays (amounts are Decimals in yuan, at most two decimals; `hub` is the county hub whose
money it is; `by` needs the city's role, or the county's for its own hub):

    reserve(fund, hub, year, amount, pays=Pays.X, subject="project:<key>", services=(), by=, at=, key=, note=)
    commit(contract, fund, hub, year, amount, pays=Pays.X, reserved_for="project:<key>" or "", services=(), by=, at=, key=)
    pay(contract, fund, hub, year, amount, gate="signature", by=, at=, key=, note=)
    release(subject, fund, hub, year, amount, stage=MoneyStage.RESERVED or COMMITTED, by=, at=, key=, note=)
    reverse(entry, reason, by=, at=, key=)

`subject_of(contract)` is what commit and pay book under ("contract:<id>"); `shegong.purchase.queries.ledger` has
`held(subject)` with what is reserved, committed and paid for it. Problems come at `amount` (insufficient, decimals,
negative), `pays`, `services`, `year` (closed, unknown), 403, 409. The database refuses the same by itself.
"""
