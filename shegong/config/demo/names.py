"""Names that sound like those of people here, made up by chance."""

from itertools import accumulate
from random import Random
from typing import Final

# Common surnames with their rough share in tenths of a percent.
SURNAME_SHARES: Final = (
    "王70李75张66刘54陈52杨42赵22黄27周29吴20徐16孙12胡16朱12高10林11何21郭9马11罗24梁8宋9郑8谢13韩6唐15冯9于4董6萧3程6曹6袁9"
    "邓17许7傅4沈5曾12彭11吕5苏6卢5蒋12蔡6贾4丁4魏6薛3叶7阎2余11潘5杜8戴4夏5钟10汪4田6任6姜4范5方5石5姚5谭7廖10邹6熊6金3陆4"
    "郝2孔2白4崔2康3毛4邱5秦4江6史3顾2侯3邵2孟2龙6万5段3雷5钱2汤4尹4黎4易4常1武1乔1贺3赖3龚5文6单1仇1翟1区1尉1欧阳2"
)
OLD_MALE: Final = "德明国华建文正志光荣成福祥兴永发清贵忠全富友元长云庆林安平金玉龙"
OLD_FEMALE: Final = "秀英桂兰淑珍玉华素芳琼珍惠群凤清碧先德明芬蓉贤菊香仙莲"
MID_MALE: Final = "伟强军勇刚斌杰涛波辉超鹏浩俊健峰磊建平毅东海林洪川亮旭晓"
MID_FEMALE: Final = "丽敏静燕霞红梅玲艳娟萍莉蓉倩婷琳雪娜英芳慧晓春小"
YOUNG_MALE: Final = "宇轩浩然子涵俊熙梓豪睿博文天佑嘉奕辰铭泽瑞一诺皓晨思远景"
YOUNG_FEMALE: Final = "欣怡梓涵雨桐诗涵佳怡语嫣思琪可馨若曦心妍艺菲萱瑶子悦一诺静雅"
POOLS: Final = {
    ("1", 0): OLD_MALE,
    ("2", 0): OLD_FEMALE,
    ("1", 1): MID_MALE,
    ("2", 1): MID_FEMALE,
    ("1", 2): YOUNG_MALE,
    ("2", 2): YOUNG_FEMALE,
}
# Born before 1965, before 1998, later.
ERAS: Final = (1965, 1998)
# 𠮷 and 䶮 are in real names, and trip many systems.
RARE: Final = ("𠮷", "䶮", "玥", "堃", "犇")
MINORITY_NAMES: Final = {
    "04": ("扎西次仁", "卓玛", "格桑央金", "达瓦·扎西", "单增曲珍"),
    "07": ("阿依·子莫", "吉克阿果", "沙马木呷", "曲比阿乌"),
}


def _surnames() -> tuple[list[str], list[int]]:
    names: list[str] = []
    shares: list[int] = []
    name = share = ""
    for sign in SURNAME_SHARES + "\n":
        if sign.isdigit():
            share += sign
            continue
        if share:
            names.append(name)
            shares.append(int(share))
            name = share = ""
        name += sign
    return names, list(accumulate(shares))


SURNAMES, CUMULATIVE = _surnames()


class NameMaker:
    """Gives names by sex and year of birth; the same ones for the same state of the random source."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng

    def surname(self) -> str:
        """A surname, as often as it is met."""
        return self._rng.choices(SURNAMES, cum_weights=CUMULATIVE)[0]

    def name(self, sex: str, year: int, surname: str = "", ethnicity: str = "01") -> str:
        """A full name; `sex` "1" or "2" (GB/T 2261.1), `year` of birth."""
        rng = self._rng
        if ethnicity in MINORITY_NAMES:
            return rng.choice(MINORITY_NAMES[ethnicity])
        pool = POOLS[sex, sum(year >= era for era in ERAS)]
        first = surname or self.surname()
        chance = rng.random()
        if chance < 0.0006:
            return first + rng.choice(RARE)
        if chance < 0.16:
            return first + rng.choice(pool)
        return first + rng.choice(pool) + rng.choice(pool)
