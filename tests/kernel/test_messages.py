"""The catalogue tool, on a small package of its own."""

import gettext
import os
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError

from shegong.kernel import messages
from shegong.kernel.message_sources import Sources, read_python, read_template
from shegong.kernel.messages import add_missing, check, compile_catalogues

PLACE = "locale/en/LC_MESSAGES/django.po"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for app in ("desk", "kernel"):
        (tmp_path / app / "templates").mkdir(parents=True)
        (tmp_path / app / "__init__.py").write_text("")
    return tmp_path


def put(package: Path, name: str, text: str) -> None:
    path = package / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def entries(*blocks: str) -> str:
    return "\n".join([messages.HEADER, *(block.strip() + "\n" for block in blocks)])


def found(package: Path) -> list[str]:
    return [str(finding) for finding in check(package)]


def python(source: str) -> Sources:
    sources = Sources()
    read_python(source, "desk/views.py", sources)
    return sources


def template(source: str) -> Sources:
    sources = Sources()
    read_template(source, "desk/templates/a.html", sources)
    return sources


def texts(sources: Sources) -> list[tuple[str, str | None, str | None]]:
    return [(use.message, use.context, use.plural) for use in sources.uses]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from django.utils.translation import gettext\ngettext('甲')", ("甲", None, None)),
        ("from django.utils.translation import gettext_lazy as _\nA = {'a': _('甲' '乙')}", ("甲乙", None, None)),
        ("def f():\n from django.utils.translation import pgettext as p\n p('境', '甲')", ("甲", "境", None)),
        ("from django.utils import translation\ntranslation.ngettext('一', '多', 2)", ("一", None, "多")),
        ("from django.utils import translation as t\nt.npgettext_lazy('境', '一', '多', n)", ("一", "境", "多")),
    ],
)
def test_python_messages_are_found_under_any_name(source: str, expected: tuple[str, str | None, str | None]) -> None:
    sources = python(source)
    assert texts(sources) == [expected]
    assert sources.findings == []


def test_another_function_of_the_same_name_translates_nothing() -> None:
    sources = python("from elsewhere import gettext\ngettext('甲')")
    assert (texts(sources), len(sources.findings)) == ([], 1)


@pytest.mark.parametrize("argument", ["name", "f'甲{name}'", "'甲' + name", ""])
def test_a_message_that_cannot_be_known_is_a_finding(argument: str) -> None:
    sources = python(f"from django.utils.translation import gettext as _\n_({argument})")
    assert [str(finding) for finding in sources.findings] == ["desk/views.py:2: a message that is not a literal string"]


@pytest.mark.parametrize("source", ["A = '甲'", "f(f'甲{a}')", "A = {'甲': 1}", "def f(a='甲'): pass"])
def test_raw_chinese_in_python_is_a_finding(source: str) -> None:
    assert ["Chinese outside translation" in str(finding) for finding in python(source).findings] == [True]


@pytest.mark.parametrize(
    "source",
    [
        "'''甲'''",
        "# 甲",
        "def f():\n '''甲'''",
        "class A:\n a = 1\n '''甲'''",
        "A = '\\u4e00'",
        "A = '，。'",
        "raise LaunchProblem('甲', 'a')",
    ],
)
def test_chinese_that_is_no_text_for_readers_is_none(source: str) -> None:
    assert python(source).findings == []


def test_files_that_are_allowed_chinese() -> None:
    sources = Sources()
    read_python("A = '甲'", "desk/migrations/0001_initial.py", sources)
    assert sources.findings == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{% translate "甲" %}', ("甲", None, None)),
        ("{% trans '甲' as x %}", ("甲", None, None)),
        ('{% translate "甲" context "境" %}', ("甲", "境", None)),
        ('{% translate "100%" %}', ("100%%", None, None)),
        ('{% translate "甲\\"乙" %}', ('甲"乙', None, None)),
        ('{{ a|default:_("甲") }}', ("甲", None, None)),
        ('{% include "b.html" with label=_("甲") %}', ("甲", None, None)),
        ("{% blocktranslate %}甲 {{ a }} 5%{% endblocktranslate %}", ("甲 %(a)s 5%%", None, None)),
        ("{% blocktranslate trimmed %}\n 甲\n 乙\n{% endblocktranslate %}", ("甲 乙", None, None)),
        ('{% blocktrans context "境" %}甲{% endblocktrans %}', ("甲", "境", None)),
        (
            "{% blocktranslate count n=m %}一 {{ n }}{% plural %}多 {{ n }}{% endblocktranslate %}",
            ("一 %(n)s", None, "多 %(n)s"),
        ),
    ],
)
def test_template_messages(source: str, expected: tuple[str, str | None, str | None]) -> None:
    sources = template(source)
    assert texts(sources) == [expected]
    assert sources.findings == []


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a\n<p>甲</p>", 2),
        ('\n{{ a|default:"甲" }}', 2),
        ('{% include "b.html" with label="甲" %}', 1),
        ("<!-- 甲 -->", 1),
        ('{% translate "甲" %}\n{% endif %}乙', 2),
    ],
)
def test_raw_chinese_in_a_template_is_a_finding_with_its_line(source: str, line: int) -> None:
    assert [finding.line for finding in template(source).findings] == [line]


@pytest.mark.parametrize("source", ["{# 甲 #}", "{% comment %}甲{% translate '乙' %}{% endcomment %}", "<p>a</p>"])
def test_comments_are_passed_over(source: str) -> None:
    assert template(source) == Sources()


USE = "from django.utils.translation import gettext as _\n"
NGETTEXT = "from django.utils.translation import ngettext\nngettext('%(n)s 人', '%(n)s 人', 2)\n"


def test_skeleton_puts_each_message_once_into_the_first_app_that_uses_it(package: Path) -> None:
    put(package, "desk/views.py", USE + "_('乙'); _('甲'); _('丙')")
    put(package, "desk/templates/a.html", '{% translate "丁" %}{% translate "丁" context "境" %}')
    put(package, "kernel/a.py", USE + "_('乙')\n" + NGETTEXT)
    assert add_missing(package) == 6
    assert (package / "desk" / PLACE).read_text() == entries(
        'msgid "丁"\nmsgstr ""',
        'msgctxt "境"\nmsgid "丁"\nmsgstr ""',
        'msgid "丙"\nmsgstr ""',
        'msgid "甲"\nmsgstr ""',
    )
    assert (package / "kernel" / PLACE).read_text() == entries(
        'msgid "%(n)s 人"\nmsgid_plural "%(n)s 人"\nmsgstr[0] ""\nmsgstr[1] ""', 'msgid "乙"\nmsgstr ""'
    )
    assert add_missing(package) == 0
    assert len(found(package)) == 7


def test_skeleton_keeps_what_is_there(package: Path) -> None:
    put(package, "desk/views.py", USE + "_('甲'); _('乙')")
    put(package, "desk/" + PLACE, entries('# how we call it\nmsgid "甲"\nmsgstr "a\\n\\"b\\""'))
    add_missing(package)
    text = (package / "desk" / PLACE).read_text()
    assert text == entries('msgid "乙"\nmsgstr ""', '# how we call it\nmsgid "甲"\nmsgstr "a\\n\\"b\\""')


def test_a_complete_package_has_no_findings(package: Path) -> None:
    put(package, "desk/views.py", USE + "_('甲 %(n)s')\n" + NGETTEXT)
    plural = 'msgid "%(n)s 人"\nmsgid_plural "%(n)s 人"\nmsgstr[0] "one person"\nmsgstr[1] "%(n)s persons"'
    put(package, "desk/" + PLACE, entries(plural, 'msgid "甲 %(n)s"\nmsgstr "a %(n)s"'))
    assert found(package) == []


@pytest.mark.parametrize(
    ("source", "entry", "finding"),
    [
        ("_('甲')", "", "desk/views.py:2: no English for '甲'"),
        ("_('甲')", 'msgid "甲"\nmsgstr ""', f"desk/{PLACE}:9: '甲' has no English"),
        ("_('甲')", 'msgid "甲"\nmsgstr " "', f"desk/{PLACE}:9: '甲' has no English"),
        ("_('甲')", 'msgid "甲"\nmsgstr "a 乙"', f"desk/{PLACE}:9: '甲' has Chinese in its English: 'a 乙'"),
        ("_('甲')", 'msgid "甲"\nmsgstr "a，b"', f"desk/{PLACE}:9: '甲' has Chinese in its English: 'a，b'"),
        ("_('A%')", 'msgid "A%"\nmsgstr "A%"', "'A%' is no longer used, or needs no English"),
        ("_('：')", 'msgid "："\nmsgstr "："', "has itself as English"),
        ("_('甲%(n)s')", 'msgid "甲%(n)s"\nmsgstr "a %(m)s"', "has other placeholders in English: ['%(m)s']"),
        ("_('甲%(n)s')", 'msgid "甲%(n)s"\nmsgstr "a %(n)d"', "has other placeholders in English: ['%(n)d']"),
        ("_('甲%s%s')", 'msgid "甲%s%s"\nmsgstr "a %s"', "has other placeholders in English: ['%s']"),
        ("_('甲{n}')", 'msgid "甲{n}"\nmsgstr "a"', "has other placeholders in English: []"),
        ("_('甲')", 'msgid "甲"\nmsgid_plural "甲"\nmsgstr[0] "a"\nmsgstr[1] "as"', "'甲' has no use for a plural"),
        ("_('甲')", '#, fuzzy\nmsgid "甲"\nmsgstr "a"', "'甲' is marked as uncertain (fuzzy)"),
        ("", 'msgid "甲"\nmsgstr "a"', "'甲' is no longer used, or needs no English"),
        ("_('甲')", '#: a.py:1\nmsgid "甲"\nmsgstr "a"', "not in canonical order and form"),
    ],
)
def test_what_is_wrong_is_named(package: Path, source: str, entry: str, finding: str) -> None:
    put(package, "desk/views.py", USE + source)
    put(package, "desk/" + PLACE, entries(entry) if entry else messages.HEADER)
    assert len(found(package)) == 1
    assert finding in found(package)[0]


def test_a_missing_plural_form_and_a_wrong_one_are_named(package: Path) -> None:
    put(package, "desk/views.py", NGETTEXT)
    put(package, "desk/" + PLACE, entries('msgid "%(n)s 人"\nmsgstr "%(n)s persons"'))
    assert "needs a plural" in found(package)[0]
    both = 'msgid "%(n)s 人"\nmsgid_plural "%(n)s 人"\nmsgstr[0] "%(m)s person"\nmsgstr[1] "persons"'
    put(package, "desk/" + PLACE, entries(both))
    assert ["placeholders" in finding for finding in found(package)] == [True, True]


def test_an_entry_may_stand_in_any_app_that_uses_it_but_only_once(package: Path) -> None:
    entry = 'msgid "甲"\nmsgstr "a"'
    put(package, "kernel/a.py", USE + "_('甲')")
    put(package, "desk/" + PLACE, entries(entry))
    assert found(package) == [f"desk/{PLACE}:9: '甲' is used in kernel, but not in this app"]
    put(package, "desk/views.py", USE + "_('甲')")
    assert found(package) == []
    put(package, "kernel/" + PLACE, entries(entry))
    assert found(package) == [f"kernel/{PLACE}:9: '甲' stands in another catalogue already"]
    put(package, "desk/" + PLACE, messages.HEADER)
    put(package, "kernel/" + PLACE, entries(entry, entry))
    assert ["canonical" in finding for finding in found(package)] == [True]


def test_what_has_no_chinese_needs_no_english(package: Path) -> None:
    put(package, "desk/views.py", USE + "_('%'); _('MZ/T 094')")
    assert found(package) == []
    assert add_missing(package) == 0


def test_an_unreadable_catalogue_is_a_finding(package: Path) -> None:
    put(package, "desk/" + PLACE, "nonsense\n")
    assert found(package)[0].startswith(f"desk/{PLACE}:")
    with pytest.raises(PoFileError):
        compile_catalogues(package)
    assert [path.name for path in (package / "desk" / PLACE).parent.iterdir()] == ["django.po"]


def test_compile_writes_what_gettext_reads_and_only_when_older(package: Path) -> None:
    put(package, "desk/" + PLACE, entries('msgid "甲"\nmsgstr "a"', 'msgid "乙"\nmsgstr ""'))
    target = package / "desk" / PLACE.replace(".po", ".mo")
    assert compile_catalogues(package) == [target]
    assert compile_catalogues(package) == []
    with target.open("rb") as file:
        translations = gettext.GNUTranslations(file)
    assert (translations.gettext("甲"), translations.gettext("乙")) == ("a", "乙")
    os.utime(target, ns=(0, 0))
    assert compile_catalogues(package) == [target]
    assert [path.name for path in target.parent.iterdir() if path.suffix not in (".po", ".mo")] == []


def test_the_command_line(package: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    put(package, "desk/views.py", USE + "_('甲')")
    for function in (check, add_missing, compile_catalogues):
        monkeypatch.setattr(function, "__defaults__", (package,))
    assert messages.main(["check"]) == 1
    assert messages.main(["skeleton"]) == 0
    assert messages.main(["compile"]) == 0
    put(package, "desk/" + PLACE, entries('msgid "甲"\nmsgstr "a"'))
    assert messages.main(["check"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[:2] == ["desk/views.py:2: no English for '甲'", "1 messages added"]
    assert shown[2].endswith("django.mo")
