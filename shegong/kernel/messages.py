"""Message catalogues: `python -m shegong.kernel.messages compile|check|skeleton`.

The texts in the code are simplified Chinese; shegong/<app>/locale/en/LC_MESSAGES/django.po holds their English. A
message stands in one catalogue only: that of the first app that uses it, `kernel` before the others. Entries are
sorted by text and carry no line numbers, so that catalogues which several people edit merge well.

compile writes the .mo files that are missing or older than their .po check names what is missing, left over or wrong;
exit 1 if anything is skeleton adds entries without English for missing messages, and puts every catalogue in order
"""

import argparse
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, escape, read_po

from shegong.kernel.message_sources import CHINESE, Finding, Sources, Use, sources_of

PACKAGE: Final = Path(__file__).resolve().parent.parent
CATALOGUE: Final = Path("locale/en/LC_MESSAGES/django.po")
HEADER: Final = r"""msgid ""
msgstr ""
"Language: en\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=UTF-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"
"""
WIDE_SIGNS: Final = re.compile(r"[\u3001-\u303f\uff01-\uff60]")
PERCENT: Final = re.compile(r"%(?:\((\w+)\))?[-#0+]*\d*(?:\.\d+)?([diouxXeEfFgGcrsa])")
BRACES: Final = re.compile(r"(?<!\{)\{(\w*)[^{}]*\}(?!\})")
Key = tuple[str, str]


def compile_catalogues(package: Path = PACKAGE) -> list[Path]:
    """Write the .mo beside each .po that is newer; the files written. Raises PoFileError for a .po that can't be
    read.
    """
    written = []
    for source in _catalogue_files(package):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        catalogue = _read(source)
        with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".tmp", delete=False) as file:
            write_mo(file, catalogue)
        Path(file.name).chmod(0o644)
        Path(file.name).replace(target)
        written.append(target)
    return written


def check(package: Path = PACKAGE) -> list[Finding]:
    """Everything that is wrong with messages and catalogues, in order of files."""
    sources = _sources(package)
    findings = [finding for each in sources.values() for finding in each.findings]
    needed = _needed(sources)
    english: set[Key] = set()
    for path in _catalogue_files(package):
        app, name = path.relative_to(package).parts[0], path.relative_to(package).as_posix()
        try:
            catalogue = _read(path)
        except PoFileError as problem:
            findings.append(Finding(name, problem.lineno, str(problem)))
            continue
        if path.read_text(encoding="utf-8") != canonical(catalogue):
            findings.append(Finding(name, 1, "not in canonical order and form: run the skeleton command"))
        own = _needed({app: sources[app]}) if app in sources else {}
        for message in _entries(catalogue):
            problems = _entry_problems(message, own, needed)
            if _key(message) in english:
                problems.append(f"{_key(message)[0]!r} stands in another catalogue already")
            findings += [Finding(name, message.lineno or 1, text) for text in problems]
            english.add(_key(message))
    for key, use in needed.items():
        if key not in english:
            findings.append(Finding(use.path, use.line, f"no English for {use.message!r}"))
    return sorted(findings)


def add_missing(package: Path = PACKAGE) -> int:
    """Add entries without English for the messages that have none, and put each catalogue in order; how many were
    added.
    """
    catalogues = {path.relative_to(package).parts[0]: _read(path) for path in _catalogue_files(package)}
    present = {_key(message) for catalogue in catalogues.values() for message in _entries(catalogue)}
    added = 0
    for key, use in _needed(_sources(package)).items():
        if key in present:
            continue
        catalogue = catalogues.setdefault(_app(use), Catalog(locale="en"))
        message_id = use.message if use.plural is None else (use.message, use.plural)
        catalogue.add(message_id, None, context=use.context)
        added += 1
    for app, catalogue in catalogues.items():
        path = package / app / CATALOGUE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(canonical(catalogue), encoding="utf-8")
    return added


def canonical(catalogue: Catalog) -> str:
    """The catalogue as we keep it: entries sorted by text, one blank line between, one line per string, translators'
    notes kept.
    """
    blocks = [HEADER]
    for message in sorted(_entries(catalogue), key=_key):
        lines = [f"# {comment}".rstrip() for comment in message.user_comments]
        if message.fuzzy:
            lines.append("#, fuzzy")
        if message.context is not None:
            lines.append(f"msgctxt {escape(message.context)}")
        if isinstance(message.id, str):
            lines += [f"msgid {escape(message.id)}", f"msgstr {escape(_english(message)[0])}"]
        else:
            lines += [f"msgid {escape(message.id[0])}", f"msgid_plural {escape(message.id[1])}"]
            lines += [f"msgstr[{place}] {escape(text)}" for place, text in enumerate(_english(message))]
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _catalogue_files(package: Path) -> list[Path]:
    return sorted(package.glob(f"*/{CATALOGUE.as_posix()}"))


def _read(path: Path) -> Catalog:
    return read_po(BytesIO(path.read_bytes()), locale="en", abort_invalid=True)


def _entries(catalogue: Catalog) -> list[Message]:
    """All but the header."""
    return [message for message in catalogue if message.id]


def _key(message: Message) -> Key:
    return message.id if isinstance(message.id, str) else message.id[0], message.context or ""


def _english(message: Message) -> list[str]:
    texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
    forms = 1 if isinstance(message.id, str) else 2
    return [text or "" for text in texts] + [""] * (forms - len(texts))


def _sources(package: Path) -> dict[str, Sources]:
    """By app; `kernel` first, so that what several apps say goes into its catalogue."""
    apps = sorted(path.parent for path in package.glob("*/__init__.py"))
    apps.sort(key=lambda path: path.name != "kernel")
    return {app.name: sources_of(app, package) for app in apps}


def _app(use: Use) -> str:
    return use.path.partition("/")[0]


def _needed(sources: dict[str, Sources]) -> dict[Key, Use]:
    """Each message that has Chinese in it, by its first use; with a plural if any use has one."""
    needed: dict[Key, Use] = {}
    for each in sources.values():
        for use in each.uses:
            if not CHINESE.search(use.message) and not WIDE_SIGNS.search(use.message):
                continue  # `%` and `MZ/T 094` are the same in both languages
            known = needed.setdefault(use.key, use)
            if known.plural is None and use.plural is not None:
                needed[use.key] = Use(use.message, use.context, use.plural, known.path, known.line)
    return needed


def _entry_problems(message: Message, own: dict[Key, Use], needed: dict[Key, Use]) -> list[str]:
    """What is wrong with one entry of a catalogue, whose app uses the messages `own`."""
    key = _key(message)
    shown = repr(key[0])
    use = needed.get(key)
    if use is None:
        return [f"{shown} is no longer used, or needs no English"]
    if key not in own:
        return [f"{shown} is used in {_app(use)}, but not in this app"]
    problems = []
    if (use.plural is None) != isinstance(message.id, str):
        problems.append(f"{shown} {'needs' if use.plural is not None else 'has no use for'} a plural")
    if message.fuzzy:
        problems.append(f"{shown} is marked as uncertain (fuzzy)")
    for place, english in enumerate(_english(message)):
        problems += [f"{shown} {text}" for text in _translation_problems(message, place, english)]
    return problems


def _translation_problems(message: Message, place: int, english: str) -> list[str]:
    singular_of_two = place == 0 and not isinstance(message.id, str)
    chinese = message.id if isinstance(message.id, str) else message.id[place]
    if not english.strip():
        return ["has no English"]
    if english == chinese:
        return ["has itself as English: don't translate what is the same in both languages"]
    problems = []
    if CHINESE.search(english) or WIDE_SIGNS.search(english):
        problems.append(f"has Chinese in its English: {english!r}")
    wanted, given = _placeholders(chinese), _placeholders(english)
    # "One person" needn't repeat the number.
    if given != wanted and not (singular_of_two and given < wanted):
        problems.append(f"has other placeholders in English: {sorted(given.elements())}")
    return problems


def _placeholders(text: str) -> Counter[str]:
    """%(name)s, %s and {name} with how often each occurs; the order is the language's affair."""
    percents = [found[0] for found in PERCENT.finditer(text.replace("%%", ""))]
    return Counter(percents + [f"{{{found[1]}}}" for found in BRACES.finditer(text)])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m shegong.kernel.messages", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("command", choices=["compile", "check", "skeleton"])
    command = parser.parse_args(arguments).command
    if command == "compile":
        lines = [str(path) for path in compile_catalogues()]
    elif command == "skeleton":
        lines = [f"{add_missing()} messages added"]
    else:
        lines = [str(finding) for finding in check()]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if command == "check" and lines else 0


if __name__ == "__main__":
    sys.exit(main())
