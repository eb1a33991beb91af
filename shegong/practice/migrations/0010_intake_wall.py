"""The wall around enquiries, referrals and reports; what the database itself forbids in their course; and the clocks,
the special days and the situations to be reported, as data.

A referral belongs to who sent it. Its receiver sees it from the moment at which it was released, and a trigger lets it
be released on a consent that holds or on a named statutory basis only. A withdrawn consent takes back what hasn't been
accepted, in the same statement that withdraws it.
"""

from datetime import date, timedelta

from django.db import migrations

from shegong.kernel import wall

FUNCTIONS = f"""
-- The organisations for which the viewer receives referrals: as a department's liaison or an agency's lead.
CREATE FUNCTION wall_receivers() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT g.organisation_id), '{{}}') FROM network_grant g
    WHERE g.account_id = wall_account() AND g.role IN ('liaison', 'agency') AND g.organisation_id IS NOT NULL
      AND wall_roles() && '{{liaison,agency}}'::text[]
      AND g.since <= wall_today() AND (g.until IS NULL OR g.until > wall_today())
$$;

-- The stations that the viewer heads, with those below.
CREATE FUNCTION wall_headed() RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() @> '{{head}}' THEN coalesce((
        SELECT array_agg(DISTINCT s.id) FROM network_grant g
        JOIN network_station h ON h.id = g.station_id
        JOIN network_station s ON s.id = h.id OR s.town_id = h.id OR (h.tier = 'hub' AND s.hub_id = h.id)
        WHERE g.account_id = wall_account() AND g.role = 'head'
          AND g.since <= wall_today() AND (g.until IS NULL OR g.until > wall_today())), '{{}}')
    ELSE '{{}}'::int[] END
$$;

-- The hubs for which the viewer is the county's officer.
CREATE FUNCTION wall_counties() RETURNS int[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() @> '{{county}}' THEN coalesce((
        SELECT array_agg(DISTINCT s.hub_id) FROM network_grant g JOIN network_station s ON s.id = g.station_id
        WHERE g.account_id = wall_account() AND g.role = 'county'
          AND g.since <= wall_today() AND (g.until IS NULL OR g.until > wall_today())), '{{}}')
    ELSE '{{}}'::int[] END
$$;

-- The reports that a data-protection officer has opened for a reason.
CREATE FUNCTION wall_reports_opened() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN wall_roles() @> '{{dpo}}' THEN coalesce((
        SELECT array_agg(l.report_id) FROM practice_reportlook l
        WHERE l.account_id = wall_account() AND l.until > now()), '{{}}')
    ELSE '{{}}'::uuid[] END
$$;

-- A report by its number, for the officer who has yet to give a reason: key and place, nothing of what it says.
CREATE FUNCTION practice_report_numbered(p_number text) RETURNS TABLE (report_id uuid, hub_id int, station_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.id, r.hub_id, r.station_id FROM practice_protectionreport r
    WHERE r.number = p_number AND wall_roles() @> '{{dpo}}'
$$;
"""

GUARDS = """
CREATE FUNCTION practice_guard_enquiry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF wall_account() IS NOT NULL AND NEW.decision <> '' THEN
            RAISE EXCEPTION 'an enquiry begins undecided' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF OLD.decision <> '' AND (NEW.decision, NEW.decided_at, NEW.decided_by_id, NEW.case_id, NEW.record_id)
          IS DISTINCT FROM (OLD.decision, OLD.decided_at, OLD.decided_by_id, OLD.case_id, OLD.record_id) THEN
        RAISE EXCEPTION 'an intake decision is final' USING ERRCODE = 'check_violation';
    ELSIF (NEW.hub_id, NEW.station_id, NEW.number, NEW.received_at, NEW.received_on)
          IS DISTINCT FROM (OLD.hub_id, OLD.station_id, OLD.number, OLD.received_at, OLD.received_on) THEN
        RAISE EXCEPTION 'where and when an enquiry came in stays' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER practice_guard_enquiry BEFORE INSERT OR UPDATE ON practice_enquiry
FOR EACH ROW EXECUTE FUNCTION practice_guard_enquiry();

CREATE FUNCTION practice_guard_referral() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF wall_account() IS NOT NULL AND NEW.state NOT IN ('waiting', 'sent') THEN
            RAISE EXCEPTION 'a referral begins waiting or sent' USING ERRCODE = 'check_violation';
        END IF;
    ELSE
        IF (NEW.hub_id, NEW.station_id, NEW.number, NEW.client_id, NEW.case_id, NEW.enquiry_id, NEW.receiver_kind,
            NEW.to_hub_id, NEW.to_station_id, NEW.to_organisation_id, NEW.created_at, NEW.created_by_id, NEW.reason,
            NEW.asked) IS DISTINCT FROM
           (OLD.hub_id, OLD.station_id, OLD.number, OLD.client_id, OLD.case_id, OLD.enquiry_id, OLD.receiver_kind,
            OLD.to_hub_id, OLD.to_station_id, OLD.to_organisation_id, OLD.created_at, OLD.created_by_id, OLD.reason,
            OLD.asked) THEN
            RAISE EXCEPTION 'what was asked of whom stays' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) <> ALL (ARRAY[
            'waiting>sent', 'waiting>withdrawn', 'sent>accepted', 'sent>declined', 'sent>withdrawn',
            'accepted>returned', 'declined>closed', 'returned>closed']) THEN
            RAISE EXCEPTION 'a referral does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
        END IF;
        IF OLD.released_at IS NOT NULL AND (NEW.released_at, NEW.basis, NEW.consent_id, NEW.consent_on)
           IS DISTINCT FROM (OLD.released_at, OLD.basis, OLD.consent_id, OLD.consent_on) THEN
            RAISE EXCEPTION 'on what it was released stays' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF NEW.released_at IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.released_at IS NULL) AND NOT (
        (NEW.basis IN ('duty', 'emergency') AND NEW.basis_note <> '')
        OR (NEW.client_id IS NULL AND NEW.consent_on IS NOT NULL)
        OR EXISTS (SELECT FROM practice_consent c WHERE c.id = NEW.consent_id AND c.hub_id = NEW.hub_id
                   AND c.client_id = NEW.client_id AND c.purpose = 'sharing'
                   AND (c.withdrawn_on IS NULL OR NEW.state NOT IN ('waiting', 'sent')))) THEN
        RAISE EXCEPTION 'a referral is released on consent or a statutory basis' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER practice_guard_referral BEFORE INSERT OR UPDATE ON practice_referral
FOR EACH ROW EXECUTE FUNCTION practice_guard_referral();

-- A consent was withdrawn: what rests on it and wasn't accepted is taken back, with all that it told.
CREATE FUNCTION practice_take_back_referrals() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE practice_referral
    SET state = 'withdrawn', withdrawn_at = now(), name = '', sex = '0', born_on = NULL, phone = '', address = '',
        community_id = NULL, group_id = NULL
    WHERE consent_id = NEW.id AND hub_id = NEW.hub_id AND state IN ('waiting', 'sent');
    RETURN NULL;
END $$;
CREATE TRIGGER practice_take_back_referrals AFTER UPDATE OF withdrawn_on ON practice_consent
FOR EACH ROW WHEN (OLD.withdrawn_on IS NULL AND NEW.withdrawn_on IS NOT NULL)
EXECUTE FUNCTION practice_take_back_referrals();

CREATE FUNCTION practice_guard_report() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF wall_account() IS NOT NULL AND NEW.state <> 'observed' THEN
            RAISE EXCEPTION 'a report begins with what was observed' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.hub_id, NEW.station_id, NEW.number, NEW.started_at, NEW.started_by_id, NEW.due_at) IS DISTINCT FROM
       (OLD.hub_id, OLD.station_id, OLD.number, OLD.started_at, OLD.started_by_id, OLD.due_at) THEN
        RAISE EXCEPTION 'the clock of a report can not be changed' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'closed' THEN
        RAISE EXCEPTION 'a closed report stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state THEN
        IF (OLD.state || '>' || NEW.state) <> ALL (ARRAY[
            'observed>reported', 'reported>followed', 'followed>closed', 'observed>closed']) THEN
            RAISE EXCEPTION 'a report does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.state = 'reported' AND NOT EXISTS (
            SELECT FROM practice_reportnotice n WHERE n.report_id = NEW.id AND n.hub_id = NEW.hub_id) THEN
            RAISE EXCEPTION 'a report needs the proof of it' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.state = 'closed' AND wall_account() IS NOT NULL
           AND NOT (NEW.station_id = ANY (wall_headed()) OR NEW.hub_id = ANY (wall_counties())) THEN
            RAISE EXCEPTION 'only the head or the county closes a report' USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER practice_guard_report BEFORE INSERT OR UPDATE ON practice_protectionreport
FOR EACH ROW EXECUTE FUNCTION practice_guard_report();
"""

REVERSE = """
DROP TRIGGER practice_guard_report ON practice_protectionreport;
DROP TRIGGER practice_take_back_referrals ON practice_consent;
DROP TRIGGER practice_guard_referral ON practice_referral;
DROP TRIGGER practice_guard_enquiry ON practice_enquiry;
DROP FUNCTION practice_guard_enquiry(), practice_guard_referral(), practice_take_back_referrals(),
    practice_guard_report();
"""
REVERSE_FUNCTIONS = """
DROP FUNCTION wall_receivers(), wall_headed(), wall_counties(), wall_reports_opened(), practice_report_numbered(text);
"""

REACH = "(hub_id = ANY ((SELECT wall_hubs())::int[]) OR station_id = ANY ((SELECT wall_stations())::int[]))"
OPEN = "(client_id IS NULL OR client_id <> ALL ((SELECT wall_hidden())::uuid[]))"
RECEIVED = """(released_at IS NOT NULL AND state <> 'withdrawn' AND (
    to_hub_id = ANY ((SELECT wall_hubs())::int[]) OR to_station_id = ANY ((SELECT wall_stations())::int[])
    OR to_organisation_id = ANY ((SELECT wall_receivers())::bigint[])))"""
KEEPS = """(started_by_id = (SELECT wall_account()) OR station_id = ANY ((SELECT wall_headed())::int[])
    OR hub_id = ANY ((SELECT wall_counties())::int[]))"""
WITH_ITS_REPORT = "EXISTS (SELECT FROM practice_protectionreport r WHERE r.id = report_id AND r.hub_id = {table}.hub_id)"

KEYED = (
    "practice_enquiry", "practice_referral", "practice_protectionreport", "practice_reportnotice",
    "practice_reportalert", "practice_reportlook",
)
REFERENCES = (
    ("practice_enquiry", "client_id", "hub_id", "practice_client"),
    ("practice_enquiry", "case_id", "hub_id", "practice_case"),
    ("practice_enquiry", "record_id", "hub_id", "practice_servicerecord"),
    ("practice_referral", "client_id", "hub_id", "practice_client"),
    ("practice_referral", "case_id", "hub_id", "practice_case"),
    ("practice_referral", "enquiry_id", "hub_id", "practice_enquiry"),
    ("practice_referral", "consent_id", "hub_id", "practice_consent"),
    ("practice_referral", "received_client_id", "to_hub_id", "practice_client"),
    ("practice_protectionreport", "client_id", "hub_id", "practice_client"),
    ("practice_reportnotice", "report_id", "hub_id", "practice_protectionreport"),
    ("practice_reportalert", "report_id", "hub_id", "practice_protectionreport"),
    ("practice_reportlook", "report_id", "hub_id", "practice_protectionreport"),
)

DEADLINES = (
    ("emergency", 2, None), ("urgent", 24, None), ("soon", None, 3), ("routine", None, 10),
    ("report", 2, None), ("escalate", 1, None),
)
# Holidays on weekdays and weekend days that are worked, by the State Council's notices for 2025 and 2026.
HOLIDAYS = (
    ("2025-01-01", 1), ("2025-01-28", 8), ("2025-04-04", 3), ("2025-05-01", 5), ("2025-05-31", 3), ("2025-10-01", 8),
    ("2026-01-01", 3), ("2026-02-15", 9), ("2026-04-04", 3), ("2026-05-01", 5), ("2026-06-19", 3), ("2026-09-25", 3),
    ("2026-10-01", 7),
)
WORKED = (
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14", "2026-02-28",
    "2026-05-09", "2026-09-20", "2026-10-10",
)
NINE = "关于建立侵害未成年人案件强制报告制度的意见（试行）第四条"
TRIGGERS = (
    ("injury", "隐私部位受到或疑似受到非正常损伤", "Abnormal injury, or suspicion of it, to private parts", NINE),
    ("under14", "不满 14 周岁的女孩受到或疑似受到性侵害，或怀孕、流产",
     "Girl under 14: sexual assault or suspicion of it, pregnancy or miscarriage", NINE),
    ("over14", "14 周岁以上女孩因受到或疑似受到性侵害而怀孕、流产",
     "Girl of 14 or over: pregnancy or miscarriage after sexual assault or suspicion of it", NINE),
    ("violence", "身上多处损伤、严重营养不良、意识不清，可能受到家庭暴力、欺凌、虐待、殴打或被麻醉",
     "Several injuries, severe malnutrition or clouded consciousness: possible violence, bullying, abuse or drugging", NINE),
    ("harm", "因自杀、自残、工伤、中毒、被麻醉、殴打等导致伤残或死亡",
     "Disabled or dead by suicide, self-harm, work injury, poisoning, drugging or beating", NINE),
    ("abandoned", "被遗弃，或长期无人照料", "Abandoned, or without care for a long time", NINE),
    ("unknown", "来源不明、失踪，或被拐卖、收买", "Of unknown origin, missing, trafficked or bought", NINE),
    ("begging", "被组织乞讨", "Made to beg in an organised way", NINE),
    ("grave", "身心健康受到其他严重侵害，或正面临不法侵害的危险",
     "Other grave harm to body or mind, or danger of unlawful harm", NINE),
    ("domestic", "无民事行为能力人、限制民事行为能力人受到或疑似受到家庭暴力",
     "Somebody who lacks or has limited capacity suffers domestic violence, or may", "反家庭暴力法第十四条"),
    ("other", "其他应当报告的情形", "Another situation to be reported", "未成年人保护法第十一条"),
)


def data(apps, schema_editor):
    """Clocks, special days and situations to be reported."""
    model = {name: apps.get_model("practice", name) for name in ("Deadline", "SpecialDay", "ReportTrigger")}
    model["Deadline"].objects.bulk_create(
        model["Deadline"](code=code, hours=hours, working_days=days) for code, hours, days in DEADLINES
    )
    free = (date.fromisoformat(start) + timedelta(days=n) for start, count in HOLIDAYS for n in range(count))
    model["SpecialDay"].objects.bulk_create(
        [
            *(model["SpecialDay"](day=day, is_working=False) for day in free if day.weekday() < 5),
            *(model["SpecialDay"](day=date.fromisoformat(day), is_working=True) for day in WORKED),
        ]
    )
    model["ReportTrigger"].objects.bulk_create(
        model["ReportTrigger"](code=code, name_zh=zh, name_en=en, clause=clause, position=position)
        for position, (code, zh, en, clause) in enumerate(TRIGGERS)
    )


def policies():
    """Rights and policies, table by table."""
    made = []
    for table in KEYED:
        rights = {"practice_reportalert": "select", "practice_reportnotice": "select, insert"}
        made += [wall.grant(table, rights.get(table, "select, insert, update")), wall.enable(table)]
    made += [wall.grant(f"practice_{table}", "select") for table in ("deadline", "specialday", "reporttrigger")]
    return [
        *made,
        wall.policy("practice_enquiry", "within_reach_and_open", f"{REACH} AND {OPEN}", REACH),
        wall.policy("practice_referral", "kept_by_its_sender", f"{REACH} AND {OPEN}", REACH),
        wall.policy("practice_referral", "seen_by_its_receiver_once_released", RECEIVED, command="SELECT"),
        wall.policy("practice_referral", "answered_by_its_receiver", RECEIVED, RECEIVED, command="UPDATE"),
        wall.policy("practice_protectionreport", "by_its_keepers", KEEPS, command="SELECT"),
        wall.policy("practice_protectionreport", "changed_by_its_keepers", KEEPS, KEEPS, command="UPDATE"),
        wall.policy("practice_protectionreport", "begun_within_reach", None,
                    f"started_by_id = (SELECT wall_account()) AND {REACH}", command="INSERT"),
        wall.policy("practice_protectionreport", "opened_for_a_reason",
                    "id = ANY ((SELECT wall_reports_opened())::uuid[])", command="SELECT"),
        wall.policy("practice_reportnotice", "with_its_report", WITH_ITS_REPORT.format(table="practice_reportnotice")),
        wall.policy("practice_reportalert", "own_alerts", "account_id = (SELECT wall_account())", command="SELECT"),
        wall.policy("practice_reportlook", "own_looks", "account_id = wall_account() AND wall_roles() @> '{dpo}'"),
    ]


class Migration(migrations.Migration):
    dependencies = [("practice", "0009_intake"), ("network", "0002_scope")]
    operations = [
        *[wall.composite_key(table, ["id", "hub_id"]) for table in KEYED],
        *[
            wall.composite_reference(table, [column, hub], to, ["id", "hub_id"], f"{table}_{column}_in_hub")
            for table, column, hub, to in REFERENCES
        ],
        migrations.RunSQL(FUNCTIONS, REVERSE_FUNCTIONS),
        migrations.RunSQL(GUARDS, REVERSE),
        *policies(),
        migrations.RunPython(data, migrations.RunPython.noop),
    ]
