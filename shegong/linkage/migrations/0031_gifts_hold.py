"""What the database holds about gifts: which drives take them and for what they may go, money as the ledger has it,
goods as their movements add up, the rest by consent only; and what goes to one drive's purpose never to another's.
"""

from django.db import migrations

DRIVES = """
-- The charities for which the viewer acts.
CREATE FUNCTION wall_charities() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT g.organisation_id), '{}') FROM network_grant g
    WHERE g.account_id = wall_account() AND g.role = 'donor' AND g.organisation_id IS NOT NULL
      AND wall_roles() @> '{donor}' AND g.since <= wall_today() AND (g.until IS NULL OR g.until > wall_today())
$$;

-- Whether a charity may raise money from the public on each day of [since, until).
CREATE FUNCTION linkage_may_raise(p_organisation bigint, p_since date, p_until date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM linkage_charitycertificate c WHERE c.organisation_id = p_organisation
                   AND c.kind = 'fundraising' AND c.since <= p_since AND (c.until IS NULL OR c.until >= p_until))
$$;

CREATE FUNCTION linkage_move_drive() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'draft' THEN
            broken := 'linkage_drive_begins_as_draft';
        END IF;
    ELSIF OLD.state IN ('closed', 'called_off') THEN
        broken := 'linkage_drive_settled_stays';
    ELSIF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'open'), ('draft', 'called_off'), ('open', 'ended'), ('ended', 'closed')) THEN
        broken := 'linkage_drive_no_stage_skipped';
    ELSIF OLD.state <> 'draft' AND (OLD.organisation_id, OLD.filing_number, OLD.title, OLD.purpose, OLD.target,
          OLD.hub_id, OLD.station_id, OLD.field_id, OLD.since, OLD.until) IS DISTINCT FROM
         (NEW.organisation_id, NEW.filing_number, NEW.title, NEW.purpose, NEW.target,
          NEW.hub_id, NEW.station_id, NEW.field_id, NEW.since, NEW.until) THEN
        broken := 'linkage_drive_stays_as_published';
    END IF;
    IF broken IS NULL AND NEW.state = 'draft' AND NOT EXISTS (
        SELECT FROM network_station h LEFT JOIN network_station s ON s.id = NEW.station_id
        WHERE h.id = NEW.hub_id AND h.tier IN ('centre', 'hub')
          AND (NEW.station_id IS NULL OR s.hub_id = NEW.hub_id)) THEN
        broken := 'linkage_drive_place';
    END IF;
    IF broken IS NULL AND NEW.state = 'open' AND NOT linkage_may_raise(NEW.organisation_id, NEW.since, NEW.until)
       AND TG_OP = 'UPDATE' AND OLD.state = 'draft' THEN
        broken := 'linkage_drive_certificate';
    END IF;
    IF broken IS NULL AND NEW.state = 'closed' AND (
        EXISTS (SELECT FROM purchase_subjectbalance b WHERE b.subject = 'drive:' || NEW.id AND b.stage = 'reserved'
                AND b.amount > 0)
        OR EXISTS (SELECT FROM linkage_giftlot l JOIN linkage_stock s ON s.lot_id = l.id
                   WHERE l.drive_id = NEW.id AND s.quantity > 0)) THEN
        broken := 'linkage_drive_nothing_left';
    END IF;
    IF broken IS NOT NULL THEN
        PERFORM purchase_refuse(broken, 'a drive refuses this: ' || broken);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_drive_moved BEFORE INSERT OR UPDATE ON linkage_drive
FOR EACH ROW EXECUTE FUNCTION linkage_move_drive();
"""

MONEY = """
-- The fund under which the ledger holds all designated gifts; each drive is a subject of its own.
CREATE FUNCTION linkage_gift_fund() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO purchase_fund (code, name_zh, name_en, kind, is_pooled)
    VALUES ('DG', '定向捐赠', 'Designated gifts', 'charity', false) ON CONFLICT (code) DO NOTHING;
    RETURN (SELECT f.id FROM purchase_fund f WHERE f.code = 'DG');
END $$;

-- The earliest open year that still holds so much for a drive; the day's own where none does, which the ledger refuses.
CREATE FUNCTION linkage_year_of(p_drive uuid, p_amount numeric, p_day date) RETURNS smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce((
        SELECT min(b.year) FROM purchase_subjectbalance b JOIN purchase_fiscalyear y ON y.year = b.year
        WHERE b.subject = 'drive:' || p_drive AND b.stage = 'reserved' AND b.amount >= p_amount AND y.closed_at IS NULL
    ), extract(year FROM p_day)::smallint)
$$;

CREATE FUNCTION linkage_take_donation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    d linkage_drive%ROWTYPE;
    broken text;
BEGIN
    SELECT * INTO d FROM linkage_drive WHERE id = NEW.drive_id FOR SHARE;
    IF d.state IS DISTINCT FROM 'open' THEN
        broken := 'linkage_drive_open';
    ELSIF NEW.received_on < d.since OR NEW.received_on >= d.until THEN
        broken := 'linkage_drive_period';
    ELSIF NEW.received_on > wall_today() THEN
        broken := 'linkage_donation_future';
    ELSIF NOT linkage_may_raise(d.organisation_id, NEW.received_on, NEW.received_on + 1) THEN
        broken := 'linkage_drive_certificate';
    ELSIF (NEW.charity_id, NEW.hub_id, NEW.state) IS DISTINCT FROM (d.organisation_id, d.hub_id, 'received')
       OR NEW.consent IN ('given', 'refused')
       OR NEW.donor_id IS NOT NULL AND NOT EXISTS (
           SELECT FROM linkage_donor o WHERE o.id = NEW.donor_id AND o.charity_id = NEW.charity_id) THEN
        broken := 'linkage_donation_as_the_drive';
    END IF;
    IF broken IS NOT NULL THEN
        PERFORM purchase_refuse(broken, 'a donation is refused: ' || broken);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_donation_taken BEFORE INSERT ON linkage_donation
FOR EACH ROW EXECUTE FUNCTION linkage_take_donation();

-- Money that was given is in the ledger with the gift itself, held for the drive.
CREATE FUNCTION linkage_book_donations() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_fund bigint := linkage_gift_fund();
BEGIN
    INSERT INTO purchase_ledgerentry (key, kind, fund_id, year, hub_id, amount, pays, subject, gate, booked_on, note,
                                      made_at, made_by_id)
    SELECT n.id, 'donate', v_fund, extract(year FROM n.received_on), n.hub_id, n.amount, '', 'drive:' || n.drive_id,
           '', n.received_on, n.number, n.made_at, n.made_by_id
    FROM new_rows n WHERE n.form = 'money';
    INSERT INTO purchase_ledgerline (entry_id, number, fund_id, hub_id, year, stage, subject, amount, booked_on)
    SELECT e.id, m.number, v_fund, e.hub_id, e.year, m.stage, m.subject, m.sign * e.amount, e.booked_on
    FROM new_rows n JOIN purchase_ledgerentry e ON e.key = n.id
    CROSS JOIN LATERAL (VALUES (1, 'source', '', -1), (2, 'reserved', e.subject, 1)) AS m (number, stage, subject, sign)
    WHERE n.form = 'money';
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_donations_booked AFTER INSERT ON linkage_donation REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION linkage_book_donations();

-- A gift stays as it came; what was entered wrongly is undone in the ledger, and what the donor says of the rest is
-- asked for once.
CREATE FUNCTION linkage_change_donation() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_entry purchase_ledgerentry%ROWTYPE;
    v_undone bigint;
    broken text;
BEGIN
    IF (OLD.id, OLD.drive_id, OLD.charity_id, OLD.hub_id, OLD.donor_id, OLD.form, OLD.amount, OLD.received_on, OLD.number)
       IS DISTINCT FROM
       (NEW.id, NEW.drive_id, NEW.charity_id, NEW.hub_id, NEW.donor_id, NEW.form, NEW.amount, NEW.received_on,
        NEW.number) OR OLD.state = 'void' AND NEW.state <> 'void' THEN
        broken := 'linkage_donation_stays';
    ELSIF OLD.consent <> NEW.consent AND (OLD.consent <> 'unasked' OR NEW.consent NOT IN ('given', 'refused')) THEN
        broken := 'linkage_donation_asked_once';
    ELSIF NEW.state = 'void' AND NEW.form = 'goods' THEN
        broken := 'linkage_donation_goods_stay';
    END IF;
    IF broken IS NOT NULL THEN
        PERFORM purchase_refuse(broken, 'a donation is refused: ' || broken);
    END IF;
    IF NEW.state = 'void' AND OLD.state = 'received' THEN
        SELECT * INTO v_entry FROM purchase_ledgerentry WHERE key = NEW.id;
        INSERT INTO purchase_ledgerentry (key, kind, fund_id, year, hub_id, amount, pays, subject, gate, booked_on, note,
                                          reverses_id, made_at, made_by_id)
        VALUES (gen_random_uuid(), 'reverse', v_entry.fund_id, v_entry.year, v_entry.hub_id, v_entry.amount, '',
                v_entry.subject, '', wall_today(), NEW.void_reason, v_entry.id, now(),
                coalesce(wall_account(), NEW.made_by_id))
        RETURNING id INTO v_undone;
        INSERT INTO purchase_ledgerline (entry_id, number, fund_id, hub_id, year, stage, subject, amount, booked_on)
        SELECT v_undone, l.number, l.fund_id, l.hub_id, l.year, l.stage, l.subject, -l.amount, wall_today()
        FROM purchase_ledgerline l WHERE l.entry_id = v_entry.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_donation_changed AFTER UPDATE ON linkage_donation
FOR EACH ROW EXECUTE FUNCTION linkage_change_donation();
"""

USES = """
-- A gift goes to what it was given for, and to nothing else.
CREATE FUNCTION linkage_use_gift() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    d linkage_drive%ROWTYPE;
    s network_station%ROWTYPE;
    l linkage_giftlot%ROWTYPE;
    broken text;
BEGIN
    SELECT * INTO d FROM linkage_drive WHERE id = NEW.drive_id FOR SHARE;
    SELECT * INTO s FROM network_station WHERE id = NEW.station_id;
    IF d.state IS NULL OR d.state NOT IN ('open', 'ended') THEN
        broken := 'linkage_drive_in_use';
    ELSIF NEW.used_on > wall_today() OR wall_account() IS NOT NULL AND NEW.used_on < wall_today() - 31 THEN
        broken := 'linkage_use_recent';
    ELSIF (NEW.hub_id, NEW.town_id) IS DISTINCT FROM (s.hub_id, s.town_id) THEN
        broken := 'linkage_use_place';
    ELSIF NEW.recipient = 'cost' THEN
        -- What running a drive costs is a tenth of what came in at most (Charity Law, art. 61); one at a time.
        PERFORM pg_advisory_xact_lock(hashtext('linkage_cost ' || NEW.drive_id));
        IF NEW.amount + coalesce((SELECT sum(u.amount) FROM linkage_giftuse u
                                  WHERE u.drive_id = NEW.drive_id AND u.recipient = 'cost'), 0)
           > 0.1 * coalesce((SELECT sum(o.amount) FROM linkage_donation o
                             WHERE o.drive_id = NEW.drive_id AND o.state = 'received'), 0) THEN
            broken := 'linkage_use_cost';
        END IF;
    ELSIF (SELECT h.tier FROM network_station h WHERE h.id = d.hub_id) = 'hub' AND NEW.hub_id <> d.hub_id
       OR d.station_id IS NOT NULL AND NEW.station_id <> d.station_id AND s.town_id IS DISTINCT FROM d.station_id
       OR d.field_id IS NOT NULL AND NEW.field_id IS DISTINCT FROM d.field_id THEN
        broken := 'linkage_use_purpose';
    END IF;
    IF broken IS NULL AND NEW.form = 'goods' THEN
        SELECT * INTO l FROM linkage_giftlot WHERE id = NEW.lot_id;
        IF l.drive_id IS DISTINCT FROM NEW.drive_id THEN
            broken := 'linkage_use_purpose';
        ELSIF l.expires_on < NEW.used_on THEN
            broken := 'linkage_goods_expired';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        PERFORM purchase_refuse(broken, 'a use of a gift is refused: ' || broken);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_gift_used BEFORE INSERT ON linkage_giftuse FOR EACH ROW EXECUTE FUNCTION linkage_use_gift();

CREATE FUNCTION linkage_book_uses() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_fund bigint := linkage_gift_fund();
    n record;
    v_entry bigint;
    v_year smallint;
BEGIN
    FOR n IN SELECT u.*, d.hub_id AS held_at FROM new_rows u JOIN linkage_drive d ON d.id = u.drive_id
             WHERE u.form = 'money' ORDER BY d.hub_id, u.drive_id LOOP
        v_year := linkage_year_of(n.drive_id, n.amount, n.used_on);
        INSERT INTO purchase_ledgerentry (key, kind, fund_id, year, hub_id, amount, pays, subject, gate, booked_on,
                                          note, made_at, made_by_id)
        VALUES (n.id, 'spend', v_fund, v_year, n.held_at, n.amount,
                CASE WHEN n.recipient = 'cost' THEN 'operation'
                     WHEN n.recipient IN ('client', 'household') THEN 'relief' ELSE 'project' END,
                'drive:' || n.drive_id, '', n.used_on, '', n.made_at, n.made_by_id)
        RETURNING id INTO v_entry;
        INSERT INTO purchase_ledgerline (entry_id, number, fund_id, hub_id, year, stage, subject, amount, booked_on)
        VALUES (v_entry, 1, v_fund, n.held_at, v_year, 'reserved', 'drive:' || n.drive_id, -n.amount, n.used_on),
               (v_entry, 2, v_fund, n.held_at, v_year, 'paid', 'drive:' || n.drive_id, n.amount, n.used_on);
    END LOOP;
    INSERT INTO linkage_stockmove (id, lot_id, kind, station_id, quantity, use_id, moved_on, note, made_at, made_by_id)
    SELECT gen_random_uuid(), u.lot_id, 'distributed', u.station_id, u.quantity, u.id, u.used_on, '', u.made_at,
           u.made_by_id
    FROM new_rows u WHERE u.form = 'goods';
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_uses_booked AFTER INSERT ON linkage_giftuse REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION linkage_book_uses();

CREATE FUNCTION linkage_acknowledge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM purchase_refuse('linkage_use_stays', 'a use stays, and is acknowledged once');
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_use_stays BEFORE UPDATE ON linkage_giftuse
FOR EACH ROW WHEN (OLD.acknowledged_on IS NOT NULL) EXECUTE FUNCTION linkage_acknowledge();
"""

STOCKS = """
CREATE FUNCTION linkage_take_lot() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM linkage_donation o WHERE o.id = NEW.donation_id AND o.form = 'goods'
                   AND o.drive_id = NEW.drive_id AND o.charity_id = NEW.charity_id) THEN
        PERFORM purchase_refuse('linkage_lot_of_its_gift', 'goods belong to a gift of goods and its drive');
    ELSIF wall_account() IS NOT NULL AND NEW.expires_on < wall_today() THEN
        PERFORM purchase_refuse('linkage_goods_expired', 'goods past their day are not taken');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_lot_taken BEFORE INSERT ON linkage_giftlot FOR EACH ROW EXECUTE FUNCTION linkage_take_lot();

CREATE FUNCTION linkage_store_lots() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO linkage_stockmove (id, lot_id, kind, station_id, quantity, moved_on, note, made_at, made_by_id)
    SELECT gen_random_uuid(), n.id, 'received', n.station_id, n.quantity, o.received_on, '', o.made_at, o.made_by_id
    FROM new_rows n JOIN linkage_donation o ON o.id = n.donation_id;
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_lots_stored AFTER INSERT ON linkage_giftlot REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION linkage_store_lots();

CREATE FUNCTION linkage_move_stock() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    l linkage_giftlot%ROWTYPE;
    broken text;
BEGIN
    SELECT * INTO l FROM linkage_giftlot WHERE id = NEW.lot_id;
    IF NEW.kind = 'returned' AND (SELECT o.donor_id FROM linkage_donation o WHERE o.id = l.donation_id) IS NULL THEN
        broken := 'linkage_settlement_donor';
    ELSIF NEW.kind = 'moved' AND l.expires_on < wall_today() THEN
        broken := 'linkage_goods_expired';
    ELSIF NEW.kind = 'moved' AND EXISTS (
        SELECT FROM linkage_drive d JOIN network_station h ON h.id = d.hub_id AND h.tier = 'hub'
        JOIN network_station t ON t.id = NEW.to_station_id WHERE d.id = l.drive_id AND t.hub_id <> d.hub_id) THEN
        broken := 'linkage_use_purpose';
    ELSIF NEW.moved_on > wall_today() THEN
        broken := 'linkage_use_recent';
    END IF;
    IF broken IS NOT NULL THEN
        PERFORM purchase_refuse(broken, 'a movement of goods is refused: ' || broken);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_stock_moving BEFORE INSERT ON linkage_stockmove
FOR EACH ROW EXECUTE FUNCTION linkage_move_stock();

-- Stock follows from the movements; rows are locked in the order of their keys.
CREATE FUNCTION linkage_count_stock() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    moved record;
BEGIN
    FOR moved IN
        SELECT m.lot_id, m.station_id, s.hub_id, sum(m.quantity) AS quantity FROM (
            SELECT lot_id, station_id, CASE WHEN kind = 'received' THEN quantity ELSE -quantity END AS quantity
            FROM new_rows
            UNION ALL SELECT lot_id, to_station_id, quantity FROM new_rows WHERE kind = 'moved') AS m
        JOIN network_station s ON s.id = m.station_id
        GROUP BY 1, 2, 3 ORDER BY 1, 2
    LOOP
        INSERT INTO linkage_stock (lot_id, station_id, hub_id, quantity)
        VALUES (moved.lot_id, moved.station_id, moved.hub_id, 0) ON CONFLICT DO NOTHING;
        UPDATE linkage_stock k SET quantity = k.quantity + moved.quantity
        WHERE k.lot_id = moved.lot_id AND k.station_id = moved.station_id;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_stock_counted AFTER INSERT ON linkage_stockmove REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION linkage_count_stock();
CREATE TRIGGER linkage_moves_stay BEFORE UPDATE OR DELETE ON linkage_stockmove
FOR EACH ROW EXECUTE FUNCTION purchase_never_rewritten();
"""

SETTLEMENTS = """
-- What is left goes back to its donor, or with the donor's consent to another drive of the same charity.
CREATE FUNCTION linkage_settle_gift() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    d linkage_drive%ROWTYPE;
    o linkage_donation%ROWTYPE;
    broken text;
BEGIN
    SELECT * INTO d FROM linkage_drive WHERE id = NEW.drive_id FOR SHARE;
    SELECT * INTO o FROM linkage_donation WHERE id = NEW.donation_id FOR UPDATE;
    IF d.state IS DISTINCT FROM 'ended' THEN
        broken := 'linkage_drive_ended';
    ELSIF NEW.kind = 'refund' AND o.donor_id IS NULL THEN
        broken := 'linkage_settlement_donor';
    ELSIF NEW.kind = 'redirect' AND o.consent NOT IN ('advance', 'given') THEN
        broken := 'linkage_settlement_consent';
    ELSIF NEW.kind = 'redirect' AND NOT EXISTS (
        SELECT FROM linkage_drive t WHERE t.id = NEW.to_drive_id AND t.state IN ('open', 'ended')
        AND t.organisation_id = d.organisation_id FOR SHARE) THEN
        broken := 'linkage_settlement_target';
    ELSIF NEW.lot_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM linkage_giftlot l WHERE l.id = NEW.lot_id AND l.donation_id = o.id AND l.drive_id = d.id) THEN
        broken := 'linkage_settlement_of_its_gift';
    ELSIF NEW.amount IS NOT NULL AND NEW.amount > (
        SELECT coalesce(sum(x.amount), 0) FROM (
            SELECT o.amount WHERE o.drive_id = d.id AND o.state = 'received'
            UNION ALL SELECT s.amount FROM linkage_giftsettlement s WHERE s.donation_id = o.id AND s.to_drive_id = d.id
            UNION ALL SELECT -s.amount FROM linkage_giftsettlement s WHERE s.donation_id = o.id AND s.drive_id = d.id
        ) AS x) THEN
        broken := 'linkage_settlement_of_its_gift';
    END IF;
    IF broken IS NOT NULL THEN
        PERFORM purchase_refuse(broken, 'a settlement is refused: ' || broken);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_gift_settled BEFORE INSERT ON linkage_giftsettlement
FOR EACH ROW EXECUTE FUNCTION linkage_settle_gift();

CREATE FUNCTION linkage_book_settlements() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_fund bigint := linkage_gift_fund();
    n record;
    v_entry bigint;
    v_year smallint;
BEGIN
    FOR n IN SELECT s.*, d.hub_id AS held_at, t.hub_id AS goes_to FROM new_rows s
             JOIN linkage_drive d ON d.id = s.drive_id LEFT JOIN linkage_drive t ON t.id = s.to_drive_id
             WHERE s.amount IS NOT NULL ORDER BY d.hub_id, s.drive_id, s.id LOOP
        v_year := linkage_year_of(n.drive_id, n.amount, n.settled_on);
        INSERT INTO purchase_ledgerentry (key, kind, fund_id, year, hub_id, to_hub_id, amount, pays, subject, gate,
                                          booked_on, note, made_at, made_by_id)
        VALUES (n.id, CASE n.kind WHEN 'refund' THEN 'return' ELSE 'redirect' END, v_fund, v_year, n.held_at,
                nullif(n.goes_to, n.held_at), n.amount, '', 'drive:' || n.drive_id, '', n.settled_on, '', n.made_at,
                n.made_by_id)
        RETURNING id INTO v_entry;
        INSERT INTO purchase_ledgerline (entry_id, number, fund_id, hub_id, year, stage, subject, amount, booked_on)
        VALUES (v_entry, 1, v_fund, n.held_at, v_year, 'reserved', 'drive:' || n.drive_id, -n.amount, n.settled_on),
               (v_entry, 2, v_fund, coalesce(n.goes_to, n.held_at), v_year,
                CASE n.kind WHEN 'refund' THEN 'returned' ELSE 'reserved' END,
                'drive:' || coalesce(n.to_drive_id, n.drive_id), n.amount, n.settled_on);
    END LOOP;
    UPDATE linkage_giftlot l SET drive_id = x.to_drive_id FROM new_rows x WHERE l.id = x.lot_id;
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_settlements_booked AFTER INSERT ON linkage_giftsettlement REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION linkage_book_settlements();
CREATE TRIGGER linkage_settlements_stay BEFORE UPDATE OR DELETE ON linkage_giftsettlement
FOR EACH ROW EXECUTE FUNCTION purchase_never_rewritten();

-- Nobody books designated money but by a gift, its use or its settlement; at a year's end it goes on as it is.
CREATE FUNCTION linkage_guard_ledger() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT (CASE NEW.kind
        WHEN 'carry' THEN true
        WHEN 'donate' THEN EXISTS (
            SELECT FROM linkage_donation o WHERE o.id = NEW.key AND o.amount = NEW.amount
            AND NEW.subject = 'drive:' || o.drive_id)
        WHEN 'spend' THEN EXISTS (
            SELECT FROM linkage_giftuse u WHERE u.id = NEW.key AND u.amount = NEW.amount
            AND NEW.subject = 'drive:' || u.drive_id)
        WHEN 'reverse' THEN EXISTS (
            SELECT FROM linkage_donation o JOIN purchase_ledgerentry e ON e.key = o.id
            WHERE e.id = NEW.reverses_id AND o.state = 'void')
        ELSE NEW.kind IN ('redirect', 'return') AND EXISTS (
            SELECT FROM linkage_giftsettlement s WHERE s.id = NEW.key AND s.amount = NEW.amount
            AND NEW.subject = 'drive:' || s.drive_id
            AND EXISTS (SELECT FROM purchase_ledgerline l WHERE l.entry_id = NEW.id AND l.amount > 0
                        AND l.subject = 'drive:' || coalesce(s.to_drive_id, s.drive_id)))
    END) THEN
        PERFORM purchase_refuse('linkage_designated_money', 'designated money goes with its gift only');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER linkage_designated_money AFTER INSERT ON purchase_ledgerentry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.subject LIKE 'drive:%' OR NEW.kind IN ('donate', 'spend', 'redirect'))
EXECUTE FUNCTION linkage_guard_ledger();

CREATE FUNCTION linkage_guard_lines() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT FROM new_rows n JOIN purchase_ledgerentry e ON e.id = n.entry_id
        LEFT JOIN purchase_fund f ON f.id = n.fund_id AND f.code = 'DG'
        WHERE (n.subject LIKE 'drive:%' OR f.id IS NOT NULL) AND e.subject NOT LIKE 'drive:%'
           OR f.id IS NOT NULL AND n.stage IN ('reserved', 'paid', 'returned') AND n.subject NOT LIKE 'drive:%'
           OR f.id IS NULL AND n.subject LIKE 'drive:%'
    ) THEN
        PERFORM purchase_refuse('linkage_designated_money', 'designated money goes with its gift only');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_designated_lines AFTER INSERT ON purchase_ledgerline REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION linkage_guard_lines();
"""

BACK = """
DROP TRIGGER linkage_designated_lines ON purchase_ledgerline;
DROP TRIGGER linkage_designated_money ON purchase_ledgerentry;
DROP TRIGGER linkage_settlements_stay ON linkage_giftsettlement;
DROP TRIGGER linkage_settlements_booked ON linkage_giftsettlement;
DROP TRIGGER linkage_gift_settled ON linkage_giftsettlement;
DROP TRIGGER linkage_moves_stay ON linkage_stockmove;
DROP TRIGGER linkage_stock_counted ON linkage_stockmove;
DROP TRIGGER linkage_stock_moving ON linkage_stockmove;
DROP TRIGGER linkage_lots_stored ON linkage_giftlot;
DROP TRIGGER linkage_lot_taken ON linkage_giftlot;
DROP TRIGGER linkage_use_stays ON linkage_giftuse;
DROP TRIGGER linkage_uses_booked ON linkage_giftuse;
DROP TRIGGER linkage_gift_used ON linkage_giftuse;
DROP TRIGGER linkage_donation_changed ON linkage_donation;
DROP TRIGGER linkage_donations_booked ON linkage_donation;
DROP TRIGGER linkage_donation_taken ON linkage_donation;
DROP TRIGGER linkage_drive_moved ON linkage_drive;
DROP FUNCTION linkage_guard_lines(), linkage_guard_ledger(), linkage_book_settlements(), linkage_settle_gift(),
    linkage_count_stock(), linkage_move_stock(), linkage_store_lots(), linkage_take_lot(), linkage_acknowledge(),
    linkage_book_uses(), linkage_use_gift(), linkage_change_donation(), linkage_book_donations(),
    linkage_take_donation(), linkage_year_of(uuid, numeric, date), linkage_gift_fund(), linkage_move_drive(),
    linkage_may_raise(bigint, date, date), wall_charities();
"""
INSIDE = ("linkage_gift_fund()", "linkage_year_of(uuid, numeric, date)")


class Migration(migrations.Migration):
    dependencies = [("linkage", "0030_gifts")]
    operations = [
        migrations.RunSQL(DRIVES + MONEY + USES + STOCKS + SETTLEMENTS, BACK),
        *[
            migrations.RunSQL(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC", migrations.RunSQL.noop) for name in INSIDE
        ],
    ]
