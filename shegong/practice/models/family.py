"""A client's family and surroundings, as the genogram and the ecomap are drawn from them; and how they were before.

Rows hold the family as it is now and are replaced when it is corrected. Each change also keeps the whole as it then was
(`FamilyVersion`), so that the picture of any day can be drawn again: see docs/adr/0012.
"""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.people.models import Account
from shegong.practice.enums import (
    BondDirection,
    BondKind,
    Descent,
    Sex,
    SystemKind,
    TieFlow,
    TieStrength,
    UnionKind,
)
from shegong.practice.models.client import Client, OfClient


class OfFamily(OfClient):
    """A row of a client's family. `position` keeps the order in which it was entered.

    In the database its key is (client_id, id, hub_id), and relations refer to it so: nobody is related to somebody of
    another client's family, and a caller's keys can't clash with those of another file. A row that is corrected goes
    and comes again under its key; so nothing may be deleted along with it (the database looks at the end).
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    position = models.SmallIntegerField()

    class Meta:
        abstract = True


class FamilyPerson(OfFamily):
    """Somebody of the family: relatives, and whom the client counts among them. `linked` is their own file, if any;
    the client's own person is linked to the file itself.
    """

    name = models.CharField(_("姓名或称呼"), max_length=60)
    sex = models.CharField(_("性别"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    born = models.SmallIntegerField(_("出生年份"), null=True, blank=True)
    is_dead = models.BooleanField(_("已去世"), default=False)
    died = models.SmallIntegerField(_("去世年份"), null=True, blank=True)
    linked = models.ForeignKey(
        Client,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    in_household = models.BooleanField(_("同住"), default=False)
    occupation = models.CharField(_("职业"), max_length=60, blank=True)
    health = models.CharField(_("健康状况"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("家庭成员")
        verbose_name_plural = _("家庭成员")
        constraints = [
            models.UniqueConstraint(
                fields=["client", "linked", "hub"],
                condition=Q(linked__isnull=False),
                name="practice_familyperson_linked_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="practice_familyperson_has_a_name"),
            models.CheckConstraint(
                condition=Q(died__isnull=True) | Q(is_dead=True), name="practice_familyperson_died_is_dead"
            ),
            models.CheckConstraint(
                condition=Q(born__isnull=True) | Q(died__isnull=True) | Q(died__gte=F("born")),
                name="practice_familyperson_died_after_birth",
            ),
        ]


class FamilyUnion(OfFamily):
    """Two people who are or were a couple."""

    first = models.ForeignKey(
        FamilyPerson, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    second = models.ForeignKey(
        FamilyPerson, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(_("关系"), max_length=10, choices=UnionKind)
    since = models.SmallIntegerField(_("开始年份"), null=True, blank=True)
    until = models.SmallIntegerField(_("结束年份"), null=True, blank=True)

    class Meta:
        verbose_name = _("婚姻与同居")
        verbose_name_plural = _("婚姻与同居")
        constraints = [
            models.CheckConstraint(condition=~Q(first=F("second")), name="practice_familyunion_of_two"),
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="practice_familyunion_ends_after_start",
            ),
        ]


class FamilyParentage(OfFamily):
    """A child of a couple or of one person."""

    child = models.ForeignKey(
        FamilyPerson, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    union = models.ForeignKey(
        FamilyUnion, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    parent = models.ForeignKey(
        FamilyPerson, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(_("关系"), max_length=10, choices=Descent)

    class Meta:
        verbose_name = _("亲子关系")
        verbose_name_plural = _("亲子关系")
        constraints = [
            models.CheckConstraint(
                condition=Q(union__isnull=True) ^ Q(parent__isnull=True), name="practice_parentage_union_or_parent"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("child")), name="practice_parentage_of_another"
            ),
            models.UniqueConstraint(
                fields=["client", "child", "hub"], condition=Q(kind="biological"), name="practice_parentage_born_once"
            ),
        ]


class FamilyBond(OfFamily):
    """How two people of the family stand to each other."""

    first = models.ForeignKey(
        FamilyPerson, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    second = models.ForeignKey(
        FamilyPerson, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(_("关系"), max_length=10, choices=BondKind)
    direction = models.CharField(_("方向"), max_length=4, choices=BondDirection)

    class Meta:
        verbose_name = _("情感关系")
        verbose_name_plural = _("情感关系")
        constraints = [
            models.CheckConstraint(condition=~Q(first=F("second")), name="practice_familybond_of_two"),
        ]


class EcoSystem(OfFamily):
    """Something that surrounds the household: school, work, clinic, friends, neighbourhood."""

    kind = models.CharField(_("类别"), max_length=10, choices=SystemKind)
    name = models.CharField(_("名称"), max_length=60)
    note = models.CharField(_("说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("社会系统")
        verbose_name_plural = _("社会系统")
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="practice_ecosystem_has_a_name")]


class EcoTie(OfFamily):
    """The tie of a system to the household, or to one person."""

    system = models.ForeignKey(
        EcoSystem, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    person = models.ForeignKey(
        FamilyPerson, on_delete=models.DO_NOTHING, null=True, related_name="+", db_constraint=False, db_index=False
    )
    strength = models.CharField(_("强弱"), max_length=10, choices=TieStrength)
    flow = models.CharField(_("方向"), max_length=4, choices=TieFlow)

    class Meta:
        verbose_name = _("社会联系")
        verbose_name_plural = _("社会联系")


class FamilyVersion(OfClient):
    """The whole family as it stood after a change: what `rules.family.family_document` makes of it. Never changed."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    number = models.IntegerField()
    document = models.JSONField(encoder=DjangoJSONEncoder)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "number", "hub"], name="practice_familyversion_number_once"),
        ]
