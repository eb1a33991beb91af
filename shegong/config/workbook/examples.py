"""Rows that show in the template how its sheets are filled in; an import skips them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from shegong.network.enums import Mode, OrganisationKind, Stage, Tier
from shegong.people.enums import Role
from shegong.workforce.enums import CertificateLevel, Source

EXAMPLES: Final[Mapping[str, Sequence[Mapping[str, Any]]]] = {
    "stations": (
        {
            "key": "CD-0104",
            "tier": Tier.HUB,
            "name": "锦江区社工总站",
            "division": "510104000000",
            "stage": Stage.RUNNING,
            "stage_since": "2021-03-01",
            "mode": Mode.SELF,
        },
        {
            "key": "CD-0104-017",
            "tier": Tier.STATION,
            "parent": "CD-0104",
            "name": "锦官驿街道社工站",
            "division": "510104017000",
            "stage": Stage.RUNNING,
            "stage_since": "2021-06-01",
            "mode": Mode.AGENCY,
            "agency": "某某社会工作服务中心",
            "address": "某某路 1 号",
            "hours": "周一至周五 9:00—17:30",
            "phone": "028-00000000",
            "longitude": 104.0921,
            "latitude": 30.6413,
        },
    ),
    "organisations": (
        {
            "name": "某某社会工作服务中心",
            "kinds": (OrganisationKind.AGENCY,),
            "contact": "张三",
            "phone": "028-00000000",
            "since": "2015-06-01",
        },
    ),
    "accounts": (
        {
            "username": "zhangsan",
            "display_name": "张三",
            "role": Role.WORKER,
            "station": "CD-0104-017",
            "since": "2022-01-01",
        },
    ),
    "workers": (
        {
            "name": "张三",
            "sex": "2",
            "source": Source.PURCHASED,
            "employer": "某某社会工作服务中心",
            "level": CertificateLevel.ASSISTANT,
            "number": "20200000000",
            "issued_on": "2020-10-18",
            "station": "CD-0104-017",
            "since": "2022-01-01",
            "username": "zhangsan",
        },
    ),
}
