"""Volunteers (Regulations on Volunteer Service, MZ/T 061): who they are, what they can do and when, what they learnt,
and what was said of their work.
"""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.chinese import mask_phone
from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.linkage.enums import SpokenLanguage, TrainingTopic, VolunteerState
from shegong.network.models import Division, Station
from shegong.people.models import Account
from shegong.practice.enums import Sex

ACTIVE = Q(state="active")


class OfStation(models.Model):
    """A row that belongs to a county hub and to a station, behind the same wall."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Skill(models.Model):
    """Something a volunteer can do, as data."""

    code = models.CharField(_("代码"), max_length=20, primary_key=True)
    name_zh = models.CharField(_("名称"), max_length=30)
    name_en = models.CharField(_("英文名称"), max_length=60)
    position = models.SmallIntegerField(_("顺序"))

    class Meta:
        verbose_name = _("志愿者技能")
        verbose_name_plural = _("志愿者技能")
        ordering = ["position"]


class HonourKind(models.Model):
    """What a volunteer can be honoured with, as data."""

    code = models.CharField(_("代码"), max_length=20, primary_key=True)
    name_zh = models.CharField(_("名称"), max_length=30)
    name_en = models.CharField(_("英文名称"), max_length=60)
    position = models.SmallIntegerField(_("顺序"))

    class Meta:
        verbose_name = _("志愿服务荣誉")
        verbose_name_plural = _("志愿服务荣誉")
        ordering = ["position"]


class Volunteer(OfStation):
    """A volunteer. `number` stands for the person wherever they are shown (MZ/T 061). `kept`, `missed` and `minutes`
    are counted by the database out of what was confirmed. A minor needs a guardian's consent, until the age of 18.

    `slots` are the periods of a week in which there is time: 0 is Monday's morning, 20 Sunday's evening. `longitude`
    and `latitude` are those of the home station: nobody's dwelling is on a map.
    """

    town = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    number = models.CharField(_("志愿者编号"), max_length=16, unique=True)
    account = models.OneToOneField(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="volunteer")
    name = models.CharField(_("姓名"), max_length=60)
    sort_key = models.CharField(max_length=160, db_collation="C")
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    born_on = models.DateField(_("出生日期"))
    identity = EncryptedTextField(_("证件号码"), blank=True, default="")
    identity_index = models.BinaryField(max_length=16, null=True, blank=True)
    phone = EncryptedTextField(_("手机号码"), blank=True, default="")
    phone_index = models.BinaryField(max_length=16, null=True, blank=True)
    community = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    languages = ArrayField(models.CharField(max_length=4, choices=SpokenLanguage), default=list, blank=True)
    skills = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    slots = ArrayField(models.SmallIntegerField(), default=list, blank=True)
    reach_km = models.SmallIntegerField(_("愿意前往的距离"), default=5)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=6, null=True, blank=True)
    guardian_name = models.CharField(_("监护人姓名"), max_length=60, blank=True)
    guardian_phone = EncryptedTextField(_("监护人电话"), blank=True, default="")
    guardian_consent_on = models.DateField(_("监护人同意日期"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=VolunteerState, default=VolunteerState.PENDING)
    joined_on = models.DateField(_("注册日期"))
    left_on = models.DateField(_("退出日期"), null=True, blank=True)
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    kept = models.IntegerField(default=0, editable=False)
    missed = models.IntegerField(default=0, editable=False)
    minutes = models.IntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("志愿者")
        verbose_name_plural = _("志愿者")
        constraints = [
            models.UniqueConstraint(
                fields=["identity_index"], condition=~Q(state="left"), name="linkage_volunteer_person_once"
            ),
            models.UniqueConstraint(
                fields=["phone_index"], condition=~Q(state="left"), name="linkage_volunteer_phone_once"
            ),
            models.CheckConstraint(
                condition=Q(state="left", left_on__isnull=False) | ~Q(state="left") & Q(left_on__isnull=True),
                name="linkage_volunteer_left_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kept__gte=0, missed__gte=0, minutes__gte=0), name="linkage_volunteer_counts"
            ),
            models.CheckConstraint(
                condition=Q(reach_km__range=(1, 100))
                & Q(slots__contained_by=list(range(21)))
                & Q(born_on__lt=F("joined_on"))
                & (Q(guardian_consent_on__isnull=True) | Q(guardian_consent_on__gte=F("born_on"))),
                name="linkage_volunteer_in_bounds",
            ),
        ]
        indexes = [
            models.Index(fields=["station", "sort_key", "id"], name="linkage_volunteer_station"),
            models.Index(fields=["hub", "sort_key", "id"], name="linkage_volunteer_hub"),
            # For finding helpers near a place, by what they can do and when they have time.
            models.Index(fields=["longitude", "latitude"], condition=ACTIVE, name="linkage_volunteer_place"),
            GinIndex(fields=["skills"], condition=ACTIVE, name="linkage_volunteer_skills"),
            # How many there were on a day is counted from the index alone.
            models.Index(
                fields=["joined_on"],
                include=["hub", "town", "station", "left_on"],
                condition=Q(state__in=["active", "left"]),
                name="linkage_volunteer_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        """The number with its middle hidden."""
        return mask_phone(self.phone)

    @property
    def grown_on(self) -> date:
        """The day of turning 18, on which a guardian's consent is no longer needed."""
        try:
            return self.born_on.replace(year=self.born_on.year + 18)
        except ValueError:  # 29 February
            return date(self.born_on.year + 18, 3, 1)


class OfVolunteer(OfStation):
    """What belongs to a volunteer."""

    volunteer = models.ForeignKey(Volunteer, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class VolunteerTraining(OfVolunteer):
    """That a volunteer was trained: in what, for how long, confirmed by who held it."""

    topic = models.CharField(_("培训内容"), max_length=10, choices=TrainingTopic)
    course = models.CharField(_("课程名称"), max_length=60)
    minutes = models.SmallIntegerField(_("学习时长"))
    held_on = models.DateField(_("培训日期"))

    class Meta:
        verbose_name = _("志愿者培训")
        verbose_name_plural = _("志愿者培训")
        ordering = ["-held_on"]
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "topic", "held_on"], name="linkage_training_once_a_day"),
            models.CheckConstraint(
                condition=Q(minutes__range=(1, 1440)) & ~Q(course=""), name="linkage_training_in_full"
            ),
        ]


class Honour(OfVolunteer):
    """An honour given by a station or county, with its reason. No points, no ranking."""

    kind = models.ForeignKey(HonourKind, on_delete=models.PROTECT, related_name="+", db_index=False)
    given_on = models.DateField(_("授予日期"))
    reason = models.CharField(_("事由"), max_length=200)

    class Meta:
        verbose_name = _("荣誉")
        verbose_name_plural = _("荣誉")
        ordering = ["-given_on"]
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "kind", "given_on"], name="linkage_honour_once_a_day"),
            models.CheckConstraint(condition=~Q(reason=""), name="linkage_honour_with_reason"),
        ]


class Thanks(OfVolunteer):
    """A word of thanks, from the station or passed on from a resident."""

    sender = models.CharField(_("谁的感谢"), max_length=40)
    words = models.CharField(_("感谢的话"), max_length=200)

    class Meta:
        verbose_name = _("感谢")
        verbose_name_plural = _("感谢")
        ordering = ["-at"]
        constraints = [models.CheckConstraint(condition=~Q(words="") & ~Q(sender=""), name="linkage_thanks_in_full")]


class ServedYear(models.Model):
    """On which day of a year a volunteer first served; at home, wherever that was. Kept by the database, for counting
    people once.
    """

    pk = models.CompositePrimaryKey("volunteer_id", "year")
    volunteer = models.ForeignKey(Volunteer, on_delete=models.CASCADE, related_name="+", db_index=False)
    year = models.SmallIntegerField()
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    town = models.ForeignKey(Station, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    first_on = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["year", "first_on"], name="linkage_servedyear_year")]
