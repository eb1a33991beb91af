"""The wall: nobody without scope sees a personal row, even by a raw query; and no table is forgotten."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction

from shegong.catalogue.models import Instrument
from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.network.scope import become_unprivileged, enter, viewing
from shegong.people.models import AccessToken, Account
from shegong.practice.actions.family import save_family
from shegong.practice.actions.record import record_service
from shegong.practice.models import (
    Assessment,
    AssessmentNeed,
    Attachment,
    AttachmentChunk,
    Case,
    CaseApproval,
    CaseGoal,
    CaseSheet,
    CaseStep,
    CaseTransfer,
    ClientGroup,
    ClientMerge,
    ClientToken,
    Consent,
    Contact,
    Disability,
    EmergencyService,
    Enquiry,
    ErasureProposal,
    Evaluation,
    EvaluationLink,
    FollowUp,
    GoalRating,
    Household,
    LowIncome,
    Numbering,
    PlannedService,
    PrintedFile,
    PrintJob,
    ProtectionReport,
    RecordRevision,
    Referral,
    ReportAlert,
    ReportLook,
    ReportNotice,
    RestrictedLook,
    SubjectRequest,
    Survey,
    SurveyLink,
    SurveyResponse,
)
from tests.factories import START, World, new_key
from tests.network.premises import fill_premises
from tests.practice.families import three_generations
from tests.practice.gatherings import fill_gatherings
from tests.practice.test_record import Room
from tests.workforce.pool import fill_pool
from tests.workforce.qualifications import fill_qualifications
from tests.workforce.supervising import fill_supervision, make_agreement, make_supervisor

# Every table with personal data. A table is either here or below: a new one must be put into one of the two.
PERSONAL = {
    "people_account",
    "people_accesstoken",
    "people_account_groups",
    "people_account_user_permissions",
    "django_admin_log",
    "otp_totp_totpdevice",
    "otp_static_staticdevice",
    "otp_static_statictoken",
    "axes_accessattempt",
    "axes_accesslog",
    "axes_accessfailurelog",
    "axes_accessattemptexpiration",
    "network_grant",
    "network_sharingagreement",
    "network_equipmentloan",
    "network_booking",
    "network_bookingseries",
    "workforce_worker",
    "workforce_credential",
    "workforce_posting",
    "workforce_leave",
    "workforce_profilecorrection",
    "workforce_proof",
    "workforce_proofpiece",
    "workforce_registration",
    "workforce_credentialrequest",
    "workforce_enrolment",
    "workforce_learningentry",
    "workforce_supervisorprofile",
    "workforce_supervisionagreement",
    "workforce_supervisionsession",
    "workforce_supervisionnote",
    "workforce_supervisionattendee",
    "workforce_supervisionadvice",
    "workforce_supervisionadvicestep",
    "workforce_supervisionrating",
    "workforce_supervisionhandover",
    "workforce_supervisionoffer",
    "workforce_supervisionrequest",
    "workforce_supervisionbooking",
    "workforce_poolproposal",
    "workforce_poolassignment",
    # Officers and assessors by name; who offered is secret before the opening (tests/purchase/test_project.py).
    "purchase_project",
    "purchase_projectstep",
    "purchase_panelmember",
    "purchase_bid",
    # Who is to work and their certificates (tests/purchase/test_documents.py).
    "purchase_bidfile",
    "purchase_bidpiece",
    "purchase_objection",
    "purchase_agencycomplaint",
    "journal_event",
    "journal_outbox",
    "indicators_workreport",
    "appraisal_selfcheck",
    # Between the city and whom a letter binds (tests/appraisal/test_letter_wall.py).
    "appraisal_targetletter",
    "appraisal_letteritem",
    "appraisal_lettermilestone",
    "appraisal_letterproof",
    "appraisal_letterproofpiece",
    "appraisal_letterentry",
    "appraisal_lettermark",
    "appraisal_letterobjection",
    "appraisal_letterstep",
    "appraisal_letterprogress",
    "appraisal_checkanswer",
    "appraisal_checkproof",
    "appraisal_checkproofpiece",
    "appraisal_checkstep",
    # Who is responsible, photos, reviewers' notes (tests/appraisal/test_finding.py, test_loop_and_signs.py).
    "appraisal_finding",
    "appraisal_findingstep",
    "appraisal_findingproof",
    "appraisal_findingproofpiece",
    "linkage_donation",
    "linkage_donor",
    "linkage_giftlot",
    "linkage_giftreceipt",
    "linkage_giftrecipient",
    "linkage_giftsettlement",
    "linkage_giftuse",
    "linkage_stock",
    "linkage_stockmove",
    "appraisal_signreview",
    # Volunteers see themselves alone (tests/linkage/test_volunteering.py).
    "linkage_volunteer",
    "linkage_volunteertraining",
    "linkage_honour",
    "linkage_thanks",
    "linkage_signup",
    "linkage_attendance",
    "linkage_hourscorrection",
    "linkage_certificate",
    "linkage_servedyear",
    # Between their sides; whom departments send; leaders of groups (tests/linkage/test_agreement.py, test_group.py).
    "linkage_agreement",
    "linkage_agreementparty",
    "linkage_agreementreview",
    "linkage_agreementstation",
    "linkage_departmentreferral",
    "linkage_groupproject",
    "linkage_groupstep",
    "linkage_groupsupport",
    "linkage_jointactivity",
    "linkage_jointpart",
    "linkage_jointproject",
    "linkage_localgroup",
    "linkage_microgrant",
    "linkage_referralchannel",
    # Assessors by name; what they score is shown step by step (tests/appraisal/test_round.py).
    "appraisal_declaredrelation",
    "appraisal_roundmember",
    "appraisal_roundstep",
    "appraisal_roundunit",
    "appraisal_roundresult",
    "appraisal_scoresheet",
    "appraisal_settlement",
    "appraisal_sheetphoto",
    "appraisal_sheetphotopiece",
    "appraisal_sheetscore",
    "appraisal_unitrecords",
    # Askers' words, complaints, requests about own data (tests/portal/test_door.py, test_own_data.py).
    "portal_word",
    "portal_complaint",
    "portal_owndatarequest",
    *(model._meta.db_table for model in apps.get_app_config("practice").get_models()),
} - {
    "practice_numbering",
    "practice_survey",
    "practice_retentionrule",
    "practice_deadline",
    "practice_specialday",
    "practice_reporttrigger",
    "practice_contractwork",
    "practice_contractunit",
    "practice_commitmentdone",
}
IMPERSONAL = {
    # Django's own: names of permissions; sessions hold a signed account number, and new accounts' passwords encrypted.
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_session",
    # The city, its stations and organisations, which are public; and the stamp of their headcounts.
    "indicators_stockstamp",
    "network_city",
    "network_site",
    "network_area",
    "network_openinghours",
    "network_equipment",
    "network_coverageplan",
    "network_division",
    "network_operation",
    "network_organisation",
    "network_station",
    "network_stationstage",
    "catalogue_field",
    "catalogue_instrument",
    "catalogue_populationgroup",
    "catalogue_serviceitem",
    "purchase_contract",
    "purchase_contract_stations",
    "purchase_instalment",
    "purchase_fund",
    # How many people a tier's stations need.
    "workforce_staffingrule",
    # Courses and how many places are taken; what a career asks for.
    "workforce_course",
    "workforce_careercondition",
    # Money names no person; row-level security still shows each county its own (tests/purchase/test_ledger.py).
    "purchase_acceptance",
    "purchase_agencyanswer",
    "purchase_amendment",
    "purchase_balance",
    "purchase_claim",
    "purchase_claimfile",
    "purchase_claimpiece",
    "purchase_commitment",
    "purchase_contractentry",
    "purchase_contractwarning",
    "purchase_deduction",
    "purchase_deliverable",
    "purchase_payment",
    # Organisations and sums; each still behind row-level security, but for what is public: rules and notices.
    "purchase_creditrecord",
    "purchase_criterion",
    "purchase_invitation",
    "purchase_licence",
    "purchase_methodrule",
    "purchase_notice",
    # What goes out with a notice.
    "purchase_projectfile",
    "purchase_projectpiece",
    "purchase_project_stations",
    "purchase_score",
    "purchase_budgetsheet",
    "purchase_fiscalyear",
    "purchase_fundrule",
    "purchase_ledgerentry",
    "purchase_ledgerline",
    "purchase_subjectbalance",
    "purchase_transfer",
    "purchase_treasuryrow",
    "purchase_treasurysheet",
    # Policies, standards, who is standardised and until when stations are to be: public; the city writes them.
    "appraisal_citation",
    "appraisal_clause",
    "appraisal_findingterm",
    # Plans with their seeds, draws and items are public once published.
    "appraisal_draw",
    "appraisal_milestone",
    "appraisal_round",
    "appraisal_rounditem",
    "appraisal_policydocument",
    "appraisal_policyversion",
    "appraisal_rulequestion",
    "appraisal_standard",
    "appraisal_standarditem",
    "appraisal_standardisation",
    # What volunteers can do and be honoured with; calls are public once they are out.
    "linkage_skill",
    "linkage_honourkind",
    "linkage_opportunity",
    # What the community fund may pay.
    "linkage_payableservice",
    # Published: what entitles a charity, and its drives (drafts are the charity's by policy).
    "linkage_charitycertificate",
    "linkage_drive",
    # Numbers that name nobody; digests; what is surveyed where and when.
    "kernel_keymark",
    "practice_numbering",
    "practice_survey",
    "practice_retentionrule",
    # Sums, and how often keys that name nobody come up; the keys of persons are granted to nobody.
    "practice_contractwork",
    "practice_contractunit",
    "practice_commitmentdone",
    # How much work a county holds to be fair.
    "workforce_fairrange",
    # How long one may wait, holidays, and what must be reported.
    "practice_deadline",
    "practice_specialday",
    "practice_reporttrigger",
    "portal_attempt",
    # Keyed digests of telephone numbers, granted to nobody.
    "portal_guest",
    "indicators_publishedfigure",
    "indicators_tally",
    "indicators_target",
    "journal_seal",
}


def tables() -> dict[str, bool]:
    """{table: row-level security is on} of the schema, partitions left to their parent."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, relrowsecurity FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p') AND NOT relispartition"
        )
        return dict(cursor.fetchall())


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        number: int = cursor.fetchone()[0]
    return number


@pytest.fixture
def filled(world: World) -> Room:
    """At least one row in every table of the practice, the workforce, the network's grants, people and the journal."""
    room = Room(world)
    client, account = room.clients[0], room.account
    fill_premises(room.station, account)
    of_client = {"hub_id": client.hub_id, "station_id": client.station_id, "client": client}
    Household.objects.create(hub_id=client.hub_id, station_id=client.station_id, address="某街 1 号")
    ClientGroup.objects.create(**of_client, group=world.groups["older"], since=START)
    ClientToken.objects.create(**of_client, token="wangxiuying")
    Disability.objects.create(**of_client, kind="4", grade=2, since=START)
    LowIncome.objects.create(**of_client, kind="minimum", since=START)
    Contact.objects.create(**of_client, name="王强", relation="儿子", phone="13800000000")
    Numbering.objects.create(hub_id=client.hub_id, kind="client", year=2022, last=1)
    Consent.objects.create(**of_client, purpose="service", basis="consent", given_on=START, recorded_by=account)
    now = clock.now()
    RestrictedLook.objects.create(**of_client, account=account, reason="查", at=now, until=now + timedelta(hours=1))
    ClientMerge.objects.create(
        hub_id=client.hub_id,
        station_id=client.station_id,
        kept=client,
        merged=room.clients[1],
        merged_at=now,
        merged_by=account,
    )
    record = room.record()
    RecordRevision.objects.create(
        hub_id=record.hub_id,
        station_id=record.station_id,
        record=record,
        number=1,
        before={},
        reason="改",
        revised_at=now,
        revised_by=account,
    )
    instrument = Instrument.objects.create(code="t", definition={}, since=START, name_zh="表", name_en="Form")
    assessment = Assessment.objects.create(
        **of_client,
        instrument=instrument,
        assessed_on=START,
        worker=room.worker,
        risk=1,
        recorded_at=now,
        recorded_by=account,
    )
    AssessmentNeed.objects.create(
        hub_id=client.hub_id, station_id=client.station_id, assessment=assessment, field=world.fields["CA"], level=2
    )
    case = Case.objects.create(
        **of_client,
        number="C-1",
        group=world.groups["older"],
        worker=room.worker,
        problem="孤独",
        opened_on=START,
        opened_by=account,
    )
    of_case = {"hub_id": case.hub_id, "station_id": case.station_id, "case": case}
    CaseStep.objects.create(**of_case, stage="intake", entered_on=START, entered_at=now, entered_by=account)
    CaseSheet.objects.create(
        **of_case, stage="intake", witness="李主任", written_on=START, written_at=now, written_by=account
    )
    CaseApproval.objects.create(**of_case, kind="plan", asked_by=account, asked_at=now)
    CaseTransfer.objects.create(
        **of_case,
        number=case.number,
        from_worker=room.worker,
        to_station=room.station,
        reason="搬家",
        asked_by=account,
        asked_at=now,
    )
    goal = CaseGoal.objects.create(
        **of_case,
        statement="下楼",
        measure="次数",
        baseline="0",
        levels=["一", "二", "三", "四", "五"],
        due_on=START,
        written_by=account,
        written_at=now,
    )
    GoalRating.objects.create(**of_case, goal=goal, rated_on=START, level=0, rated_by=account, rated_at=now)
    PlannedService.objects.create(
        **of_case,
        service=world.services["T01"],
        times=1,
        per="week",
        minutes=60,
        since=START,
        until=START,
        written_by=account,
        written_at=now,
    )
    FollowUp.objects.create(**of_case, due_on=START)
    EmergencyService.objects.create(
        **of_case, record=record, reason="急", marked_by=account, marked_at=now, review_by=now
    )
    here = {"hub_id": client.hub_id, "station_id": client.station_id}
    survey = Survey.objects.create(
        **here, title="调查", instrument=instrument, since=START, is_anonymous=False, made_at=now, made_by=account
    )
    SurveyLink.objects.create(**here, survey=survey, token="t", made_at=now, made_by=account)
    SurveyResponse.objects.create(
        **here, survey=survey, name="李国强", answered_on=START, recorded_at=now, recorded_by=account
    )
    asked = SubjectRequest.objects.create(
        **of_client,
        kind="erase",
        asker="self",
        text="请删除",
        received_on=START,
        due_on=START + timedelta(days=30),
        recorded_at=now,
        recorded_by=account,
    )
    ErasureProposal.objects.create(**of_client, kind="file", request=asked, proposed_at=now, proposed_by=account)
    enquiry = Enquiry.objects.create(
        **of_client,
        number="Q1",
        source="self",
        received_at=now,
        received_on=START,
        name="王秀英",
        need="独居",
        due_at=now,
    )
    Referral.objects.create(
        **of_client,
        number="R1",
        enquiry=enquiry,
        receiver_kind="station",
        to_station=world.rooms["B1"],
        to_hub=world.hubs["B"],
        reason="搬家",
        asked="继续服务",
        basis="consent",
        created_at=now,
        created_by=account,
    )
    report = ProtectionReport.objects.create(
        **of_client, number="B1", started_at=now, started_by=account, saved_at=now, due_at=now
    )
    of_report = {"hub_id": client.hub_id, "station_id": client.station_id, "report": report}
    ReportNotice.objects.create(
        **of_report, authority="police", told_at=now, channel="phone", officer="张警官", noted_at=now, noted_by=account
    )
    ReportAlert.objects.create(**of_report, account=account, told_at=now)
    ReportLook.objects.create(**of_report, account=account, reason="查", at=now, until=now + timedelta(hours=1))
    with viewing(account.pk) as viewer:
        save_family(client, three_generations(client), by=viewer, at=now)
    fill_gatherings(client, account, world.services["T02"], room.worker.pk, START)
    attachment = Attachment.objects.create(
        **of_client, kind="document", media="image/jpeg", name="a.jpg", size=1, chunks=1, digest=b"x" * 16,
        attached_at=now, attached_by=account,
    )  # fmt: skip
    AttachmentChunk.objects.create(
        hub_id=client.hub_id, station_id=client.station_id, attachment=attachment, number=1, sealed=b"x"
    )
    job = PrintJob.objects.create(
        hub_id=client.hub_id, station_id=client.station_id, account=account, kind="client", subject=client.pk,
        title="T", asked_at=now,
    )  # fmt: skip
    PrintedFile.objects.create(hub_id=client.hub_id, station_id=client.station_id, id=job.pk, sealed=b"x")
    link = EvaluationLink.objects.create(
        **here, record=record, digest=b"x" * 32, channel="link", made_at=now, made_by=account, expires_at=now
    )
    Evaluation.objects.create(
        **here, record=record, evaluated_on=START, score=5, said_by="client", channel="link", link=link,
        recorded_at=now,
    )  # fmt: skip
    room.worker.corrections.create(
        hub_id=room.worker.hub_id, station_id=room.worker.station_id, proposed="{}", before="{}", reason="错",
        asked_at=now, asked_by=account,
    )  # fmt: skip
    room.worker.leaves.create(
        hub_id=client.hub_id,
        station_id=client.station_id,
        first_on=START,
        last_on=START,
        entered_at=now,
        entered_by=account,
    )
    fill_qualifications(room.worker, account, START)
    fill_supervision(world, room.worker, account, case)
    fill_pool(room.worker, world.worker(world.hubs["A"]), account)
    AccessToken.objects.create(account=account, name="t", digest=b"x" * 32, expires_at=now + timedelta(days=1))
    return room


def test_every_table_is_known_and_personal_ones_are_walled(db: None) -> None:
    found = tables()
    assert set(found) == PERSONAL | IMPERSONAL
    assert {table for table in PERSONAL if not found[table]} == set()


def test_the_unprivileged_role_can_not_pass_the_wall(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'shegong_app'")
        assert cursor.fetchone() == (False,)
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND pg_get_userbyid(relowner) = 'shegong_app'"
        )
        assert cursor.fetchone() == (0,)


def test_without_scope_every_personal_table_is_empty(filled: Room) -> None:
    practice = {table for table in PERSONAL if table.startswith(("practice_", "workforce_", "people_acc", "network_"))}
    empty = {table for table in practice if count(table) == 0}
    assert empty == {"people_account_groups", "people_account_user_permissions"}  # nothing to hide there
    with transaction.atomic():
        become_unprivileged()
        assert {table: n for table in PERSONAL if (n := count(table))} == {}


@pytest.mark.parametrize("role", ["city", "assessor", "volunteer", "donor", "dpo", "admin", "county", "head", "worker"])
def test_a_viewer_elsewhere_sees_no_client(world: World, filled: Room, role: str) -> None:
    """Officers of the city see no client by name at all; those of another county or station see none of this one's."""
    where = {"county": world.hubs["B"], "head": world.towns["B"], "worker": world.rooms["A2"]}.get(role, world.centre)
    stranger = world.account(role, where)
    clients_tables = {table for table in PERSONAL if table.startswith("practice_")}
    # The data-protection officer sees who looked, consents, requests and erasures: keys of files, not who they are.
    protected = {"restrictedlook", "consent", "subjectrequest", "erasureproposal"}
    # The city's officers make links to surveys of any station.
    seen = {"dpo": {f"practice_{table}" for table in protected}, "city": {"practice_surveylink"}}
    allowed = seen.get(role, set())
    with viewing(stranger.pk):
        assert {table for table in clients_tables if count(table)} - allowed == set()


def test_those_in_reach_see_the_client(world: World, filled: Room) -> None:
    for role, where in (("county", world.hubs["A"]), ("head", world.towns["A"]), ("worker", world.rooms["A1"])):
        with viewing(world.account(role, where).pk):
            assert count("practice_client") == 2
            assert count("practice_servicerecord") == 1
            assert count("practice_clienttoken") == 1


def test_a_restricted_file_stays_hidden_until_a_reason_is_given(world: World) -> None:
    room = Room(world)
    hidden = world.client(room.station, "赵敏", restricted=("drugs",))
    ClientToken.objects.create(hub_id=hidden.hub_id, station_id=hidden.station_id, client=hidden, token="zhaomin")
    now = clock.now()
    with viewing(room.account.pk):
        assert count("practice_client") == 2 and count("practice_clienttoken") == 0
        RestrictedLook.objects.bulk_create(
            [
                RestrictedLook(
                    hub_id=hidden.hub_id,
                    station_id=hidden.station_id,
                    client=hidden,
                    account=room.account,
                    reason="随访",
                    at=now,
                    until=now + timedelta(hours=8),
                )
            ]
        )
        assert count("practice_client") == 3 and count("practice_clienttoken") == 1


def test_a_record_with_a_restricted_client_is_hidden_with_it(world: World) -> None:
    room = Room(world)
    hidden = world.client(room.station, "赵敏", restricted=("drugs",))
    look = RestrictedLook.objects.create(
        hub_id=hidden.hub_id,
        station_id=hidden.station_id,
        client=hidden,
        account=room.account,
        reason="随访",
        at=clock.now(),
        until=clock.now() + timedelta(hours=8),
    )
    with viewing(room.account.pk) as viewer:
        draft = replace(room.draft, client_ids=(hidden.id,))
        record_service(new_key(), draft, by=viewer, at=clock.now())
        assert count("practice_servicerecord") == 1
    look.delete()
    with viewing(room.account.pk):
        assert count("practice_servicerecord") == 0


def test_a_supervisor_sees_the_supervised_case_and_nothing_else(world: World, filled: Room) -> None:
    profile = make_supervisor(world, world.hubs["A"])
    supervisor = profile.worker.account
    assert supervisor
    with viewing(supervisor.pk):
        assert count("practice_client") == 0 and count("practice_case") == 0
    Case.objects.update(supervisor=supervisor)
    with viewing(supervisor.pk):
        assert count("practice_client") == 0 and count("practice_case") == 0  # nothing was agreed
    make_agreement(profile, world.towns["A"])
    with viewing(supervisor.pk):
        assert count("practice_client") == 1 and count("practice_case") == 1
        assert count("practice_servicerecord") == 0  # the record isn't part of the case


def test_an_agency_sees_the_clients_of_the_stations_it_runs(world: World, filled: Room) -> None:
    agencies = [
        apps.get_model("network", "Organisation").objects.create(name=n, kinds=["agency"], since=START) for n in "甲乙"
    ]
    filled.station.operations.create(mode="agency", organisation=agencies[0], since=START)
    for agency, seen in zip(agencies, (2, 0), strict=True):
        account = Account.objects.create(username=f"agency-{agency.pk}", display_name="机构")
        account.grants.create(role="agency", station=world.centre, organisation=agency, since=START)
        with viewing(account.pk):
            assert count("practice_client") == seen


def test_the_journal_can_not_be_changed_nor_written_in_anothers_name(world: World, filled: Room) -> None:
    log("seen", "client", "1", by=filled.account.pk)
    with viewing(filled.account.pk):
        assert count("journal_event") >= 1
        with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE journal_event SET verb = 'x'")
        with pytest.raises(Exception, match="row-level security"), transaction.atomic():
            log("seen", "client", "1", by=filled.account.pk + 1000)


def test_a_role_counts_only_within_its_period(world: World, filled: Room) -> None:
    account = world.account("worker", filled.station)
    account.grants.update(until=clock.today())
    with viewing(account.pk) as viewer:
        assert viewer.roles == frozenset() and count("practice_client") == 0


def test_a_switched_off_account_enters_no_scope(world: World, filled: Room) -> None:
    filled.account.is_active = False
    filled.account.save()
    with transaction.atomic():
        become_unprivileged()
        assert enter(filled.account.pk) is None and count("practice_client") == 0
