"""What the database holds about money: entries balance and are never changed, balances follow from them and are never
negative, closed years take nothing; and who may read and book.
"""

from django.db import migrations

from shegong.kernel import wall

# Between which stages each kind of entry moves money. Reversals undo, carrying over goes through both years.
MOVES = (
    ("appropriate", "source", "appropriated"),
    ("allocate", "appropriated", "allocated"),
    ("reserve", "allocated", "reserved"),
    ("commit", "allocated", "committed"),
    ("commit", "reserved", "committed"),
    ("pay", "committed", "paid"),
    ("release", "reserved", "allocated"),
    ("release", "committed", "allocated"),
    ("transfer", "allocated", "allocated"),
    ("return", "appropriated", "returned"),
    ("return", "allocated", "returned"),
)
MOVES_LISTED = ", ".join(f"('{kind}', '{given}', '{taken}')" for kind, given, taken in MOVES)

# A wrong entry ends in an error with the name of the rule that it breaks (SQLSTATE 23514, as for check constraints).
FUNCTIONS = f"""
CREATE FUNCTION purchase_refuse(p_rule text, p_text text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', p_text USING ERRCODE = 'check_violation', CONSTRAINT = p_rule;
END $$;

-- All that must be true of the lines just written, and the balances that follow from them. Balances are locked in the
-- order of their keys, so that no two writers wait for each other.
CREATE FUNCTION purchase_post() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moved record;
BEGIN
    -- Whoever closes a year waits for these locks, and then nobody comes in any more.
    PERFORM FROM purchase_fiscalyear WHERE year IN (SELECT n.year FROM new_rows n) ORDER BY year FOR SHARE;
    IF EXISTS (SELECT FROM (SELECT DISTINCT year FROM new_rows) n LEFT JOIN purchase_fiscalyear y ON y.year = n.year
               WHERE y.year IS NULL OR y.closed_at IS NOT NULL) THEN
        PERFORM purchase_refuse('purchase_year_open', 'the year is closed or unknown');
    END IF;
    IF EXISTS (
        SELECT FROM purchase_ledgerline l JOIN purchase_ledgerentry e ON e.id = l.entry_id
        WHERE l.entry_id IN (SELECT n.entry_id FROM new_rows n)
        GROUP BY e.id, l.year
        HAVING sum(l.amount) <> 0 OR sum(l.amount) FILTER (WHERE l.amount > 0) <> e.amount
            OR (l.year <> e.year AND (e.kind <> 'carry' OR l.year <> e.year + 1))
            OR bool_or(l.fund_id <> e.fund_id OR l.booked_on <> e.booked_on
                       OR l.hub_id NOT IN (e.hub_id, coalesce(e.to_hub_id, e.hub_id)))
    ) THEN
        PERFORM purchase_refuse('purchase_entry_balances', 'the lines of an entry do not balance');
    END IF;
    IF EXISTS (
        SELECT FROM (
            SELECT e.kind, array_agg(DISTINCT n.stage) FILTER (WHERE n.amount < 0) AS given,
                   array_agg(DISTINCT n.stage) FILTER (WHERE n.amount > 0) AS taken
            FROM new_rows n JOIN purchase_ledgerentry e ON e.id = n.entry_id
            WHERE e.kind NOT IN ('reverse', 'carry') GROUP BY e.id
        ) AS m
        LEFT JOIN (VALUES {MOVES_LISTED}) AS v (kind, given, taken)
          ON v.kind = m.kind AND m.given = ARRAY[v.given]::varchar[] AND m.taken = ARRAY[v.taken]::varchar[]
        WHERE v.kind IS NULL
    ) THEN
        PERFORM purchase_refuse('purchase_entry_moves', 'no entry of this kind moves money between these stages');
    END IF;
    IF EXISTS (
        SELECT FROM new_rows n JOIN purchase_ledgerentry e ON e.id = n.entry_id AND e.reverses_id IS NOT NULL
        LEFT JOIN purchase_ledgerline o
          ON o.entry_id = e.reverses_id AND o.number = n.number AND o.fund_id = n.fund_id AND o.hub_id = n.hub_id
             AND o.year = n.year AND o.stage = n.stage AND o.subject = n.subject AND o.amount = -n.amount
        WHERE o.entry_id IS NULL
    ) THEN
        PERFORM purchase_refuse('purchase_entry_reversal', 'a reversal has the lines of its entry, turned round');
    END IF;
    FOR moved IN
        SELECT fund_id, hub_id, year, stage, sum(amount) AS amount FROM new_rows
        GROUP BY 1, 2, 3, 4 HAVING sum(amount) <> 0 ORDER BY 1, 2, 3, 4
    LOOP
        UPDATE purchase_balance b SET amount = b.amount + moved.amount
        WHERE b.fund_id = moved.fund_id AND b.hub_id = moved.hub_id AND b.year = moved.year AND b.stage = moved.stage;
        IF NOT FOUND THEN
            INSERT INTO purchase_balance (fund_id, hub_id, year, stage, amount)
            VALUES (moved.fund_id, moved.hub_id, moved.year, moved.stage, 0) ON CONFLICT DO NOTHING;
            UPDATE purchase_balance b SET amount = b.amount + moved.amount
            WHERE b.fund_id = moved.fund_id AND b.hub_id = moved.hub_id AND b.year = moved.year
              AND b.stage = moved.stage;
        END IF;
    END LOOP;
    FOR moved IN
        SELECT subject, fund_id, hub_id, year, stage, sum(amount) AS amount FROM new_rows WHERE subject <> ''
        GROUP BY 1, 2, 3, 4, 5 HAVING sum(amount) <> 0 ORDER BY 1, 2, 3, 4, 5
    LOOP
        UPDATE purchase_subjectbalance b SET amount = b.amount + moved.amount
        WHERE b.subject = moved.subject AND b.fund_id = moved.fund_id AND b.hub_id = moved.hub_id
          AND b.year = moved.year AND b.stage = moved.stage;
        IF NOT FOUND THEN
            INSERT INTO purchase_subjectbalance (subject, fund_id, hub_id, year, stage, amount)
            VALUES (moved.subject, moved.fund_id, moved.hub_id, moved.year, moved.stage, 0) ON CONFLICT DO NOTHING;
            UPDATE purchase_subjectbalance b SET amount = b.amount + moved.amount
            WHERE b.subject = moved.subject AND b.fund_id = moved.fund_id AND b.hub_id = moved.hub_id
              AND b.year = moved.year AND b.stage = moved.stage;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER purchase_post AFTER INSERT ON purchase_ledgerline REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION purchase_post();

-- At the end of the transaction: an entry has lines, and the fund may pay what is held or bought.
CREATE FUNCTION purchase_entry_is_whole() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF coalesce((SELECT sum(l.amount) FROM purchase_ledgerline l WHERE l.entry_id = NEW.id), 1) <> 0 THEN
        PERFORM purchase_refuse('purchase_entry_balances', 'an entry without lines, or out of balance');
    END IF;
    IF NEW.kind IN ('reserve', 'commit') AND NOT EXISTS (
        SELECT FROM purchase_fundrule r WHERE r.fund_id = NEW.fund_id AND r.pays = NEW.pays
        AND r.since <= NEW.booked_on AND (r.until IS NULL OR r.until > NEW.booked_on)
    ) THEN
        PERFORM purchase_refuse('purchase_entry_pays', 'the fund may not pay this');
    END IF;
    IF NEW.kind = 'reverse' AND (SELECT e.kind FROM purchase_ledgerentry e WHERE e.id = NEW.reverses_id)
       IN ('reverse', 'carry') THEN
        PERFORM purchase_refuse('purchase_entry_reversal', 'reversals and year-end entries are not reversed');
    END IF;
    IF NEW.kind = 'reverse' AND (SELECT count(*) FROM purchase_ledgerline l WHERE l.entry_id = NEW.id)
       <> (SELECT count(*) FROM purchase_ledgerline l WHERE l.entry_id = NEW.reverses_id) THEN
        PERFORM purchase_refuse('purchase_entry_reversal', 'a reversal undoes the whole of its entry');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER purchase_entry_is_whole AFTER INSERT ON purchase_ledgerentry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION purchase_entry_is_whole();

CREATE FUNCTION purchase_never_rewritten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM purchase_refuse('purchase_history', 'the ledger is only ever added to');
    RETURN NULL;
END $$;
CREATE TRIGGER purchase_never_rewritten BEFORE UPDATE OR DELETE ON purchase_ledgerentry
FOR EACH ROW EXECUTE FUNCTION purchase_never_rewritten();
CREATE TRIGGER purchase_never_rewritten BEFORE UPDATE OR DELETE ON purchase_ledgerline
FOR EACH ROW EXECUTE FUNCTION purchase_never_rewritten();
CREATE TRIGGER purchase_never_reopened BEFORE UPDATE OR DELETE ON purchase_fiscalyear
FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION purchase_never_rewritten();
-- What is left goes to the next year before a year closes.
CREATE FUNCTION purchase_year_is_carried() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM purchase_balance b WHERE b.year = NEW.year AND b.amount <> 0
               AND b.stage IN ('appropriated', 'allocated', 'reserved', 'committed')) THEN
        PERFORM purchase_refuse('purchase_year_carried', 'there is money left in the year');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchase_year_is_carried BEFORE UPDATE ON purchase_fiscalyear
FOR EACH ROW WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL) EXECUTE FUNCTION purchase_year_is_carried();
CREATE TRIGGER purchase_decided_once BEFORE UPDATE OR DELETE ON purchase_transfer
FOR EACH ROW WHEN (OLD.state <> 'asked') EXECUTE FUNCTION purchase_never_rewritten();

-- A transfer's entry is what was approved; nobody approves by booking.
CREATE FUNCTION purchase_transfer_as_approved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM purchase_transfer t WHERE t.id = NEW.transfer_id AND t.state = 'approved'
        AND t.fund_id = NEW.fund_id AND t.year = NEW.year AND t.hub_id = NEW.hub_id AND t.to_hub_id = NEW.to_hub_id
        AND t.amount = NEW.amount
    ) THEN
        PERFORM purchase_refuse('purchase_transfer_approved', 'the transfer is not approved as booked');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER purchase_transfer_as_approved AFTER INSERT ON purchase_ledgerentry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.transfer_id IS NOT NULL)
EXECUTE FUNCTION purchase_transfer_as_approved();
"""
BEFORE = """
DROP TRIGGER purchase_transfer_as_approved ON purchase_ledgerentry;
DROP TRIGGER purchase_decided_once ON purchase_transfer;
DROP TRIGGER purchase_year_is_carried ON purchase_fiscalyear;
DROP TRIGGER purchase_never_reopened ON purchase_fiscalyear;
DROP TRIGGER purchase_never_rewritten ON purchase_ledgerline;
DROP TRIGGER purchase_never_rewritten ON purchase_ledgerentry;
DROP TRIGGER purchase_entry_is_whole ON purchase_ledgerentry;
DROP TRIGGER purchase_post ON purchase_ledgerline;
DROP FUNCTION purchase_transfer_as_approved(), purchase_year_is_carried(), purchase_never_rewritten(), purchase_entry_is_whole(), purchase_post(),
    purchase_refuse(text, text);
"""

CITY = "(SELECT wall_roles()) && '{city}'::text[]"
COUNTY = "(SELECT wall_roles()) && '{county}'::text[]"
OWN = "hub_id = ANY ((SELECT wall_hubs())::int[])"
TO_OWN = "to_hub_id = ANY ((SELECT wall_hubs())::int[])"
MINE = "made_by_id = (SELECT wall_account())"
# What an agency's contracts got: an agency reads of money only this.
ORGANISATIONS = "(SELECT wall_organisations())::bigint[]"
PAID_TO = f"contract_id IN (SELECT c.id FROM purchase_contract c WHERE c.organisation_id = ANY ({ORGANISATIONS}))"
HELD_FOR = (
    "subject IN (SELECT 'contract:' || c.id FROM purchase_contract c "
    f"WHERE c.organisation_id = ANY ({ORGANISATIONS}))"
)
COUNTY_FUND = "fund_id IN (SELECT f.id FROM purchase_fund f WHERE f.kind = 'county')"
COUNTY_KINDS = (
    "kind IN ('reserve', 'commit', 'pay', 'release', 'reverse') "
    f"OR kind IN ('appropriate', 'allocate', 'return') AND {COUNTY_FUND}"
)


def walled(table: str, rights: str) -> list[object]:
    return [wall.grant(table, rights), wall.enable(table)]


class Migration(migrations.Migration):
    dependencies = [("purchase", "0003_ledger"), ("network", "0002_scope")]
    operations = [
        migrations.RunSQL(FUNCTIONS, BEFORE),
        wall.grant("purchase_fundrule", "select, insert, update, delete"),
        *walled("purchase_fiscalyear", "select, insert, update"),
        wall.policy("purchase_fiscalyear", "everybody_reads", "wall_account() IS NOT NULL", command="SELECT"),
        wall.policy("purchase_fiscalyear", "the_city_opens", None, CITY, command="INSERT"),
        wall.policy("purchase_fiscalyear", "the_city_closes", CITY, command="UPDATE"),
        *walled("purchase_transfer", "select, insert, update"),
        wall.policy(
            "purchase_transfer", "seen_by_both_sides", f"{CITY} OR {COUNTY} AND ({OWN} OR {TO_OWN})", command="SELECT"
        ),
        wall.policy(
            "purchase_transfer",
            "asked_by_either_side",
            None,
            f"asked_by_id = (SELECT wall_account()) AND ({CITY} OR {COUNTY} AND ({OWN} OR {TO_OWN}))",
            command="INSERT",
        ),
        wall.policy("purchase_transfer", "decided_by_the_city", CITY, command="UPDATE"),
        *walled("purchase_ledgerentry", "select, insert"),
        wall.policy(
            "purchase_ledgerentry", "seen_where_it_happens",
            f"{CITY} OR {COUNTY} AND ({OWN} OR {TO_OWN}) OR {PAID_TO}", command="SELECT",
        ),
        wall.policy(
            "purchase_ledgerentry", "booked_by_the_city_or_at_home", None,
            f"{MINE} AND ({CITY} OR {COUNTY} AND {OWN} AND to_hub_id IS NULL AND ({COUNTY_KINDS}))", command="INSERT",
        ),
        *walled("purchase_ledgerline", "select, insert"),
        wall.policy(
            "purchase_ledgerline", "seen_where_it_happens", f"{CITY} OR {COUNTY} AND {OWN}", command="SELECT"
        ),
        wall.policy(
            "purchase_ledgerline", "booked_by_the_city_or_at_home", None, f"{CITY} OR {COUNTY} AND {OWN}",
            command="INSERT",
        ),
        *walled("purchase_balance", "select"),
        wall.policy("purchase_balance", "seen_at_home", f"{CITY} OR {COUNTY} AND {OWN}", command="SELECT"),
        *walled("purchase_subjectbalance", "select"),
        wall.policy(
            "purchase_subjectbalance", "seen_at_home", f"{CITY} OR {COUNTY} AND {OWN} OR {HELD_FOR}", command="SELECT"
        ),
        *[
            operation
            for table in ("purchase_treasurysheet", "purchase_treasuryrow")
            for operation in (
                *walled(table, "select, insert"),
                wall.policy(table, "at_home", f"{CITY} OR {COUNTY} AND {OWN}"),
            )
        ],
    ]
