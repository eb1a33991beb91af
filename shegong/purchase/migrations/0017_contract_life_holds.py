"""What the database holds of a contract's life: its money moves only with it, nothing is paid before its gate or twice;
and who sees, asks, judges and answers.
"""

from django.db import migrations

from shegong.kernel import wall

FUNCTIONS = """
-- Whether what an instalment waits for has happened: the signature (of later years: their beginning), or an acceptance.
CREATE FUNCTION purchase_gate_is_open(p_instalment bigint, p_on date) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE WHEN i.gate = 'signature'
        THEN p_on >= c.signed_on AND (i.year = 1 OR p_on >= c.since + (i.year - 1) * interval '1 year')
        ELSE EXISTS (SELECT FROM purchase_acceptance a WHERE a.contract_id = c.id AND a.year = i.year
                     AND a.kind = i.gate AND a.grade <> 'fail' AND a.held_on <= p_on)
        END
    FROM purchase_instalment i JOIN purchase_contract c ON c.id = i.contract_id WHERE i.id = p_instalment
$$;

-- All that must be true of a payment at the end of the transaction.
CREATE FUNCTION purchase_check_payment(p_payment uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    p record;
    booked numeric;
BEGIN
    SELECT m.*, i.amount AS due, i.contract_id AS plan_of INTO p
    FROM purchase_payment m JOIN purchase_instalment i ON i.id = m.instalment_id WHERE m.id = p_payment
    FOR UPDATE OF i;
    SELECT coalesce(sum(CASE e.kind WHEN 'pay' THEN e.amount WHEN 'reverse' THEN -e.amount END), 0) INTO booked
    FROM purchase_contractentry x JOIN purchase_ledgerentry e ON e.id = x.entry_id WHERE x.payment_id = p_payment;
    IF p.plan_of <> p.contract_id OR booked <> (CASE WHEN p.corrected_at IS NULL THEN p.amount ELSE 0 END) THEN
        PERFORM purchase_refuse('purchase_payment_booked', 'a payment is what the ledger says');
    END IF;
    IF p.corrected_at IS NOT NULL THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM purchase_deduction d WHERE d.instalment_id = p.instalment_id AND d.state = 'proposed')
       OR p.deducted <> (SELECT coalesce(sum(d.amount), 0) FROM purchase_deduction d
                         WHERE d.instalment_id = p.instalment_id AND d.state = 'upheld')
       OR p.amount <> p.due - p.deducted THEN
        PERFORM purchase_refuse('purchase_payment_amount', 'a payment is its instalment less what was held back');
    END IF;
    IF NOT purchase_gate_is_open(p.instalment_id, p.paid_on) THEN
        PERFORM purchase_refuse('purchase_payment_gate', 'nothing is paid before its gate');
    END IF;
END $$;

CREATE FUNCTION purchase_payment_holds() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM purchase_check_payment(NEW.id);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER purchase_payment_holds AFTER INSERT OR UPDATE ON purchase_payment
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION purchase_payment_holds();

CREATE FUNCTION purchase_contractentry_holds() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM purchase_ledgerentry e LEFT JOIN purchase_payment p ON p.id = NEW.payment_id
        LEFT JOIN purchase_instalment i ON i.id = p.instalment_id
        LEFT JOIN purchase_ledgerentry o ON o.id = e.reverses_id
        WHERE e.id = NEW.entry_id AND e.contract_id = NEW.contract_id
          AND CASE WHEN NEW.payment_id IS NULL THEN e.kind IN ('commit', 'release')
              ELSE p.contract_id = NEW.contract_id AND e.gate = i.gate
                   AND (e.kind = 'pay' AND e.booked_on = p.paid_on OR e.kind = 'reverse' AND o.kind = 'pay') END
    ) THEN
        PERFORM purchase_refuse('purchase_contract_entry', 'not an entry of this contract');
    END IF;
    IF NEW.payment_id IS NOT NULL THEN
        PERFORM purchase_check_payment(NEW.payment_id);
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER purchase_contractentry_holds AFTER INSERT ON purchase_contractentry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION purchase_contractentry_holds();

-- Money of a contract with a payment plan moves only with the contract's life.
CREATE FUNCTION purchase_entry_of_contract() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    of_contract bigint := split_part(NEW.subject, ':', 2)::bigint;
BEGIN
    IF EXISTS (SELECT FROM purchase_instalment i WHERE i.contract_id = of_contract)
       AND NOT EXISTS (SELECT FROM purchase_contractentry x WHERE x.entry_id = NEW.id AND x.contract_id = of_contract)
    THEN
        PERFORM purchase_refuse('purchase_contract_life', 'money of a contract moves with the contract');
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER purchase_entry_of_contract AFTER INSERT ON purchase_ledgerentry
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
WHEN (NEW.kind IN ('commit', 'pay', 'release', 'reverse') AND NEW.subject ~ '^contract:[0-9]{1,18}$')
EXECUTE FUNCTION purchase_entry_of_contract();

-- A payment is corrected once and otherwise never changed; nor is what was decided, judged or agreed.
CREATE TRIGGER purchase_never_rewritten BEFORE UPDATE OR DELETE ON purchase_payment FOR EACH ROW
WHEN (OLD.corrected_at IS NOT NULL) EXECUTE FUNCTION purchase_never_rewritten();
CREATE TRIGGER purchase_decided_once BEFORE UPDATE OR DELETE ON purchase_deduction FOR EACH ROW
WHEN (OLD.state <> 'proposed') EXECUTE FUNCTION purchase_never_rewritten();
CREATE TRIGGER purchase_lifted_once BEFORE UPDATE OR DELETE ON purchase_contractwarning FOR EACH ROW
WHEN (OLD.lifted_at IS NOT NULL) EXECUTE FUNCTION purchase_never_rewritten();
CREATE TRIGGER purchase_ended_once BEFORE UPDATE OF status, amount, until, version ON purchase_contract FOR EACH ROW
WHEN (OLD.status = 'terminated') EXECUTE FUNCTION purchase_never_rewritten();

-- Deductions: whatever is held back of an instalment is less than it, and the instalment isn't paid yet.
CREATE FUNCTION purchase_deduction_holds() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    due record;
BEGIN
    SELECT * INTO due FROM purchase_instalment i WHERE i.id = NEW.instalment_id FOR UPDATE;
    IF due.contract_id <> NEW.contract_id OR due.amount < (
        SELECT sum(d.amount) FROM purchase_deduction d WHERE d.instalment_id = NEW.instalment_id AND d.state <> 'dropped')
       OR EXISTS (SELECT FROM purchase_payment p
                  WHERE p.instalment_id = NEW.instalment_id AND p.corrected_at IS NULL) THEN
        PERFORM purchase_refuse('purchase_deduction_amount', 'no more is held back than is due');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER purchase_deduction_holds AFTER INSERT ON purchase_deduction
FOR EACH ROW EXECUTE FUNCTION purchase_deduction_holds();

-- An acceptance's score is the sum of its parts, and its round follows the one before.
CREATE FUNCTION purchase_acceptance_holds() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.score <> (SELECT coalesce(sum(value::numeric), -1) FROM jsonb_each_text(NEW.parts)) THEN
        PERFORM purchase_refuse('purchase_acceptance_score', 'the score is the sum of its parts');
    END IF;
    IF NEW.round <> 1 + (SELECT count(*) FROM purchase_acceptance a WHERE a.contract_id = NEW.contract_id
                         AND a.year = NEW.year AND a.kind = NEW.kind AND a.round < NEW.round) THEN
        PERFORM purchase_refuse('purchase_acceptance_round', 'acceptances are counted one by one');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER purchase_acceptance_holds AFTER INSERT ON purchase_acceptance
FOR EACH ROW EXECUTE FUNCTION purchase_acceptance_holds();

-- Whether a contract is the viewer's side's: the buyer's or the agency's.
CREATE FUNCTION purchase_contract_side(p_contract bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT wall_roles() && '{city}'::text[] OR EXISTS (
        SELECT FROM purchase_contract c WHERE c.id = p_contract
        AND (wall_roles() && '{county}'::text[] AND c.hub_id = ANY (wall_hubs())
             OR c.organisation_id = ANY (wall_organisations())))
$$;
CREATE FUNCTION purchase_contract_agency(p_contract bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT FROM purchase_contract c WHERE c.id = p_contract
                   AND c.organisation_id = ANY (wall_organisations()))
$$;
"""
BEFORE = """
DROP TRIGGER purchase_acceptance_holds ON purchase_acceptance;
DROP TRIGGER purchase_deduction_holds ON purchase_deduction;
DROP TRIGGER purchase_ended_once ON purchase_contract;
DROP TRIGGER purchase_lifted_once ON purchase_contractwarning;
DROP TRIGGER purchase_decided_once ON purchase_deduction;
DROP TRIGGER purchase_never_rewritten ON purchase_payment;
DROP TRIGGER purchase_entry_of_contract ON purchase_ledgerentry;
DROP TRIGGER purchase_contractentry_holds ON purchase_contractentry;
DROP TRIGGER purchase_payment_holds ON purchase_payment;
DROP FUNCTION purchase_contract_agency(bigint), purchase_contract_side(bigint), purchase_acceptance_holds(),
    purchase_deduction_holds(), purchase_entry_of_contract(), purchase_contractentry_holds(), purchase_payment_holds(),
    purchase_check_payment(uuid), purchase_gate_is_open(bigint, date);
"""

SEEN = "contract_id IN (SELECT c.id FROM purchase_contract c)"
SIDE = "purchase_contract_side(contract_id)"
OWN = "purchase_contract_own(contract_id)"
AGENCY = "purchase_contract_agency(contract_id)"
ME = "(SELECT wall_account())"
# The same as SIDE, asked once for all rows.
OF_SIDES = (
    "contract_id IN (SELECT c.id FROM purchase_contract c WHERE (SELECT wall_roles()) && '{city}'::text[] "
    "OR (SELECT wall_roles()) && '{county}'::text[] AND c.hub_id = ANY ((SELECT wall_hubs())::int[]) "
    "OR c.organisation_id = ANY ((SELECT wall_organisations())::bigint[]))"
)
# What everybody reads who sees the contract; and what is between the two sides.
OPEN = {
    "commitment": "select, insert, update, delete",
    "deliverable": "select, insert, update",
    "amendment": "select, insert",
    "acceptance": "select, insert",
}


def walled(table: str, rights: str, seen: str) -> list[object]:
    name = f"purchase_{table}"
    return [
        wall.grant(name, rights),
        wall.enable(name),
        wall.policy(name, "seen_with_its_contract", seen, command="SELECT"),
    ]


def written(table: str, rights: str) -> list[object]:
    """Who signs a contract writes this; not a policy for all commands, which would be asked of each row that is read."""
    made: list[object] = [wall.policy(table, "added_by_who_signs", None, OWN, command="INSERT")]
    if "update" in rights:
        made.append(wall.policy(table, "changed_by_who_signs", OWN, command="UPDATE"))
    if "delete" in rights:
        made.append(wall.policy(table, "removed_by_who_signs", OWN, command="DELETE"))
    return made


class Migration(migrations.Migration):
    dependencies = [("purchase", "0016_contract_life")]
    operations = [
        migrations.RunSQL(FUNCTIONS, BEFORE),
        *[
            operation
            for table, rights in OPEN.items()
            for operation in (
                *walled(table, rights, SEEN),
                *written(f"purchase_{table}", rights),
            )
        ],
        *walled("contractwarning", "select, insert", OF_SIDES),
        wall.grant("purchase_contractwarning", "update", ["lifted_at", "lifted_by_id"]),
        *written("purchase_contractwarning", "insert, update"),
        *walled("deduction", "select, insert", OF_SIDES),
        wall.grant("purchase_deduction", "update", ["state", "decided_at", "decided_by_id"]),
        *written("purchase_deduction", "insert, update"),
        *walled("agencyanswer", "select, insert", OF_SIDES),
        wall.policy(
            "purchase_agencyanswer", "given_by_the_agency", None, f"given_by_id = {ME} AND {AGENCY}", command="INSERT"
        ),
        *walled("claim", "select, insert", OF_SIDES),
        wall.policy(
            "purchase_claim", "made_by_either_side", None, f"claimed_by_id = {ME} AND {SIDE}", command="INSERT"
        ),
        *[
            operation
            for table in ("claimfile", "claimpiece")
            for operation in (
                *walled(table, "select, insert", OF_SIDES),
                wall.policy(f"purchase_{table}", "brought_by_either_side", None, SIDE, command="INSERT"),
            )
        ],
        *walled("payment", "select, insert", OF_SIDES),
        wall.grant("purchase_payment", "update", ["corrected_at", "corrected_by_id", "correction"]),
        *written("purchase_payment", "insert, update"),
        *walled("contractentry", "select, insert", OF_SIDES),
        wall.policy("purchase_contractentry", "made_by_who_signs", None, OWN, command="INSERT"),
    ]
