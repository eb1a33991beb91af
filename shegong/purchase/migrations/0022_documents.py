"""Documents of purchases: those of the call for bids, fixed once it is out; those of bids, sealed with them by the same
policies, in content and in name. None is ever deleted before its time; what is replaced stays where it is.
"""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

from shegong.kernel import schema, wall

GUARDS = """
-- What bids are made for is said before they are asked for: no document comes or goes afterwards.
CREATE FUNCTION purchase_projectfile_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    p purchase_project;
BEGIN
    SELECT * INTO p FROM purchase_project WHERE id = NEW.project_id FOR SHARE;
    IF p.state NOT IN ('need', 'reserved') THEN
        PERFORM purchase_refuse('purchase_document_fixed', 'the documents went out');
    END IF;
    IF TG_TABLE_NAME = 'purchase_projectpiece' THEN
        IF TG_OP = 'UPDATE' OR NOT EXISTS (
            SELECT FROM purchase_projectfile f WHERE f.id = NEW.file_id AND f.project_id = NEW.project_id
            AND f.round = p.round AND f.removed_round IS NULL) THEN
            PERFORM purchase_refuse('purchase_document_fixed', 'a content is written once, with its document');
        END IF;
    ELSIF TG_OP = 'INSERT' AND (NEW.round <> p.round OR NEW.removed_round IS NOT NULL)
       OR TG_OP = 'UPDATE' AND (
           OLD.removed_round IS NOT NULL OR NEW.removed_round IS DISTINCT FROM p.round
           OR to_jsonb(NEW) - 'removed_round' <> to_jsonb(OLD) - 'removed_round') THEN
        PERFORM purchase_refuse('purchase_document_fixed', 'a document is only ever added or taken away');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchase_projectfile_guard BEFORE INSERT OR UPDATE ON purchase_projectfile
FOR EACH ROW EXECUTE FUNCTION purchase_projectfile_guard();
CREATE TRIGGER purchase_projectfile_guard BEFORE INSERT OR UPDATE ON purchase_projectpiece
FOR EACH ROW EXECUTE FUNCTION purchase_projectfile_guard();

-- A bid's documents come and go until the deadline, as the bid itself.
CREATE FUNCTION purchase_bidfile_guard() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    v_row jsonb := to_jsonb(NEW);
    v_bid uuid := (v_row ->> 'bid_id')::uuid;
    p purchase_project;
BEGIN
    SELECT * INTO p FROM purchase_project WHERE id = NEW.project_id FOR SHARE;
    IF TG_TABLE_NAME = 'purchase_bidpiece' THEN
        SELECT f.bid_id INTO v_bid FROM purchase_bidfile f
        WHERE f.id = NEW.file_id AND f.project_id = NEW.project_id AND f.removed_at IS NULL;
    END IF;
    IF p.state <> 'invited' OR statement_timestamp() >= p.deadline OR NOT EXISTS (
        SELECT FROM purchase_bid b WHERE b.id = v_bid AND b.project_id = p.id AND b.round = p.round
        AND b.state = 'submitted') THEN
        PERFORM purchase_refuse('purchase_bid_in_time', 'after the deadline');
    END IF;
    IF TG_OP = 'INSERT' AND v_row ->> 'removed_at' IS NOT NULL OR TG_OP = 'UPDATE' AND (
        TG_TABLE_NAME = 'purchase_bidpiece' OR to_jsonb(OLD) ->> 'removed_at' IS NOT NULL
        OR v_row ->> 'removed_at' IS NULL OR v_row - 'removed_at' <> to_jsonb(OLD) - 'removed_at') THEN
        PERFORM purchase_refuse('purchase_document_fixed', 'a document is only ever added or taken away');
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER purchase_bidfile_guard BEFORE INSERT OR UPDATE ON purchase_bidfile
FOR EACH ROW EXECUTE FUNCTION purchase_bidfile_guard();
CREATE TRIGGER purchase_bidfile_guard BEFORE INSERT OR UPDATE ON purchase_bidpiece
FOR EACH ROW EXECUTE FUNCTION purchase_bidfile_guard();
"""
TABLES = ("purchase_projectfile", "purchase_projectpiece", "purchase_bidfile", "purchase_bidpiece")
KEPT = "".join(
    f"CREATE TRIGGER purchase_paper_kept BEFORE DELETE ON {table} "
    "FOR EACH ROW EXECUTE FUNCTION purchase_paper_kept();\n"
    for table in TABLES
)
BEFORE = (
    "".join(
        f"DROP TRIGGER purchase_paper_kept ON {table}; "
        f"DROP TRIGGER {'purchase_bidfile_guard' if 'bid' in table else 'purchase_projectfile_guard'} ON {table};\n"
        for table in TABLES
    )
    + "DROP FUNCTION purchase_projectfile_guard(), purchase_bidfile_guard();"
)

OFFICER = "(SELECT wall_roles()) && '{city,county}'::text[]"
ME = "(SELECT wall_account())"
MINE = "organisation_id = ANY ((SELECT wall_organisations())::bigint[])"
# The policies of purchase_project and purchase_bid decide which of them exist for the viewer.
OF_OWN_PROJECT = f"{OFFICER} AND EXISTS (SELECT FROM purchase_project p WHERE p.id = project_id)"
OF_OWN_BID = f"EXISTS (SELECT FROM purchase_bid b WHERE b.id = bid_id AND b.{MINE})"


def out_in(turn: str) -> str:
    """Whether a document goes out in a round."""
    since, removed = "purchase_projectfile.round", "purchase_projectfile.removed_round"
    return f"{turn} >= {since} AND ({removed} IS NULL OR {turn} < {removed})"


# Who is asked or scores reads what went out in the round in question; what is public everybody reads.
OUT = f"""
EXISTS (SELECT FROM purchase_notice n WHERE n.project_id = purchase_projectfile.project_id AND n.kind = 'invitation'
        AND {out_in("n.round")})
OR EXISTS (SELECT FROM purchase_invitation i JOIN purchase_project p ON p.id = i.project_id
           WHERE i.project_id = purchase_projectfile.project_id AND i.{MINE} AND {out_in("i.round")}
           AND (i.round < p.round OR p.state NOT IN ('need', 'reserved')))
OR EXISTS (SELECT FROM purchase_panelmember m WHERE m.project_id = purchase_projectfile.project_id
           AND m.account_id = {ME} AND {out_in("m.round")})
"""
WITH_THE_BID = (
    "EXISTS (SELECT FROM purchase_bid b WHERE b.id = purchase_bidfile.bid_id "
    f"AND (purchase_bidfile.removed_at IS NULL OR b.{MINE}))"
)


def of_file(table: str) -> str:
    """Pieces are seen with their document."""
    return f"EXISTS (SELECT FROM {table} f WHERE f.id = file_id)"


def kept_file(*own: tuple[str, Any]) -> list[tuple[str, Any]]:
    """The columns that documents of both kinds have."""
    return [
        ("id", models.UUIDField(primary_key=True, serialize=False)),
        *own,
        ("media", models.CharField(max_length=20)),
        ("name", models.CharField(max_length=100, verbose_name="文件名")),
        ("size", models.IntegerField()),
        ("sha256", models.CharField(max_length=64)),
        ("added_at", models.DateTimeField()),
        ("added_by", pointing(settings.AUTH_USER_MODEL)),
    ]


def piece(of: str) -> list[tuple[str, Any]]:
    """The columns of a content's pieces."""
    key = models.CompositePrimaryKey(
        "file_id", "number", blank=True, editable=False, primary_key=True, serialize=False
    )
    return [
        ("pk", key),
        ("number", models.SmallIntegerField()),
        ("sealed", models.BinaryField()),
        ("file", pointing(of, "pieces")),
        ("project", pointing("purchase.project")),
    ]


def pointing(to: str, back: str = "+") -> Any:
    """A reference without an index of its own."""
    return models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name=back, to=to)


def known(name: str) -> models.CheckConstraint:
    """A document has a name, a kind, a size and a digest."""
    condition = Q(("media__in", ["image/jpeg", "application/pdf"]), ("size__gt", 0)) & Q(
        ("sha256__regex", "^[0-9a-f]{64}$"), models.Q(("name", ""), _negated=True)
    )
    return models.CheckConstraint(condition=condition, name=name)


class Migration(migrations.Migration):
    dependencies = [
        ("purchase", "0021_budget_and_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = schema.together([
        migrations.CreateModel(
            name="ProjectFile",
            fields=kept_file(
                ("project", pointing("purchase.project", "files")),
                ("round", models.SmallIntegerField()),
                ("removed_round", models.SmallIntegerField(null=True)),
            ),
            options={
                "verbose_name": "采购文件",
                "verbose_name_plural": "采购文件",
                "ordering": ["added_at", "name"],
                "indexes": [models.Index(fields=["project", "added_at"], name="purchase_projectfile_project")],
                "constraints": [
                    known("purchase_projectfile_known"),
                    models.CheckConstraint(
                        condition=Q(("removed_round__isnull", True), ("removed_round__gte", F("round")), _connector="OR"),
                        name="purchase_projectfile_rounds",
                    ),
                ],
            },
        ),
        migrations.CreateModel(name="ProjectPiece", fields=piece("purchase.projectfile")),
        migrations.CreateModel(
            name="BidFile",
            fields=kept_file(
                ("bid", pointing("purchase.bid", "files")),
                ("project", pointing("purchase.project")),
                ("removed_at", models.DateTimeField(null=True)),
            ),
            options={
                "verbose_name": "响应文件附件",
                "verbose_name_plural": "响应文件附件",
                "ordering": ["added_at", "name"],
                "indexes": [models.Index(fields=["bid", "added_at"], name="purchase_bidfile_bid")],
                "constraints": [known("purchase_bidfile_known")],
            },
        ),
        migrations.CreateModel(name="BidPiece", fields=piece("purchase.bidfile")),
        migrations.RunSQL(GUARDS + KEPT, BEFORE),
        *[
            operation
            for table in TABLES
            for operation in (wall.grant(table, "select, insert"), wall.enable(table))
        ],
        wall.grant("purchase_projectfile", "update", ["removed_round"]),
        wall.grant("purchase_bidfile", "update", ["removed_at"]),
        wall.policy(
            "purchase_projectfile", "seen_at_home_and_where_it_went_out", f"{OF_OWN_PROJECT} OR {OUT}", command="SELECT"
        ),
        wall.policy(
            "purchase_projectfile", "added_at_home", None, f"{OF_OWN_PROJECT} AND added_by_id = {ME}", command="INSERT"
        ),
        wall.policy("purchase_projectfile", "taken_away_at_home", OF_OWN_PROJECT, command="UPDATE"),
        wall.policy("purchase_projectpiece", "seen_with_its_document", of_file("purchase_projectfile"), command="SELECT"),
        wall.policy("purchase_projectpiece", "added_at_home", None, OF_OWN_PROJECT, command="INSERT"),
        wall.policy("purchase_bidfile", "sealed_with_its_bid", WITH_THE_BID, command="SELECT"),
        wall.policy(
            "purchase_bidfile", "added_by_the_organisation", None, f"{OF_OWN_BID} AND added_by_id = {ME}",
            command="INSERT",
        ),
        wall.policy("purchase_bidfile", "replaced_by_the_organisation", OF_OWN_BID, command="UPDATE"),
        wall.policy("purchase_bidpiece", "sealed_with_its_document", of_file("purchase_bidfile"), command="SELECT"),
        wall.policy(
            "purchase_bidpiece", "added_by_the_organisation", None,
            f"EXISTS (SELECT FROM purchase_bidfile f JOIN purchase_bid b ON b.id = f.bid_id "
            f"WHERE f.id = file_id AND b.{MINE})", command="INSERT",
        ),
    ])
