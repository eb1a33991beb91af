"""Who sees and writes what about gifts; and what charities, donors and the public are told of their use: sums by kind of
need and place, no finer than a county or town with more than five people, and nobody's name.
"""

from django.db import migrations

from shegong.kernel import wall

# A count as docs/adr/0004-small-cells.md shows it: none for few, else to the nearest five.
COARSE = "CASE WHEN {n} <= 5 THEN NULL ELSE greatest(round({n} / 5.0) * 5, 10)::int END"
TOLD = f"""
-- What came into drives and where it is; drafts are nobody's business.
CREATE FUNCTION linkage_drive_sums(p_drives uuid[]) RETURNS TABLE (
    drive_id uuid, gifts int, received numeric, used numeric, cost numeric, returned numeric, moved_in numeric,
    moved_out numeric, remaining numeric, lots int, people int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.id, o.gifts, o.received, coalesce(b.paid, 0) - u.cost, u.cost, coalesce(b.returned, 0), s.moved_in,
           s.moved_out, coalesce(b.held, 0), g.lots, {COARSE.format(n="u.people")}
    FROM linkage_drive d
    CROSS JOIN LATERAL (SELECT count(*)::int AS gifts, coalesce(sum(amount), 0) AS received FROM linkage_donation
                        WHERE drive_id = d.id AND state = 'received') AS o
    CROSS JOIN LATERAL (SELECT sum(amount) FILTER (WHERE stage = 'paid') AS paid,
                               sum(amount) FILTER (WHERE stage = 'returned') AS returned,
                               sum(amount) FILTER (WHERE stage = 'reserved') AS held
                        FROM purchase_subjectbalance WHERE subject = 'drive:' || d.id
                          AND stage IN ('paid', 'returned', 'reserved')) AS b
    CROSS JOIN LATERAL (SELECT coalesce(sum(amount) FILTER (WHERE recipient = 'cost'), 0) AS cost,
                               coalesce(sum(people), 0)::int AS people FROM linkage_giftuse WHERE drive_id = d.id) AS u
    CROSS JOIN LATERAL (SELECT coalesce(sum(amount) FILTER (WHERE to_drive_id = d.id), 0) AS moved_in,
                               coalesce(sum(amount) FILTER (WHERE drive_id = d.id AND kind = 'redirect'), 0) AS moved_out
                        FROM linkage_giftsettlement WHERE to_drive_id = d.id OR drive_id = d.id) AS s
    CROSS JOIN LATERAL (SELECT count(*)::int AS lots FROM linkage_giftlot WHERE drive_id = d.id) AS g
    WHERE d.id = ANY (p_drives) AND d.state NOT IN ('draft', 'called_off')
$$;

-- What a drive's gifts were used for: by kind of need and place. Where few people are behind a town it is told of the
-- county only, and where few are behind that, of the city; how many people is told coarsely, or not at all.
CREATE FUNCTION linkage_drive_uses(p_drive uuid) RETURNS TABLE (
    field_id bigint, hub_id int, town_id int, times int, people int, amount numeric)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH used AS (
        SELECT u.field_id, u.hub_id, u.town_id, count(*)::int AS times, sum(u.people)::int AS people,
               coalesce(sum(u.amount), 0) AS amount
        FROM linkage_giftuse u JOIN linkage_drive d ON d.id = u.drive_id
        WHERE u.drive_id = p_drive AND u.recipient <> 'cost' AND d.state NOT IN ('draft', 'called_off')
        GROUP BY 1, 2, 3),
    by_town AS (
        SELECT field_id, hub_id, CASE WHEN people > 5 THEN town_id END AS town_id, sum(times)::int AS times,
               sum(people)::int AS people, sum(amount) AS amount
        FROM used GROUP BY 1, 2, 3),
    by_county AS (
        SELECT field_id, CASE WHEN people > 5 THEN hub_id END AS hub_id, town_id, sum(times)::int AS times,
               sum(people)::int AS people, sum(amount) AS amount
        FROM by_town GROUP BY 1, 2, 3)
    SELECT field_id, hub_id, town_id, times, {COARSE.format(n="people")}, amount FROM by_county
$$;

-- How many of the clients who were given something have goals that were rated again, and how many came further.
CREATE FUNCTION linkage_drive_outcomes(p_drive uuid) RETURNS TABLE (helped int, rated int, improved int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH helped AS (
        SELECT DISTINCT r.client_id, r.hub_id FROM linkage_giftrecipient r
        JOIN linkage_giftuse u ON u.id = r.use_id JOIN linkage_drive d ON d.id = u.drive_id
        WHERE u.drive_id = p_drive AND r.client_id IS NOT NULL AND d.state NOT IN ('draft', 'called_off')),
    goals AS (
        SELECT h.client_id, count(*) AS times, (array_agg(t.level ORDER BY t.rated_on, t.rated_at))[1] AS first,
               (array_agg(t.level ORDER BY t.rated_on DESC, t.rated_at DESC))[1] AS last
        FROM helped h JOIN practice_case k ON k.client_id = h.client_id AND k.hub_id = h.hub_id
        JOIN practice_goalrating t ON t.case_id = k.id AND t.hub_id = k.hub_id GROUP BY h.client_id, t.goal_id),
    counted AS (
        SELECT (SELECT count(*)::int FROM helped) AS helped,
               count(DISTINCT client_id) FILTER (WHERE times > 1)::int AS rated,
               count(DISTINCT client_id) FILTER (WHERE times > 1 AND last > first)::int AS improved FROM goals)
    SELECT {COARSE.format(n="helped")}, {COARSE.format(n="rated")}, {COARSE.format(n="improved")} FROM counted
$$;

-- Whoever gave and agreed to be named.
CREATE FUNCTION linkage_named_gifts(p_drive uuid, p_most int) RETURNS TABLE (
    name text, form text, amount numeric, received_on date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.public_name, o.form, o.amount, o.received_on FROM linkage_donation o
    WHERE o.drive_id = p_drive AND o.public_name <> '' AND o.state = 'received'
    ORDER BY o.received_on DESC, o.id DESC LIMIT least(p_most, 100)
$$;

-- A gift for who knows its number and code; nothing for any other. Twenty wrong codes close it.
CREATE FUNCTION linkage_gift_by_code(p_number text, p_code bytea) RETURNS TABLE (
    donation_id uuid, drive_id uuid, form text, amount numeric, received_on date, state text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY SELECT o.id, o.drive_id, o.form::text, o.amount, o.received_on, o.state::text
    FROM linkage_donation o WHERE o.number = p_number AND o.code_digest = p_code AND o.tries < 20;
    IF NOT FOUND THEN
        UPDATE linkage_donation o SET tries = o.tries + 1 WHERE o.number = p_number AND o.tries < 20;
    END IF;
END $$;

-- What became of a gift's goods, for who has its key.
CREATE FUNCTION linkage_gift_goods(p_donation uuid) RETURNS TABLE (
    item text, unit text, quantity int, given int, disposed int, remaining int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT l.item, l.unit, l.quantity,
           coalesce(sum(m.quantity) FILTER (WHERE m.kind = 'distributed'), 0)::int,
           coalesce(sum(m.quantity) FILTER (WHERE m.kind IN ('disposed', 'returned')), 0)::int,
           l.quantity - coalesce(sum(m.quantity) FILTER (WHERE m.kind IN ('distributed', 'disposed', 'returned')), 0)::int
    FROM linkage_giftlot l LEFT JOIN linkage_stockmove m ON m.lot_id = l.id
    WHERE l.donation_id = p_donation GROUP BY l.id ORDER BY l.item, l.id
$$;

-- A signed-in donor takes a gift to their own account by its number and code.
CREATE FUNCTION linkage_claim_gift(p_number text, p_code bytea) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_gift uuid;
    v_donor uuid;
BEGIN
    SELECT o.donation_id INTO v_gift FROM linkage_gift_by_code(p_number, p_code) o;
    SELECT o.donor_id INTO v_donor FROM linkage_donation o WHERE o.id = v_gift;
    UPDATE linkage_donor SET account_id = wall_account()
    WHERE id = v_donor AND (account_id IS NULL OR account_id = wall_account()) AND wall_account() IS NOT NULL;
    RETURN CASE WHEN FOUND THEN v_gift END;
END $$;
"""
SIGNATURES = (
    "linkage_drive_sums(uuid[])", "linkage_drive_uses(uuid)", "linkage_drive_outcomes(uuid)",
    "linkage_named_gifts(uuid, int)", "linkage_gift_by_code(text, bytea)", "linkage_gift_goods(uuid)",
    "linkage_claim_gift(text, bytea)",
)  # fmt: skip

ROLES = "(SELECT wall_roles())"
ME = "(SELECT wall_account())"
CHARITIES = "(SELECT wall_charities())::bigint[]"
CITY = f"{ROLES} @> '{{city}}'"
STAFF = f"{ROLES} && '{{county,head,worker}}'"
HUBS, STATIONS = "(SELECT wall_hubs())::int[]", "(SELECT wall_stations())::int[]"
HERE = f"({STAFF} AND (hub_id = ANY ({HUBS}) OR station_id = ANY ({STATIONS})))"
NEAR = (
    f"{{column}} = ANY ({STATIONS}) OR {{column}} IN (SELECT s.id FROM network_station s WHERE s.hub_id = ANY ({HUBS}))"
)
AT = f"({STAFF} AND ({NEAR.format(column='station_id')}))"
TO = f"({STAFF} AND ({NEAR.format(column='to_station_id')}))"
OWN_DRIVE = f"EXISTS (SELECT FROM linkage_drive d WHERE d.id = drive_id AND d.organisation_id = ANY ({CHARITIES}))"
OWN_LOT = f"EXISTS (SELECT FROM linkage_giftlot l WHERE l.id = lot_id AND l.charity_id = ANY ({CHARITIES}))"
OPEN = "(client_id IS NULL OR client_id <> ALL ((SELECT wall_hidden())::uuid[]))"
REFERENCES = (
    ("client_id", "practice_client"), ("household_id", "practice_household"), ("group_id", "practice_socialgroup"),
    ("activity_id", "practice_activity"),
)  # fmt: skip


def walled(table: str, rights: str) -> list[object]:
    """Rights of the application's role on a table behind the wall."""
    return [wall.grant(table, rights), wall.enable(table)]


class Migration(migrations.Migration):
    dependencies = [("linkage", "0031_gifts_hold")]
    operations = [
        migrations.RunSQL(TOLD, "".join(f"DROP FUNCTION {name};" for name in reversed(SIGNATURES))),
        *[
            migrations.RunSQL(
                f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC; GRANT EXECUTE ON FUNCTION {name} TO shegong_app",
                migrations.RunSQL.noop,
            )
            for name in SIGNATURES
        ],
        # Certificates and published drives are for everybody to read.
        *walled("linkage_charitycertificate", "select, insert"),
        wall.policy("linkage_charitycertificate", "public", "true", command="SELECT"),
        wall.policy("linkage_charitycertificate", "entered_by_the_city", None, CITY, "INSERT"),
        *walled("linkage_drive", "select, insert, update"),
        wall.policy(
            "linkage_drive", "public_once_open",
            f"state NOT IN ('draft', 'called_off') OR {CITY} OR organisation_id = ANY ({CHARITIES})", command="SELECT",
        ),
        wall.policy(
            "linkage_drive", "made_by_the_charity", None,
            f"made_by_id = {ME} AND ({CITY} OR organisation_id = ANY ({CHARITIES}))", "INSERT",
        ),
        wall.policy(
            "linkage_drive", "led_by_the_charity", f"{CITY} OR organisation_id = ANY ({CHARITIES})", command="UPDATE"
        ),
        # Who gave is known to the charity, to whoever wrote it down, and to the donor.
        *walled("linkage_donor", "select, insert"),
        wall.policy(
            "linkage_donor", "known_to_the_charity",
            f"charity_id = ANY ({CHARITIES}) OR account_id = {ME} OR made_by_id = {ME}", command="SELECT",
        ),
        wall.policy(
            "linkage_donor", "in_the_own_name", None,
            f"made_by_id = {ME} AND account_id IS NULL AND ({CITY} OR {STAFF} OR charity_id = ANY ({CHARITIES}))",
            "INSERT",
        ),
        wall.grant("linkage_donation", "select, insert"),
        wall.grant("linkage_donation", "update", ["state", "void_reason", "consent", "consent_note"]),
        wall.enable("linkage_donation"),
        wall.policy(
            "linkage_donation", "seen_by_charity_donor_and_officers",
            f"charity_id = ANY ({CHARITIES}) OR {CITY} OR ({ROLES} @> '{{county}}' AND hub_id = ANY ({HUBS})) "
            f"OR made_by_id = {ME} OR donor_id IN (SELECT p.id FROM linkage_donor p WHERE p.account_id = {ME})",
            command="SELECT",
        ),
        wall.policy(
            "linkage_donation", "in_the_own_name", None,
            f"made_by_id = {ME} AND (charity_id = ANY ({CHARITIES}) OR {CITY} OR {STAFF} AND form = 'goods')", "INSERT",
        ),
        wall.policy(
            "linkage_donation", "led_by_the_charity", f"charity_id = ANY ({CHARITIES}) OR {CITY}", command="UPDATE"
        ),
        *walled("linkage_giftreceipt", "select, insert"),
        wall.policy(
            "linkage_giftreceipt", "with_its_gift",
            "EXISTS (SELECT FROM linkage_donation o WHERE o.id = donation_id)", command="SELECT",
        ),
        wall.policy(
            "linkage_giftreceipt", "made_out_by_the_charity", None,
            f"issued_by_id = {ME} AND charity_id = ANY ({CHARITIES})", "INSERT",
        ),
        wall.grant("linkage_giftuse", "select, insert"),
        wall.grant("linkage_giftuse", "update", ["acknowledged_on", "acknowledged_how"]),
        wall.enable("linkage_giftuse"),
        wall.policy(
            "linkage_giftuse", "seen_where_it_was_given",
            f"{CITY} OR {HERE} OR recipient = 'cost' AND {OWN_DRIVE}", command="SELECT",
        ),
        wall.policy(
            "linkage_giftuse", "in_the_own_name", None,
            f"made_by_id = {ME} AND CASE WHEN recipient = 'cost' THEN {CITY} OR {OWN_DRIVE} ELSE {HERE} END", "INSERT",
        ),
        wall.policy("linkage_giftuse", "acknowledged_where_it_was_given", HERE, command="UPDATE"),
        # To whom: as far as the own files reach, and nobody else.
        *walled("linkage_giftrecipient", "select, insert"),
        *[
            wall.composite_reference(
                "linkage_giftrecipient", [column, "hub_id"], table, ["id", "hub_id"],
                f"linkage_giftrecipient_{column}_in_hub",
            )
            for column, table in REFERENCES
        ],
        wall.policy("linkage_giftrecipient", "within_reach_and_open", f"{HERE} AND {OPEN}"),
        *walled("linkage_giftsettlement", "select, insert"),
        wall.policy("linkage_giftsettlement", "seen_by_the_charity", f"{CITY} OR {OWN_DRIVE}", command="SELECT"),
        wall.policy(
            "linkage_giftsettlement", "made_by_the_charity", None, f"made_by_id = {ME} AND ({CITY} OR {OWN_DRIVE})",
            "INSERT",
        ),
        *walled("linkage_giftlot", "select, insert"),
        wall.policy(
            "linkage_giftlot", "seen_by_charity_and_staff", f"{CITY} OR {STAFF} OR charity_id = ANY ({CHARITIES})",
            command="SELECT",
        ),
        wall.policy(
            "linkage_giftlot", "with_its_gift", None,
            f"EXISTS (SELECT FROM linkage_donation o WHERE o.id = donation_id AND o.made_by_id = {ME}) "
            f"AND ({CITY} OR {AT} OR charity_id = ANY ({CHARITIES}))",
            "INSERT",
        ),
        *walled("linkage_stockmove", "select, insert"),
        wall.policy(
            "linkage_stockmove", "seen_where_goods_are",
            f"{CITY} OR {AT} OR {TO} OR kind <> 'distributed' AND {OWN_LOT}", command="SELECT",
        ),
        wall.policy(
            "linkage_stockmove", "in_the_own_name", None,
            f"made_by_id = {ME} AND kind IN ('moved', 'disposed', 'returned') AND ({CITY} OR {AT})", "INSERT",
        ),
        *walled("linkage_stock", "select"),
        wall.policy("linkage_stock", "seen_where_goods_are", f"{CITY} OR {HERE} OR {OWN_LOT}", command="SELECT"),
    ]
