"""What the database holds about purchases: which step may follow which and what it asks for, bids sealed until two people
open them, nothing offered after the deadline or by who isn't qualified, a panel without interests, papers kept for
fifteen years; and who sees what.
"""

from django.conf import settings
from django.db import migrations

from shegong.kernel import wall

ZONE = settings.TIME_ZONE
FOLLOWS = (
    ("need", "reserved"), ("need", "called_off"),
    ("reserved", "invited"), ("reserved", "called_off"),
    ("invited", "opened"), ("invited", "failed"), ("invited", "called_off"),
    ("opened", "scored"), ("opened", "failed"), ("opened", "called_off"),
    ("scored", "awarded"), ("scored", "failed"), ("scored", "called_off"),
    ("awarded", "signed"), ("awarded", "failed"), ("awarded", "called_off"),
    ("failed", "reserved"), ("failed", "called_off"),
)  # fmt: skip
FOLLOWS_LISTED = ", ".join(f"('{before}', '{after}')" for before, after in FOLLOWS)
# What is fixed once money is reserved for it; and what only a step changes.
CONTENT = (
    "title", "need", "nature", "buyer_id", "services", "fund_id", "year", "pays", "budget", "labour_floor", "since",
    "until", "long_term_reason",
)  # fmt: skip
BY_STEPS = (
    "method", "method_reason", "min_bidders", "panel_size", "notice_days", "deadline", "round", "state_at",
    "state_by_id", "state_name", "reason", "opened_at", "awarded_bid", "contract_id", "keep_until",
)  # fmt: skip


def differ(columns: tuple[str, ...]) -> str:
    """Whether a row's columns change."""
    return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)


LOOKS = """
-- Asked in policies: functions of the tables' owner, so that policies don't chase each other.
CREATE FUNCTION purchase_my_projects() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(f.id), '{}') FROM (
        SELECT p.id FROM purchase_project p
        WHERE wall_organisations() <> '{}' AND p.state NOT IN ('need', 'reserved') AND p.method = 'open_tender'
        UNION SELECT i.project_id FROM purchase_invitation i JOIN purchase_project p ON p.id = i.project_id
        WHERE i.organisation_id = ANY (wall_organisations()) AND (i.round < p.round OR p.state <> 'reserved')
        UNION SELECT b.project_id FROM purchase_bid b WHERE b.organisation_id = ANY (wall_organisations())
        UNION SELECT m.project_id FROM purchase_panelmember m WHERE m.account_id = wall_account()
    ) AS f
$$;
CREATE FUNCTION purchase_scored_projects() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(m.project_id), '{}') FROM purchase_panelmember m
    WHERE m.account_id = wall_account() AND m.declaration = 'clear'
$$;
-- How many bids came in: all that anybody learns before they are opened.
CREATE FUNCTION purchase_bids_received(p_project uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM purchase_bid b JOIN purchase_project p ON p.id = b.project_id AND p.round = b.round
    WHERE b.project_id = p_project AND b.state = 'submitted'
    AND (wall_roles() && '{city}'::text[] OR wall_roles() && '{county}'::text[] AND p.hub_id = ANY (wall_hubs()))
$$;
-- The names of who offers, for a member of the panel who has to say whether there is an interest.
CREATE FUNCTION purchase_bidders(p_project uuid) RETURNS TABLE (name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.name::text FROM purchase_panelmember m
    JOIN purchase_bid b ON b.project_id = m.project_id AND b.round = m.round AND b.opened_at IS NOT NULL
    JOIN network_organisation o ON o.id = b.organisation_id
    WHERE m.project_id = p_project AND m.account_id = wall_account() AND b.state <> 'withdrawn' ORDER BY 1
$$;
-- Who can sit on a panel: assessors, with their employer.
CREATE FUNCTION purchase_candidates() RETURNS TABLE (account_id bigint, name text, employer text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT a.id, a.display_name::text, coalesce(e.name, o.name, '')::text FROM network_grant g
    JOIN people_account a ON a.id = g.account_id AND a.is_active
    LEFT JOIN network_organisation o ON o.id = g.organisation_id
    LEFT JOIN workforce_worker w ON w.account_id = a.id
    LEFT JOIN network_organisation e ON e.id = w.employer_id
    WHERE g.role = 'assessor' AND g.since <= wall_today() AND (g.until IS NULL OR g.until > wall_today())
    AND wall_roles() && '{city,county}'::text[]
$$;
-- The bidder to whom an account is related: employed there, or acting for it now or in the last three years.
CREATE FUNCTION purchase_related(p_account bigint, p_project uuid, p_round int) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT o.name::text FROM purchase_bid b JOIN network_organisation o ON o.id = b.organisation_id
    WHERE b.project_id = p_project AND b.round = p_round AND b.state <> 'withdrawn' AND b.opened_at IS NOT NULL
    AND (EXISTS (SELECT FROM network_grant g WHERE g.account_id = p_account AND g.organisation_id = b.organisation_id
                 AND (g.until IS NULL OR g.until > wall_today() - interval '3 years'))
         OR EXISTS (SELECT FROM workforce_worker w
                    WHERE w.account_id = p_account AND w.employer_id = b.organisation_id))
    AND (wall_account() IS NULL OR wall_account() = p_account OR wall_roles() && '{city,county}'::text[])
    ORDER BY 1 LIMIT 1
$$;
"""

PROJECT = f"""
CREATE FUNCTION purchase_invited_rightly(p purchase_project) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_rule purchase_methodrule;
    v_asked int;
BEGIN
    SELECT * INTO v_rule FROM purchase_methodrule r WHERE r.method = p.method
    AND r.since <= (statement_timestamp() AT TIME ZONE '{ZONE}')::date
    AND (r.until IS NULL OR r.until > (statement_timestamp() AT TIME ZONE '{ZONE}')::date);
    IF v_rule.id IS NULL OR p.budget < v_rule.from_amount OR p.budget >= v_rule.below_amount
       OR (p.min_bidders, p.panel_size, p.notice_days) IS DISTINCT FROM
          (v_rule.min_bidders, v_rule.panel_size, v_rule.notice_days)
       OR p.method = 'single_source' AND p.method_reason = '' THEN
        PERFORM purchase_refuse('purchase_project_method', 'the method does not fit the sum');
    END IF;
    IF p.deadline <= statement_timestamp()
       OR p.deadline < statement_timestamp() + make_interval(days => v_rule.bidding_days) - interval '5 minutes' THEN
        PERFORM purchase_refuse('purchase_project_bidding_days', 'there is too little time to bid');
    END IF;
    IF coalesce((SELECT sum(c.points) FROM purchase_criterion c WHERE c.project_id = p.id), 0) <> 100 THEN
        PERFORM purchase_refuse('purchase_project_criteria', 'the criteria do not add up to a hundred points');
    END IF;
    SELECT count(*) INTO v_asked FROM purchase_invitation i WHERE i.project_id = p.id AND i.round = p.round;
    IF p.method <> 'open_tender' AND v_asked < p.min_bidders OR p.method = 'single_source' AND v_asked <> 1 THEN
        PERFORM purchase_refuse('purchase_project_invitations', 'too few are asked');
    END IF;
END $$;

CREATE FUNCTION purchase_signed_rightly(p purchase_project) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM purchase_notice n WHERE n.project_id = p.id AND n.round = p.round AND n.kind = 'award'
                   AND n.published_at + make_interval(days => p.notice_days) <= statement_timestamp()) THEN
        PERFORM purchase_refuse('purchase_project_notice', 'the award has not been public for long enough');
    END IF;
    IF EXISTS (SELECT FROM purchase_objection o WHERE o.project_id = p.id AND o.round = p.round
               AND o.is_upheld IS NOT FALSE) THEN
        PERFORM purchase_refuse('purchase_project_objection', 'an objection is open or upheld');
    END IF;
    IF NOT EXISTS (
        SELECT FROM purchase_contract c JOIN purchase_bid b ON b.id = p.awarded_bid
        WHERE c.id = p.contract_id AND c.organisation_id = b.organisation_id AND c.amount = b.price
    ) THEN
        PERFORM purchase_refuse('purchase_project_as_awarded', 'the contract is not with who won, for what was offered');
    END IF;
END $$;

-- What a step asks for.
CREATE FUNCTION purchase_project_steps(o purchase_project, n purchase_project) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_held numeric;
    v_bids int;
BEGIN
    IF NOT EXISTS (SELECT FROM (VALUES {FOLLOWS_LISTED}) AS v (was, is_now) WHERE v.was = o.state AND v.is_now = n.state)
    THEN
        PERFORM purchase_refuse('purchase_project_step', 'this step does not follow');
    END IF;
    IF wall_account() <> n.state_by_id THEN
        PERFORM purchase_refuse('purchase_project_by', 'a step is taken in one''s own name');
    END IF;
    IF n.round <> o.round + (CASE WHEN o.state = 'failed' AND n.state = 'reserved' THEN 1 ELSE 0 END)
       OR (n.state NOT IN ('invited', 'reserved') AND
           (n.method, n.method_reason, n.min_bidders, n.panel_size, n.notice_days, n.deadline) IS DISTINCT FROM
           (o.method, o.method_reason, o.min_bidders, o.panel_size, o.notice_days, o.deadline))
       OR (n.state NOT IN ('opened', 'reserved') AND n.opened_at IS DISTINCT FROM o.opened_at)
       OR (n.state NOT IN ('awarded', 'reserved') AND n.awarded_bid IS DISTINCT FROM o.awarded_bid)
       OR (n.state = 'reserved' AND (n.opened_at, n.awarded_bid, n.deadline, n.opening_by_id) IS DISTINCT FROM
           (NULL::timestamptz, NULL::uuid, NULL::timestamptz, NULL::bigint)) THEN
        PERFORM purchase_refuse('purchase_project_step', 'what this step does not change');
    END IF;
    SELECT coalesce(sum(b.amount), 0) INTO v_held FROM purchase_subjectbalance b
    WHERE b.subject = 'project:' || n.id AND b.stage = 'reserved';
    SELECT count(*) INTO v_bids FROM purchase_bid b
    WHERE b.project_id = n.id AND b.round = n.round AND b.state = 'submitted';
    IF n.state = 'reserved' AND v_held < n.budget THEN
        PERFORM purchase_refuse('purchase_project_money', 'the money is not reserved');
    ELSIF n.state = 'called_off' AND v_held <> 0 THEN
        PERFORM purchase_refuse('purchase_project_money', 'money is still reserved');
    ELSIF n.state = 'invited' THEN
        PERFORM purchase_invited_rightly(n);
    ELSIF n.state = 'failed' AND o.state = 'invited' AND statement_timestamp() < n.deadline THEN
        PERFORM purchase_refuse('purchase_project_sealed', 'bids may still come in');
    ELSIF n.state = 'opened' AND (
        statement_timestamp() < n.deadline OR n.opening_by_id IS NULL OR o.opening_by_id IS DISTINCT FROM n.opening_by_id
        OR n.opening_by_id = n.state_by_id OR n.opened_at IS NULL) THEN
        PERFORM purchase_refuse('purchase_project_sealed', 'two people open, after the deadline');
    ELSIF n.state = 'opened' AND v_bids < n.min_bidders THEN
        PERFORM purchase_refuse('purchase_project_bidders', 'too few bids');
    ELSIF n.state = 'scored' AND (
        v_bids < n.min_bidders
        OR n.panel_size > (SELECT count(*) FROM purchase_panelmember m WHERE m.project_id = n.id AND m.round = n.round
                           AND m.submitted_at IS NOT NULL)
        OR EXISTS (SELECT FROM purchase_panelmember m WHERE m.project_id = n.id AND m.round = n.round
                   AND m.declaration <> 'conflict' AND m.submitted_at IS NULL)) THEN
        PERFORM purchase_refuse('purchase_project_panel', 'the panel has not finished');
    ELSIF n.state = 'awarded' AND n.awarded_bid IS DISTINCT FROM (
        SELECT b.id FROM purchase_bid b WHERE b.project_id = n.id AND b.round = n.round AND b.state = 'submitted'
        ORDER BY b.score DESC, b.price, b.submitted_at LIMIT 1) THEN
        PERFORM purchase_refuse('purchase_project_best', 'the award goes to the highest score');
    ELSIF n.state = 'signed' THEN
        PERFORM purchase_signed_rightly(n);
    END IF;
END $$;

CREATE FUNCTION purchase_project_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.state = 'need' AND NOT EXISTS (
        SELECT FROM network_organisation o WHERE o.id = NEW.buyer_id AND o.kinds @> '{{department}}'
        AND o.credit_code LIKE '11%') THEN
        PERFORM purchase_refuse('purchase_project_buyer', 'only a state organ buys');
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'need' OR NEW.round <> 1 OR NEW.opened_at IS NOT NULL OR NEW.opening_by_id IS NOT NULL
           OR wall_account() <> NEW.state_by_id THEN
            PERFORM purchase_refuse('purchase_project_step', 'a project begins with its need');
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.state IN ('signed', 'called_off') THEN
        PERFORM purchase_refuse('purchase_project_step', 'what is over stays as it is');
    END IF;
    IF (NEW.id, NEW.hub_id, NEW.number) IS DISTINCT FROM (OLD.id, OLD.hub_id, OLD.number)
       OR OLD.state <> 'need' AND ({differ(CONTENT)}) THEN
        PERFORM purchase_refuse('purchase_project_stands', 'what money is reserved for stays as it is');
    END IF;
    IF NEW.state <> OLD.state THEN
        PERFORM purchase_project_steps(OLD, NEW);
        IF NEW.state IN ('signed', 'called_off') THEN
            NEW.keep_until := (NEW.state_at AT TIME ZONE '{ZONE}')::date + interval '15 years';
        END IF;
    ELSIF NEW.state <> 'need' AND ({differ(BY_STEPS)}) THEN
        PERFORM purchase_refuse('purchase_project_step', 'only a step changes this');
    ELSIF NEW.opening_by_id IS DISTINCT FROM OLD.opening_by_id AND (
        NEW.state <> 'invited' OR statement_timestamp() < NEW.deadline OR NEW.opening_by_id <> wall_account()) THEN
        PERFORM purchase_refuse('purchase_project_sealed', 'opening is asked for in one''s own name, after the deadline');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchase_project_guard BEFORE INSERT OR UPDATE ON purchase_project
FOR EACH ROW EXECUTE FUNCTION purchase_project_guard();

-- A step is written down; bids come open with it; their points are added up with it.
CREATE FUNCTION purchase_project_written() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO purchase_projectstep (project_id, number, state, round, at, by_id, by_name, with_name, reason)
    SELECT NEW.id, coalesce(max(s.number), 0) + 1, NEW.state, NEW.round, NEW.state_at, NEW.state_by_id, NEW.state_name,
           CASE WHEN NEW.state = 'opened' THEN NEW.opening_name ELSE '' END, NEW.reason
    FROM purchase_projectstep s WHERE s.project_id = NEW.id;
    IF NEW.state = 'opened' THEN
        UPDATE purchase_bid SET opened_at = NEW.opened_at
        WHERE project_id = NEW.id AND round = NEW.round AND state = 'submitted';
    ELSIF NEW.state = 'scored' THEN
        UPDATE purchase_bid b SET score = round(
            coalesce((SELECT sum(s.points) / count(DISTINCT s.member_id) FROM purchase_score s
                      JOIN purchase_panelmember m ON m.id = s.member_id AND m.declaration = 'clear'
                      WHERE s.bid_id = b.id), 0)
            + coalesce((SELECT c.points FROM purchase_criterion c WHERE c.project_id = NEW.id AND c.is_price), 0)
              * (SELECT min(e.price) FROM purchase_bid e
                 WHERE e.project_id = NEW.id AND e.round = NEW.round AND e.state = 'submitted') / b.price, 2)
        WHERE b.project_id = NEW.id AND b.round = NEW.round AND b.state = 'submitted';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER purchase_project_begun AFTER INSERT ON purchase_project
FOR EACH ROW EXECUTE FUNCTION purchase_project_written();
CREATE TRIGGER purchase_project_written AFTER UPDATE ON purchase_project
FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION purchase_project_written();

-- Criteria, stations and who is asked are fixed before anybody bids.
CREATE FUNCTION purchase_project_before_bids() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_row jsonb := to_jsonb(coalesce(NEW, OLD));
    v_project purchase_project;
BEGIN
    SELECT * INTO v_project FROM purchase_project p WHERE p.id = (v_row ->> 'project_id')::uuid FOR SHARE;
    IF v_project.state NOT IN ('need', 'reserved') OR (v_row ->> 'round')::int <> v_project.round THEN
        PERFORM purchase_refuse('purchase_project_stands', 'bids are made for what was said before');
    END IF;
    IF TG_TABLE_NAME = 'purchase_project_stations' AND v_project.hub_id <> (
        SELECT s.hub_id FROM network_station s WHERE s.id = (v_row ->> 'station_id')::int) THEN
        PERFORM purchase_refuse('purchase_project_hub', 'a station of another county');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER purchase_project_before_bids BEFORE INSERT OR UPDATE OR DELETE ON purchase_criterion
FOR EACH ROW EXECUTE FUNCTION purchase_project_before_bids();
CREATE TRIGGER purchase_project_before_bids BEFORE INSERT OR UPDATE OR DELETE ON purchase_invitation
FOR EACH ROW EXECUTE FUNCTION purchase_project_before_bids();
CREATE TRIGGER purchase_project_before_bids BEFORE INSERT OR UPDATE OR DELETE ON purchase_project_stations
FOR EACH ROW EXECUTE FUNCTION purchase_project_before_bids();
"""

BIDS = f"""
CREATE FUNCTION purchase_bid_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    p purchase_project;
    v_today date := (statement_timestamp() AT TIME ZONE '{ZONE}')::date;
BEGIN
    SELECT * INTO p FROM purchase_project WHERE id = NEW.project_id FOR SHARE;
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.state <> 'submitted' OR NEW.round <> p.round
       OR NEW.state = 'rejected' AND p.state <> 'opened') THEN
        PERFORM purchase_refuse('purchase_bid_final', 'this bid stays as it is');
    END IF;
    IF NEW.state IN ('submitted', 'withdrawn') AND (
        p.state <> 'invited' OR NEW.round <> p.round OR statement_timestamp() >= p.deadline) THEN
        PERFORM purchase_refuse('purchase_bid_in_time', 'after the deadline');
    END IF;
    IF TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    IF NEW.state <> 'submitted' OR NEW.hub_id <> p.hub_id OR NEW.opened_at IS NOT NULL OR NEW.score IS NOT NULL THEN
        PERFORM purchase_refuse('purchase_bid_sealed', 'a bid comes in sealed');
    END IF;
    IF NOT EXISTS (SELECT FROM network_organisation o WHERE o.id = NEW.organisation_id AND o.credit_code IS NOT NULL
                   AND o.kinds @> '{{agency}}'
                   AND o.since <= v_today AND (o.until IS NULL OR o.until > v_today))
       OR NOT EXISTS (SELECT FROM purchase_licence l WHERE l.organisation_id = NEW.organisation_id
                      AND l.since <= v_today AND l.until > v_today)
       OR EXISTS (SELECT FROM purchase_creditrecord c WHERE c.organisation_id = NEW.organisation_id
                  AND c.kind IN ('abnormal', 'excluded') AND c.since <= v_today
                  AND (c.until IS NULL OR c.until > v_today)) THEN
        PERFORM purchase_refuse('purchase_bid_qualified', 'not qualified to offer');
    END IF;
    IF p.method <> 'open_tender' AND NOT EXISTS (
        SELECT FROM purchase_invitation i WHERE i.project_id = p.id AND i.round = p.round
        AND i.organisation_id = NEW.organisation_id) THEN
        PERFORM purchase_refuse('purchase_bid_invited', 'not invited');
    END IF;
    IF NEW.price > p.budget THEN
        PERFORM purchase_refuse('purchase_bid_within_budget', 'above the budget');
    END IF;
    IF NEW.labour_share < p.labour_floor THEN
        PERFORM purchase_refuse('purchase_bid_labour_floor', 'too little for labour');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchase_bid_guard BEFORE INSERT OR UPDATE ON purchase_bid
FOR EACH ROW EXECUTE FUNCTION purchase_bid_guard();

CREATE FUNCTION purchase_panel_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    p purchase_project;
BEGIN
    SELECT * INTO p FROM purchase_project WHERE id = NEW.project_id FOR SHARE;
    IF p.state <> 'opened' OR NEW.round <> p.round OR NEW.hub_id <> p.hub_id
       OR TG_OP = 'INSERT' AND NEW.declaration <> 'waiting'
       OR TG_OP = 'UPDATE' AND (OLD.submitted_at IS NOT NULL
          OR OLD.declaration <> 'waiting' AND NEW.declaration <> OLD.declaration) THEN
        PERFORM purchase_refuse('purchase_panel_in_time', 'the panel works while bids are scored');
    END IF;
    IF NEW.declaration <> 'conflict' AND purchase_related(NEW.account_id, NEW.project_id, NEW.round) IS NOT NULL THEN
        PERFORM purchase_refuse('purchase_panel_unrelated', 'related to a bidder');
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT FROM network_grant g WHERE g.account_id = NEW.account_id AND g.role = 'assessor'
        AND g.since <= wall_today() AND (g.until IS NULL OR g.until > wall_today())) THEN
        PERFORM purchase_refuse('purchase_panel_assessor', 'not an assessor');
    END IF;
    IF NEW.submitted_at IS NOT NULL AND (SELECT count(*) FROM purchase_score s JOIN purchase_bid b ON b.id = s.bid_id
                                         WHERE s.member_id = NEW.id AND b.state = 'submitted') <> (
        SELECT count(*) FROM purchase_bid b JOIN purchase_criterion c ON c.project_id = b.project_id AND NOT c.is_price
        WHERE b.project_id = NEW.project_id AND b.round = NEW.round AND b.state = 'submitted') THEN
        PERFORM purchase_refuse('purchase_panel_complete', 'not all is scored');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchase_panel_guard BEFORE INSERT OR UPDATE ON purchase_panelmember
FOR EACH ROW EXECUTE FUNCTION purchase_panel_guard();

CREATE FUNCTION purchase_score_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    s purchase_score := coalesce(NEW, OLD);
BEGIN
    IF NOT EXISTS (SELECT FROM purchase_panelmember m JOIN purchase_project p ON p.id = m.project_id
                   JOIN purchase_bid b ON b.project_id = m.project_id AND b.round = m.round AND b.state <> 'withdrawn'
                   JOIN purchase_criterion c ON c.project_id = m.project_id AND NOT c.is_price
                   WHERE m.id = s.member_id AND b.id = s.bid_id AND c.id = s.criterion_id AND s.points <= c.points
                   AND m.declaration = 'clear' AND m.submitted_at IS NULL AND p.state = 'opened'
                   AND p.round = m.round) THEN
        PERFORM purchase_refuse('purchase_score_in_place', 'not to be scored so');
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER purchase_score_guard BEFORE INSERT OR UPDATE OR DELETE ON purchase_score
FOR EACH ROW EXECUTE FUNCTION purchase_score_guard();

CREATE FUNCTION purchase_objection_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.answered_at IS NOT NULL THEN
        PERFORM purchase_refuse('purchase_objection_final', 'answered');
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT FROM purchase_project p JOIN purchase_bid b ON b.project_id = p.id AND b.round = p.round
        WHERE p.id = NEW.project_id AND p.state = 'awarded' AND p.round = NEW.round AND b.state <> 'withdrawn'
        AND b.organisation_id = NEW.organisation_id) THEN
        PERFORM purchase_refuse('purchase_objection_of_bidder', 'only a bidder objects, and only to an award');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchase_objection_guard BEFORE INSERT OR UPDATE ON purchase_objection
FOR EACH ROW EXECUTE FUNCTION purchase_objection_guard();

-- Papers of a purchase are kept for fifteen years from its end (Government Procurement Law, art. 42).
CREATE FUNCTION purchase_paper_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_row jsonb := to_jsonb(OLD);
BEGIN
    IF coalesce((SELECT p.keep_until FROM purchase_project p
                 WHERE p.id = coalesce(v_row ->> 'project_id', v_row ->> 'id')::uuid), 'infinity') > wall_today() THEN
        PERFORM purchase_refuse('purchase_paper_kept', 'papers are kept for fifteen years');
    END IF;
    RETURN OLD;
END $$;
"""
KEPT = ("project", "projectstep", "notice", "bid", "panelmember", "objection")
REFUSED_CHANGE = ("projectstep", "notice")
TERM = """
ALTER TABLE purchase_project ADD CONSTRAINT purchase_project_term CHECK (
    until <= since + interval '1 year' OR long_term_reason <> '' AND until <= since + interval '3 years')
"""
TRIGGERS = "".join(
    f"CREATE TRIGGER purchase_paper_kept BEFORE DELETE ON purchase_{table} "
    "FOR EACH ROW EXECUTE FUNCTION purchase_paper_kept();\n"
    for table in KEPT
) + "".join(
    f"CREATE TRIGGER purchase_never_rewritten BEFORE UPDATE ON purchase_{table} "
    "FOR EACH ROW EXECUTE FUNCTION purchase_never_rewritten();\n"
    for table in REFUSED_CHANGE
)
GUARDS = {
    "project": ("project_guard", "project_begun", "project_written"),
    "criterion": ("project_before_bids",),
    "invitation": ("project_before_bids",),
    "project_stations": ("project_before_bids",),
    "bid": ("bid_guard",),
    "panelmember": ("panel_guard",),
    "score": ("score_guard",),
    "objection": ("objection_guard",),
}
BEFORE = (
    "".join(f"DROP TRIGGER purchase_paper_kept ON purchase_{table};" for table in KEPT)
    + "".join(f"DROP TRIGGER purchase_never_rewritten ON purchase_{table};" for table in REFUSED_CHANGE)
    + "".join(f"DROP TRIGGER purchase_{name} ON purchase_{table};" for table, names in GUARDS.items() for name in names)
    + """
ALTER TABLE purchase_project DROP CONSTRAINT purchase_project_term;
DROP FUNCTION purchase_project_guard(), purchase_project_written(), purchase_project_before_bids(), purchase_bid_guard(),
    purchase_panel_guard(), purchase_score_guard(), purchase_objection_guard(), purchase_paper_kept(),
    purchase_project_steps(purchase_project, purchase_project), purchase_invited_rightly(purchase_project),
    purchase_signed_rightly(purchase_project), purchase_my_projects(), purchase_scored_projects(),
    purchase_bids_received(uuid), purchase_bidders(uuid), purchase_candidates(), purchase_related(bigint, uuid, int);
"""
)

CITY = "(SELECT wall_roles()) && '{city}'::text[]"
COUNTY = "(SELECT wall_roles()) && '{county}'::text[]"
ADMIN = "(SELECT wall_roles()) && '{admin}'::text[]"
OFFICER = "(SELECT wall_roles()) && '{city,county}'::text[]"
OWN = "hub_id = ANY ((SELECT wall_hubs())::int[])"
HERE = f"({CITY} OR {COUNTY} AND {OWN})"
ME = "(SELECT wall_account())"
FIRM = "organisation_id = ANY ((SELECT wall_organisations())::bigint[])"
SOMEBODY = f"{ME} IS NOT NULL"
# The policy of purchase_project decides which of them exist for the viewer.
OF_PROJECT = "EXISTS (SELECT FROM purchase_project p WHERE p.id = project_id)"
OF_OWN_PROJECT = f"{OFFICER} AND {OF_PROJECT}"


def walled(table: str, rights: str, columns: tuple[str, ...] = ()) -> list[object]:
    """Rights on a table with row-level security; `columns` are those that may be changed later."""
    changed = [wall.grant(f"purchase_{table}", "update", columns)] if columns else []
    return [wall.grant(f"purchase_{table}", rights), *changed, wall.enable(f"purchase_{table}")]


def policy(table: str, name: str, *conditions: str | None, command: str) -> object:
    """A policy of one of purchase's tables."""
    return wall.policy(f"purchase_{table}", name, *conditions, command=command)


class Migration(migrations.Migration):
    dependencies = [("purchase", "0018_projects"), ("network", "0002_scope"), ("workforce", "0002_wall")]
    operations = [
        migrations.RunSQL(LOOKS + PROJECT + BIDS + TERM + ";" + TRIGGERS, BEFORE),
        *walled("methodrule", "select, insert, update"),
        policy("methodrule", "everybody_reads", "true", command="SELECT"),
        policy("methodrule", "the_city_sets", None, CITY, command="INSERT"),
        policy("methodrule", "the_city_ends", CITY, command="UPDATE"),
        *[
            operation
            for table in ("licence", "creditrecord")
            for operation in (
                *walled(table, "select, insert, update, delete"),
                policy(table, "everybody_reads", SOMEBODY, command="SELECT"),
                policy(table, "kept_by_officers", None, f"{OFFICER} OR {ADMIN}", command="INSERT"),
                policy(table, "changed_by_administrators", ADMIN, command="UPDATE"),
                policy(table, "removed_by_administrators", ADMIN, command="DELETE"),
            )
        ],
        *walled("agencycomplaint", "select, insert", ("answer", "answered_at", "answered_by_id")),
        policy("agencycomplaint", "seen_by_officers_and_the_agency", f"{HERE} OR {FIRM}", command="SELECT"),
        policy("agencycomplaint", "made_by_officers", None, f"{HERE} AND made_by_id = {ME}", command="INSERT"),
        policy("agencycomplaint", "answered_by_the_agency", FIRM, command="UPDATE"),
        *walled("project", "select, insert, update"),
        policy(
            "project", "seen_at_home_and_by_who_takes_part",
            f"{HERE} OR id = ANY ((SELECT purchase_my_projects())::uuid[])", command="SELECT",
        ),
        policy("project", "begun_at_home", None, HERE, command="INSERT"),
        policy("project", "led_at_home", HERE, command="UPDATE"),
        *walled("project_stations", "select, insert, delete"),
        policy("project_stations", "with_the_project", OF_PROJECT, command="SELECT"),
        policy("project_stations", "set_at_home", None, OF_OWN_PROJECT, command="INSERT"),
        policy("project_stations", "removed_at_home", OF_OWN_PROJECT, command="DELETE"),
        *walled("projectstep", "select"),
        policy("projectstep", "seen_at_home", OF_OWN_PROJECT, command="SELECT"),
        *walled("criterion", "select, insert, update, delete"),
        policy("criterion", "with_the_project", OF_PROJECT, command="SELECT"),
        policy("criterion", "set_at_home", OF_OWN_PROJECT, command="ALL"),
        *walled("invitation", "select, insert, delete"),
        policy("invitation", "seen_at_home_and_by_the_invited", f"{OF_OWN_PROJECT} OR {FIRM}", command="SELECT"),
        policy("invitation", "made_at_home", None, OF_OWN_PROJECT, command="INSERT"),
        policy("invitation", "removed_at_home", OF_OWN_PROJECT, command="DELETE"),
        *walled("notice", "select, insert"),
        policy("notice", "everybody_reads", "true", command="SELECT"),
        policy("notice", "published_at_home", None, OF_OWN_PROJECT, command="INSERT"),
        *walled("bid", "select, insert", ("state", "state_reason", "withdrawn_at")),
        policy(
            "bid", "sealed_until_opened",
            f"{FIRM} OR opened_at IS NOT NULL AND ({HERE} "
            "OR project_id = ANY ((SELECT purchase_scored_projects())::uuid[]))", command="SELECT",
        ),
        policy("bid", "made_by_the_organisation", None, f"{FIRM} AND submitted_by_id = {ME}", command="INSERT"),
        policy("bid", "withdrawn_by_the_organisation", FIRM, f"{FIRM} AND state = 'withdrawn'", command="UPDATE"),
        policy(
            "bid", "rejected_at_home", f"opened_at IS NOT NULL AND {HERE}", f"{HERE} AND state = 'rejected'",
            command="UPDATE",
        ),
        *walled("panelmember", "select, insert", ("declaration", "interest", "declared_at", "submitted_at")),
        policy("panelmember", "seen_at_home_and_by_oneself", f"{HERE} OR account_id = {ME}", command="SELECT"),
        policy("panelmember", "appointed_at_home", None, f"{HERE} AND appointed_by_id = {ME}", command="INSERT"),
        policy("panelmember", "speaks_for_oneself", f"account_id = {ME}", command="UPDATE"),
        *walled("score", "select, insert, delete"),
        policy(
            "score", "seen_by_who_gave_it_and_when_all_are_in",
            f"EXISTS (SELECT FROM purchase_panelmember m JOIN purchase_project p ON p.id = m.project_id "
            f"WHERE m.id = member_id AND (m.account_id = {ME} OR {OFFICER} AND (p.round > m.round "
            "OR p.state IN ('scored', 'awarded', 'signed', 'failed', 'called_off'))))", command="SELECT",
        ),
        *[
            policy("score", name, *conditions, command=command)
            for name, conditions, command in (
                ("given_by_oneself", (None, f"member_id IN (SELECT m.id FROM purchase_panelmember m WHERE m.account_id = {ME})"), "INSERT"),
                ("taken_back_by_oneself", (f"member_id IN (SELECT m.id FROM purchase_panelmember m WHERE m.account_id = {ME})",), "DELETE"),
            )
        ],
        *walled("objection", "select, insert", ("answer", "is_upheld", "answered_at", "answered_by_id")),
        policy("objection", "seen_at_home_and_by_the_bidder", f"{OF_OWN_PROJECT} OR {FIRM}", command="SELECT"),
        policy("objection", "made_by_the_bidder", None, f"{FIRM} AND made_by_id = {ME}", command="INSERT"),
        policy("objection", "answered_at_home", OF_OWN_PROJECT, command="UPDATE"),
    ]
