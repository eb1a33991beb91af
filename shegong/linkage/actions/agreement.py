"""Agreements: drafted with parties, places and channels; sent to be signed; signed by each side; amended, renewed,
ended; reviewed. The database puts an agreement into force with its last signature.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import told
from shegong.kernel.text import clean_text
from shegong.linkage.enums import DepartmentAgreementState, FollowKind, ReferralDirection, ReviewOutcome
from shegong.linkage.models import (
    FIVE_PARTS,
    Agreement,
    AgreementParty,
    AgreementReview,
    AgreementStation,
    ReferralChannel,
)
from shegong.linkage.queries import agreement as queries
from shegong.linkage.rules import agreement as rules
from shegong.linkage.rules.agreement import Terms
from shegong.network.enums import OrganisationKind
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.practice.queries.referral import receivers_of

# What the database refuses by a name of its own, in words and at the field.
REFUSED: Final = {
    "linkage_agreementparty_once": ("party_twice", _("同一个单位只能列一次。"), "organisation"),
    "linkage_referralchannel_once": ("channel_twice", _("同一个单位、方向和需求的通道已经有了。"), "needs"),
    "linkage_agreementstation_once": ("station_twice", _("这个站点已经列入。"), "station"),
    "linkage_agreementstation_within_reach": ("station_out_of_reach", _("这个站点不在签署方的范围内。"), "station"),
    "linkage_agreement_followed_once": ("followed", _("这份协议已经有新版。"), None),
    "linkage_agreement_channels_of_parties": ("channel_without_party", _("转介通道的单位不在协议方之内。"), None),
}


@dataclass(frozen=True, slots=True)
class PartyDraft:
    """Another side: who, what it does, whom to call."""

    organisation_id: int
    does: str = ""
    contact: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ChannelDraft:
    """A way on which people are referred; `groups` are population groups, none means all."""

    organisation_id: int
    direction: str
    needs: str
    accept_days: int
    result_days: int
    groups: tuple[int, ...] = ()


def in_words() -> AbstractContextManager[None]:
    """What the database refuses, said in words."""
    return told(_refusal)


def _refusal(rule: str) -> Problem | None:
    if rule == "linkage_agreement_frozen":
        return rules.frozen()
    if rule == "linkage_agreement_pkey":
        return key_taken()
    if rule not in REFUSED:
        return None
    code, words, field = REFUSED[rule]
    return Problem(code, words, field, status=422 if field else 409)


@transaction.atomic
def draft_agreement(
    hub: Station, terms: Terms, *, by: Viewer, at: datetime, today: date, key: UUID | None = None
) -> Agreement:
    """Begin an agreement of a hub (or the centre); its own side is party and it holds for the whole hub until places
    are chosen. Raises Problem or Problems at the five parts, title, since, until and review_months; 403; 409 for a key
    that is taken.
    """
    if not queries.may_draft(by, hub.pk):
        raise _not_yours()
    agreement = Agreement(id=key or uuid7(), hub=hub, drafted_at=at, drafted_by_id=by.account_id)
    _write(agreement, terms, today)
    return _begun(agreement, by, at)


def _begun(agreement: Agreement, by: Viewer, at: datetime) -> Agreement:
    with in_words():
        agreement.save(force_insert=True)
    AgreementParty.objects.create(agreement=agreement, station_id=agreement.hub_id)
    AgreementStation.objects.create(agreement=agreement, station_id=agreement.hub_id)
    _log("draft_department_agreement", agreement, by, at, version=agreement.version)
    return agreement


def _write(agreement: Agreement, terms: Terms, today: date) -> None:
    """Put words and days into an agreement, checked."""
    texts = {part: clean_text(getattr(terms, part), rules.TEXT_LENGTH, part).strip() for part in FIVE_PARTS}
    texts["title"] = clean_text(terms.title, rules.TITLE_LENGTH, "title").strip()
    former = agreement.follows.since if agreement.follows else None
    raise_any([
        *rules.parts_problems(texts),
        rules.days_problem(terms.since, terms.until, today, follows_since=former),
        rules.review_problem(terms.review_months),
    ])  # fmt: skip
    for name, text in texts.items():
        setattr(agreement, name, text)
    agreement.since, agreement.until, agreement.ends_on = terms.since, terms.until, terms.until
    agreement.review_months = terms.review_months


@transaction.atomic
def rewrite_agreement(agreement: Agreement, terms: Terms, *, by: Viewer, at: datetime, today: date) -> Agreement:
    """Change the words of a draft. Raises as drafting does; 409 for one that isn't a draft any more."""
    present = _drafted(agreement, by)
    _write(present, terms, today)
    present.save()
    _log("rewrite_agreement", present, by, at)
    return present


@transaction.atomic
def name_party(agreement: Agreement, draft: PartyDraft, *, by: Viewer, at: datetime, today: date) -> AgreementParty:
    """Name another side of a draft. Raises Problem at organisation (unknown, twice), does, contact and
    phone; 403, 409.
    """
    present = _drafted(agreement, by)
    if not queries.organisations_to_join(today).filter(pk=draft.organisation_id).exists():
        raise Problem("organisation_unknown", _("请从列表中选择单位。"), "organisation")
    party = AgreementParty(
        agreement=present, organisation_id=draft.organisation_id, does=clean_text(draft.does, 300, "does").strip(),
        contact=clean_text(draft.contact, 40, "contact").strip(), phone=clean_text(draft.phone, 30, "phone").strip(),
    )  # fmt: skip
    with in_words():
        party.save(force_insert=True)
    _log("name_agreement_party", present, by, at, organisation=draft.organisation_id)
    return party


@transaction.atomic
def set_own_side(agreement: Agreement, does: str, contact: str, phone: str, *, by: Viewer, at: datetime) -> None:
    """Say what the stations' side does and whom to call. Raises Problem at does, contact and phone; 403, 409."""
    present = _drafted(agreement, by)
    AgreementParty.objects.filter(agreement=present, station__isnull=False).update(
        does=clean_text(does, 300, "does").strip(), contact=clean_text(contact, 40, "contact").strip(),
        phone=clean_text(phone, 30, "phone").strip(),
    )  # fmt: skip
    _log("rewrite_agreement", present, by, at)


@transaction.atomic
def drop_party(agreement: Agreement, party_id: UUID, *, by: Viewer, at: datetime) -> None:
    """Take a side out of a draft, with its channels. Raises Problem 403, 404, 409."""
    present = _drafted(agreement, by)
    party = present.parties.filter(pk=party_id, organisation__isnull=False).first()
    if party is None:
        raise Problem("party_missing", _("找不到这个协议方。"), status=404)
    present.channels.filter(organisation=party.organisation).delete()
    party.delete()
    _log("drop_agreement_party", present, by, at)


@transaction.atomic
def set_places(agreement: Agreement, stations: Sequence[int], *, by: Viewer, at: datetime) -> None:
    """Say for which stations a draft holds. Raises Problem at stations (none, out of the signer's reach); 403, 409."""
    present = _drafted(agreement, by)
    wanted = set(stations)
    if not wanted:
        raise Problem("places_missing", _("请选择协议适用的站点。"), "stations")
    if queries.places_within(present.hub).filter(pk__in=wanted).count() != len(wanted):
        raise Problem("station_out_of_reach", _("所选站点不在签署方的范围内。"), "stations")
    present.places.exclude(station_id__in=wanted).delete()
    known = set(present.places.values_list("station_id", flat=True))
    AgreementStation.objects.bulk_create(
        AgreementStation(agreement=present, station_id=each) for each in sorted(wanted - known)
    )
    _log("set_agreement_places", present, by, at, stations=len(wanted))


@transaction.atomic
def open_channel(agreement: Agreement, draft: ChannelDraft, *, by: Viewer, at: datetime) -> ReferralChannel:
    """Add a referral channel to a draft. Raises Problem at organisation, direction, needs, accept_days and result_days;
    403, 409.
    """
    present = _drafted(agreement, by)
    needs = clean_text(draft.needs, 200, "needs").strip()
    is_party = present.parties.filter(organisation_id=draft.organisation_id).exists()
    raise_any([
        None if is_party else Problem("not_a_party", _("请先把这个单位列为协议方。"), "organisation"),
        None if needs else Problem("needs_missing", _("请写明适用的服务或需求。"), "needs"),
        None
        if draft.direction in ReferralDirection.values
        else Problem("direction_unknown", _("请选择方向。"), "direction"),
        rules.channel_problem(draft.accept_days, draft.result_days),
    ])  # fmt: skip
    channel = ReferralChannel(
        agreement=present, organisation_id=draft.organisation_id, direction=draft.direction, needs=needs,
        groups=sorted(draft.groups), accept_days=draft.accept_days, result_days=draft.result_days,
    )  # fmt: skip
    with in_words():
        channel.save(force_insert=True)
    _log("open_referral_channel", present, by, at, organisation=draft.organisation_id)
    return channel


@transaction.atomic
def drop_channel(agreement: Agreement, channel_id: UUID, *, by: Viewer, at: datetime) -> None:
    """Take a channel out of a draft. Raises Problem 403, 404, 409."""
    present = _drafted(agreement, by)
    if not present.channels.filter(pk=channel_id).delete()[0]:
        raise Problem("channel_missing", _("找不到这条通道。"), status=404)
    _log("drop_referral_channel", present, by, at)


@transaction.atomic
def send_to_sign(agreement: Agreement, *, by: Viewer, at: datetime) -> Agreement:
    """Freeze a draft and let its sides sign. Raises Problem at organisation without a department, at station without
    places; 403, 409.
    """
    present = _drafted(agreement, by, DepartmentAgreementState.SIGNING)
    departments = present.parties.filter(organisation__kinds__contains=[OrganisationKind.DEPARTMENT])
    raise_any([rules.ready_problem(has_department=departments.exists(), has_places=present.places.exists())])
    present.state = DepartmentAgreementState.SIGNING
    with in_words():
        present.save(update_fields=["state"])
    _log("send_agreement", present, by, at)
    return present


@transaction.atomic
def recall_agreement(agreement: Agreement, *, by: Viewer, at: datetime) -> Agreement:
    """Take an agreement back from being signed, to change it; signatures given so far are void. Raises Problem 403,
    409.
    """
    present = _locked(agreement)
    _mine(present, by)
    raise_any([rules.move_problem(present.state, DepartmentAgreementState.DRAFT)])
    present.state = DepartmentAgreementState.DRAFT
    present.save(update_fields=["state"])
    _log("recall_agreement", present, by, at)
    return present


@transaction.atomic
def sign_agreement(
    agreement: Agreement, party_id: UUID, *, by: Viewer, at: datetime, today: date, signed_on: date | None = None,
    on_paper: str = "",
) -> Agreement:  # fmt: skip
    """Sign for one side: today in one's own name, or the day of the paper's signature with a note (`on_paper`) for a
    side without an account. The last signature puts it in force. Raises Problem at on_paper and signed_on; 403, 404,
    409.
    """
    present = _locked(agreement)
    party = present.parties.filter(pk=party_id).first()
    if party is None:
        raise Problem("party_missing", _("找不到这个协议方。"), status=404)
    if present.state != DepartmentAgreementState.SIGNING or party.signed_on is not None:
        words = DepartmentAgreementState(present.state).label
        raise Problem("state_gone", _("这份协议现为“%(state)s”，不能这样办理。"), status=409, params={"state": words})
    own = receivers_of(by)
    if not queries.may_sign(by, present, party, own):
        raise Problem("not_your_signature", _("由本方的联络员或经办人签署。"), status=403)
    note = clean_text(on_paper, 200, "on_paper").strip()
    if queries.signs_on_paper(party, own):
        day = signed_on or today
        raise_any([
            None if note else Problem("paper_missing", _("请写明纸质签署的文号或签署人职务。"), "on_paper"),
            Problem("in_future", _("签署日期不能晚于今天。"), "signed_on") if day > today else None,
        ])  # fmt: skip
    else:
        day, note = today, ""
    party.signed_on, party.signed_by_id, party.on_paper = day, by.account_id, note
    party.save(update_fields=["signed_on", "signed_by", "on_paper"])
    _log("sign_agreement", present, by, at, on_paper=bool(note))
    return Agreement.objects.get(pk=present.pk)


@transaction.atomic
def follow_agreement(
    agreement: Agreement, kind: str, reason: str, *, by: Viewer, at: datetime, today: date
) -> Agreement:  # fmt: skip
    """Begin another version of an agreement in force: an amendment, or its renewal for the time after. It starts with
    the same words, sides, places and channels, as a draft. Raises Problem at reason; 403, 409.
    """
    former = _locked(agreement)
    _mine(former, by)
    if former.state != DepartmentAgreementState.IN_FORCE:
        raise_any([rules.move_problem(former.state, DepartmentAgreementState.REPLACED)])
    text = clean_text(reason, rules.WORDS_LENGTH, "reason").strip()
    raise_any([None if text else Problem("reason_missing", _("请写明修订或续签的理由。"), "reason")])
    values = queries.given(former)
    length = former.until - former.since
    if kind == FollowKind.RENEW:
        values["since"] = max(former.until, today)
        values["until"] = values["since"] + length
    elif former.until <= today:
        raise Problem("over_already", _("协议已经到期，请续签。"), "kind", status=409)
    else:
        values["since"] = max(former.since, today)
    later = Agreement(
        id=uuid7(), hub=former.hub, follows=former, follow_kind=kind, reason=text, version=former.version + 1,
        drafted_at=at, drafted_by_id=by.account_id, ends_on=values["until"], **values,
    )  # fmt: skip
    _begun(later, by, at)
    _copy(former, later)
    return later


def _copy(former: Agreement, later: Agreement) -> None:
    """The sides, places and channels of the former version, unsigned."""
    named = ("organisation_id", "does", "contact", "phone")
    for party in former.parties.all():
        if party.station_id is not None:
            later.parties.filter(station__isnull=False).update(
                does=party.does, contact=party.contact, phone=party.phone
            )
        else:
            later.parties.create(**{name: getattr(party, name) for name in named})
    wanted = set(former.places.values_list("station_id", flat=True))
    later.places.exclude(station_id__in=wanted).delete()
    known = set(later.places.values_list("station_id", flat=True))
    AgreementStation.objects.bulk_create(AgreementStation(agreement=later, station_id=each) for each in wanted - known)
    names = ("organisation_id", "direction", "needs", "groups", "accept_days", "result_days")
    ReferralChannel.objects.bulk_create(
        ReferralChannel(agreement=later, **{name: getattr(each, name) for name in names})
        for each in former.channels.all()
    )


@transaction.atomic
def end_agreement(agreement: Agreement, reason: str, *, by: Viewer, at: datetime, today: date) -> Agreement:
    """End an agreement before its time (or drop a draft), with a reason. Raises Problem at reason; 403, 409."""
    present = _locked(agreement)
    if not queries.is_officer_of(by, present.hub_id) and present.state != DepartmentAgreementState.DRAFT:
        raise _not_yours()
    _mine(present, by)
    text = clean_text(reason, rules.WORDS_LENGTH, "reason").strip()
    raise_any([
        rules.move_problem(present.state, DepartmentAgreementState.ENDED),
        None if text else Problem("reason_missing", _("请写明终止的原因。"), "reason"),
    ])  # fmt: skip
    if present.state == DepartmentAgreementState.IN_FORCE:
        present.ends_on = max(present.since, min(present.ends_on, today))
    present.state, present.end_reason = DepartmentAgreementState.ENDED, text
    present.save(update_fields=["state", "ends_on", "end_reason"])
    _log("end_department_agreement", present, by, at)
    return present


@transaction.atomic
def keep_review(
    review: AgreementReview, held_on: date, outcome: str, result: str, *, by: Viewer, at: datetime, today: date
) -> AgreementReview:
    """Keep what a review said. Raises Problem or Problems at held_on, outcome and result; 403, 409."""
    found = AgreementReview.objects.select_related("agreement").filter(pk=review.pk)
    present = found.select_for_update(of=("self",)).first() or found.get()
    if not queries.is_officer_of(by, present.agreement.hub_id):
        raise _not_yours()
    if present.held_on is not None:
        raise Problem("reviewed", _("这次评估已经记下。"), status=409)
    text = clean_text(result, rules.WORDS_LENGTH, "result").strip()
    begins = present.agreement.since
    raise_any([
        None if text else Problem("result_missing", _("请写明评估情况。"), "result"),
        None if outcome in ReviewOutcome.values else Problem("outcome_unknown", _("请选择结论。"), "outcome"),
        None if begins <= held_on <= today
        else Problem("held_on", _("评估日期应在协议生效之后、今天之前。"), "held_on"),
    ])  # fmt: skip
    present.held_on, present.outcome, present.result = held_on, outcome, text
    present.kept_at, present.kept_by_id = at, by.account_id
    present.save()
    _log("review_agreement", present.agreement, by, at, outcome=outcome)
    return present


def _locked(agreement: Agreement) -> Agreement:
    """The row as it is now, for us alone; a side that can't change it reads it."""
    rows = Agreement.objects.select_related("hub", "follows")
    found = rows.select_for_update(of=("self",)).filter(pk=agreement.pk).first() or rows.filter(pk=agreement.pk).first()
    if found is None:
        raise Problem("agreement_missing", _("找不到这份协议，或您不能查看。"), status=404)
    return found


def _mine(agreement: Agreement, by: Viewer) -> None:
    if not queries.may_draft(by, agreement.hub_id):
        raise _not_yours()


def _drafted(agreement: Agreement, by: Viewer, to: str = "") -> Agreement:
    """A draft of the viewer's, for us alone. Raises Problem 403; 409 once it is sent to be signed."""
    present = _locked(agreement)
    _mine(present, by)
    if to:
        raise_any([rules.move_problem(present.state, to)])
    elif present.state != DepartmentAgreementState.DRAFT:
        raise rules.frozen()
    return present


def _not_yours() -> Problem:
    return Problem("not_yours", _("由市、区（市）县或总站站长办理本地的协议。"), status=403)


def _log(verb: str, agreement: Agreement, by: Viewer, at: datetime, **detail: Any) -> None:
    log(verb, "agreement", agreement.pk, by=by.account_id, at=at, hub_id=agreement.hub_id, detail=detail)


def terms_of(agreement: Agreement) -> dict[str, Any]:
    """What was agreed, for comparing a repeated request."""
    return asdict(Terms(**queries.given(agreement)))
