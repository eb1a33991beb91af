"""The client file: who somebody is, how to find and reach them, and on what basis we keep it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import RestrictedClass
from shegong.catalogue.models import PopulationGroup
from shegong.kernel.chinese import mask_phone
from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.kernel.keyring import KeyRing
from shegong.network.models import Division, Station
from shegong.people.models import Account
from shegong.practice.enums import Basis, ClientState, DisabilityKind, LowIncomeKind, Purpose, Sex


def identity_index(number: str) -> bytes | None:
    """Blind index of a normalised identity number; None for an empty one."""
    return _keyring().blind_index(number, "practice_client.identity") if number else None


def phone_index(number: str) -> bytes | None:
    """Blind index of a normalised telephone number; None for an empty one."""
    return _keyring().blind_index(number, "practice_client.phone") if number else None


def registration_digest(text: str) -> bytes:
    """Keyed digest of what was sent to register somebody."""
    return _keyring().blind_index(text, "practice_client.digest")


def _keyring() -> KeyRing:
    ring = settings.KEYRING
    assert isinstance(ring, KeyRing)
    return ring


class OfHub(models.Model):
    """A row that belongs to a county hub (the support centre is its own hub) and to a station."""

    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Household(OfHub):
    """People who live together."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    address = EncryptedTextField(_("住址"), blank=True, default="")
    community = models.ForeignKey(Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("家庭")
        verbose_name_plural = _("家庭")


class Client(OfHub):
    """A person's file at a county hub, kept by one station.

    A person may have files in two counties; inside a county the identity number is unique among living files.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("档案编号"), max_length=30)
    name = models.CharField(_("姓名"), max_length=60)
    sort_key = models.CharField(_("排序拼音"), max_length=160, db_collation="C")
    sounds_key = models.CharField(max_length=160, db_collation="C")
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    ethnicity = models.CharField(_("民族"), max_length=2, blank=True)
    born_on = models.DateField(_("出生日期"), null=True, blank=True)
    identity = EncryptedTextField(_("证件号码"), blank=True, default="")
    identity_index = models.BinaryField(max_length=16, null=True, blank=True)
    phone = EncryptedTextField(_("电话"), blank=True, default="")
    phone_index = models.BinaryField(max_length=16, null=True, blank=True)
    address = EncryptedTextField(_("住址"), blank=True, default="")
    community = models.ForeignKey(Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, blank=True, related_name="members", db_constraint=False
    )
    household_relation = models.CharField(_("与户主关系"), max_length=20, blank=True)
    restricted_classes = ArrayField(
        models.CharField(max_length=12, choices=RestrictedClass), default=list, blank=True, verbose_name=_("限制类别")
    )
    state = models.CharField(_("状态"), max_length=10, choices=ClientState, default=ClientState.ACTIVE)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, db_constraint=False)
    registered_at = models.DateTimeField(_("建档时间"))
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Keyed digest of what was sent under this key, to tell a retry from another person.
    digest = models.BinaryField(max_length=16, null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("服务对象")
        verbose_name_plural = _("服务对象")
        constraints = [
            models.UniqueConstraint(fields=["hub", "number"], name="practice_client_number_once_in_a_hub"),
            models.UniqueConstraint(
                fields=["hub", "identity_index"],
                condition=Q(identity_index__isnull=False) & ~Q(state="merged"),
                name="practice_client_identity_once_in_a_hub",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) ^ Q(state="merged"),
                name="practice_client_merged_names_its_target",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "sort_key", "id"], name="practice_client_station_sorted"),
            models.Index(fields=["hub", "sort_key", "id"], name="practice_client_hub_sorted"),
            models.Index(fields=["phone_index"], name="practice_client_phone"),
            # Who searches by number names no hub; the unique ones above begin with it.
            models.Index(fields=["identity_index"], name="practice_client_identity"),
            models.Index(fields=["number"], name="practice_client_number"),
            models.Index(fields=["hub", "sounds_key", "born_on"], name="practice_client_sounds_alike"),
            # The oldest files first: those whose time may be over.
            models.Index(
                fields=["registered_at", "id"],
                condition=~Q(state__in=["merged", "erased"]),
                name="practice_client_oldest",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClientToken(OfHub):
    """A word to find a client by: characters, pinyin, initials. Equality and ranges are leakproof, LIKE isn't."""

    pk = models.CompositePrimaryKey("client_id", "token")
    token = models.CharField(max_length=40, db_collation="C")
    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="tokens", db_constraint=False, db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["station", "token"], name="practice_token_station"),
            models.Index(fields=["hub", "token"], name="practice_token_hub"),
        ]


class OfClient(OfHub):
    """A row of a client's file."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class Spanned(OfClient):
    """A fact about a client that holds from a day to a day."""

    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        abstract = True


class ClientGroup(Spanned):
    """Membership of a population group."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="groups", db_constraint=False)
    group = models.ForeignKey(PopulationGroup, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("所属人群")
        verbose_name_plural = _("所属人群")
        constraints = [
            models.UniqueConstraint(
                fields=["client", "group", "hub"], condition=Q(until__isnull=True), name="practice_clientgroup_once"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="practice_clientgroup_ends_after_start"
            ),
        ]


class Disability(Spanned):
    """A certified disability (GB/T 26341), grades 1 (most severe) to 4."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="disabilities", db_constraint=False)
    kind = models.CharField(_("残疾类别"), max_length=1, choices=DisabilityKind)
    grade = models.SmallIntegerField(_("残疾等级"))
    card = EncryptedTextField(_("残疾人证号"), blank=True, default="")

    class Meta:
        verbose_name = _("残疾情况")
        verbose_name_plural = _("残疾情况")
        constraints = [
            models.CheckConstraint(condition=Q(grade__gte=1, grade__lte=4), name="practice_disability_grade_1_to_4"),
        ]


class LowIncome(Spanned):
    """A class of low income with its effective dates."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="low_incomes", db_constraint=False)
    kind = models.CharField(_("低收入类别"), max_length=10, choices=LowIncomeKind)

    class Meta:
        verbose_name = _("低收入认定")
        verbose_name_plural = _("低收入认定")


class Contact(OfClient):
    """Somebody to turn to: family, neighbour, guardian."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="contacts", db_constraint=False)
    name = models.CharField(_("姓名"), max_length=60)
    relation = models.CharField(_("关系"), max_length=20)
    phone = EncryptedTextField(_("电话"), blank=True, default="")
    is_guardian = models.BooleanField(_("监护人"), default=False)

    class Meta:
        verbose_name = _("联系人")
        verbose_name_plural = _("联系人")

    @property
    def masked(self) -> str:
        """The telephone number with its middle hidden."""
        return mask_phone(self.phone)


class Consent(OfClient):
    """A purpose, the legal basis for it, and when it was given and withdrawn (PIPL art. 13-16, 29-31)."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consents", db_constraint=False)
    purpose = models.CharField(_("目的"), max_length=10, choices=Purpose)
    basis = models.CharField(_("依据"), max_length=10, choices=Basis)
    given_on = models.DateField(_("取得日期"))
    withdrawn_on = models.DateField(_("撤回日期"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("同意与依据")
        verbose_name_plural = _("同意与依据")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("given_on")),
                name="practice_consent_withdrawn_after_given",
            ),
        ]
        indexes = [
            models.Index(fields=["given_on", "id"], name="practice_consent_given"),
            models.Index(fields=["hub", "given_on", "id"], name="practice_consent_hub_given"),
            models.Index(fields=["station", "given_on", "id"], name="practice_consent_station_given"),
        ]


class ClientMerge(OfClient):
    """Two files of one person joined; `moved` holds what is needed to part them again."""

    kept = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="merges", db_constraint=False)
    merged = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="merged_by", db_constraint=False)
    moved = models.JSONField(default=dict)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="practice_merge_undone_at_and_by_together",
            ),
        ]


class RestrictedLook(OfClient):
    """A named reason for which an account may see a restricted file until a moment. Journalled when made."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="looks", db_constraint=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("理由"), max_length=200)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "until"], name="practice_look_account")]
        constraints = [
            models.CheckConstraint(condition=Q(until__gt=F("at")), name="practice_look_ends_after_start"),
            models.CheckConstraint(condition=~Q(reason=""), name="practice_look_has_a_reason"),
        ]


class Numbering(models.Model):
    """The last serial number given in a hub for a kind of file and a year. Written by practice_next_number() alone."""

    pk = models.CompositePrimaryKey("hub_id", "kind", "year")
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10)
    year = models.SmallIntegerField()
    last = models.IntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["client", "case"]), name="practice_numbering_known_kind"),
        ]
