"""Names sort by pinyin, are found by what people type, and are compared by ear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shegong.kernel.names import (
    TOKEN_LENGTH,
    query_token,
    search_tokens,
    sort_key,
    sounds_alike_key,
    surname_length,
)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("曾国藩", "zeng guo fan"),
        ("单田芳", "shan tian fang"),
        ("区伟", "ou wei"),
        ("仇和", "qiu he"),
        ("翟天临", "zhai tian lin"),
        ("尉迟恭", "yu chi gong"),
        ("解晓东", "xie xiao dong"),
        ("查良镛", "zha liang yong"),
        ("盖叫天", "ge jiao tian"),
        ("朴树", "piao shu"),
        ("乐嘉", "yue jia"),
        ("任贤齐", "ren xian qi"),
        ("华罗庚", "hua luo geng"),
        ("沈从文", "shen cong wen"),
        ("曲波", "qu bo"),
        ("万俟卨", "mo qi xie"),
        ("澹台灭明", "tan tai mie ming"),
        ("长孙无忌", "zhang sun wu ji"),
        ("欧阳修", "ou yang xiu"),
        ("卜算子", "bu suan zi"),
        ("吕布", "lv bu"),
        ("李曾", "li ceng"),
        ("曾", "ceng"),
        ("单增卓玛", "dan zeng zhuo ma"),
        ("阿卜杜拉·买买提", "a bu du la mai mai ti"),
        ("单·曾娜", "dan ceng na"),
        ("𠮷野䶮", "ji ye yan"),
        ("John Smith", "john smith"),
        ("O’Brien", "o brien"),
        ("Léi Fēng", "lei feng"),
        ("ＡＢ", "ab"),
        ("张三（大）", "zhang san da"),
        ("王2世", "wang 2 shi"),
        ("李😀", "li 😀"),
        ("བཀྲ་ཤིས", "བཀྲ ཤིས"),
        ("", ""),
        (" · ", ""),
    ],
)
def test_sort_keys(name: str, key: str) -> None:
    assert sort_key(name) == key


def test_names_sort_as_in_a_register() -> None:
    names = ["郑伟", "曾敏", "安然", "欧阳娜", "陈静", "陈刚", "单丹", "Adam"]
    assert sorted(names, key=sort_key) == ["Adam", "安然", "陈刚", "陈静", "欧阳娜", "单丹", "曾敏", "郑伟"]


def found(typed: str, name: str) -> bool:
    token = query_token(typed)
    return bool(token) and any(word.startswith(token) for word in search_tokens(name))


@pytest.mark.parametrize(
    "typed",
    [
        "曾",
        "曾国",
        "曾国藩",
        "国藩",
        "藩",
        "zeng",
        "zengguo",
        "Zeng Guofan",
        "guofan",
        "fan",
        "zgf",
        "zg",
        "gf",
        "f",
        "ceng",
        "cengguofan",
        "cgf",
        "zēng guó",
        "ZENG",
        "ｚｅｎｇ",
        "曾 国",
        "zeng'guo",
    ],
)
def test_what_finds_a_name(typed: str) -> None:
    assert found(typed, "曾国藩")


@pytest.mark.parametrize("typed", ["guozeng", "engguo", "uo", "藩国", "zf", "x", "", " ", "·"])
def test_what_does_not_find_it(typed: str) -> None:
    assert not found(typed, "曾国藩")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉买", "阿卜杜拉·买买提"),
        ("mmt", "阿卜杜拉·买买提"),
        ("smith", "John Smith"),
        ("js", "John Smith"),
        ("lü", "吕布"),
        ("lyu", "吕布"),
        ("lv", "吕布"),
        ("𠮷", "𠮷野"),
        ("jiye", "𠮷野"),
    ],
)
def test_other_names_are_found_too(typed: str, name: str) -> None:
    assert found(typed, name)


def test_tokens_of_a_common_name() -> None:
    assert search_tokens("张三") == {"张三", "三", "zhangsan", "san", "zs", "s"}
    assert search_tokens("") == set()


@given(st.text(max_size=60))
def test_any_name_is_found_by_itself_and_never_breaks(name: str) -> None:
    tokens = search_tokens(name)
    assert all(0 < len(token) <= TOKEN_LENGTH for token in tokens)
    assert sort_key(name).strip() == sort_key(name)
    assert len(sounds_alike_key(name).split(" ")) == len(sort_key(name).split(" "))
    assert query_token(name) == "" or found(name, name)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=6))
def test_chinese_names_are_found_by_each_way_of_typing(name: str) -> None:
    syllables = sort_key(name).split()
    assert len(syllables) == len(name)
    for start in range(len(name)):
        assert found(name[start:], name)
        assert "".join(syllables[start:])[:TOKEN_LENGTH] in search_tokens(name)
        assert "".join(syllable[0] for syllable in syllables[start:]) in search_tokens(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("张三", "章珊"),
        ("李静", "李进"),
        ("陈芳", "程方"),
        ("黄辉", "房飞"),
        ("胡兰", "福南"),
        ("周玲", "邹宁"),
        ("史红", "四洪"),
        ("刘能", "牛愣"),
    ],
)
def test_names_that_sound_alike(one: str, other: str) -> None:
    assert sounds_alike_key(one) == sounds_alike_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("张三", "张丹"), ("王红", "王欢"), ("何平", "冯平"), ("冬梅", "丹梅"), ("李娥", "李恩")]
)
def test_names_that_do_not(one: str, other: str) -> None:
    assert sounds_alike_key(one) != sounds_alike_key(other)


@pytest.mark.parametrize(
    ("name", "length"),
    [("张三", 1), ("欧阳修", 2), ("欧阳", 1), ("张", 0), ("买买提·江", 0), ("John", 0), ("", 0), ("张a", 0)],
)
def test_surnames(name: str, length: int) -> None:
    assert surname_length(name) == length
