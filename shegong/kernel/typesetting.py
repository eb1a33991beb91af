"""Papers: values become a PDF by a typst template, with Chinese fonts of our own, so that it looks the same anywhere.

A template is a file of this package; what it says comes as JSON and is only ever text, never typst's own language.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import pylopdf_fonts_zh_cn
import typst

PACKAGE: Final = Path(__file__).resolve().parent.parent
LEAST_FONT_BYTES: Final = 1_000_000


class TypesettingProblem(Exception):
    """A paper can't be set: the template is wrong, or there is no Chinese font."""


def typeset(template: str, values: Mapping[str, object]) -> bytes:
    """The PDF of a template (its path below the package, such as "practice/papers/case_file.typ") with these values:
    about 50 ms for thirty pages, 200 ms more for the first. Raises TypesettingProblem.
    """
    try:
        compiler = typst.Compiler(
            str(PACKAGE / template),
            root=str(PACKAGE),
            font_paths=[str(folder) for folder in font_folders()],
            ignore_system_fonts=True,
            sys_inputs={"values": json.dumps(values, ensure_ascii=False)},
        )
        made = compiler.compile(format="pdf")
    except typst.TypstError as problem:
        raise TypesettingProblem(f"{template}: {problem}") from problem
    if not isinstance(made, bytes):
        raise TypesettingProblem(f"{template}: no PDF came out")
    return made


@cache
def font_folders() -> tuple[Path, ...]:
    """Where the papers' Chinese fonts lie. Raises TypesettingProblem where they are missing or damaged."""
    files = (pylopdf_fonts_zh_cn.serif_path(), pylopdf_fonts_zh_cn.sans_path())
    for file in files:
        if not file.is_file() or file.stat().st_size < LEAST_FONT_BYTES:
            raise TypesettingProblem(
                f"the Chinese font {file.name} is missing: install the package's dependencies anew"
            )
    return tuple({file.parent for file in files})
