"""The picture of money's way: places as bars in columns, flows as ribbons as wide as the sum. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shegong.indicators.money.course import Node
from shegong.indicators.money.rules import yuan
from shegong.kernel.wording import money, money_short
from shegong.practice.pictures.svg import Picture, clipped, element, frame, joined, short

WIDTH: Final = 960.0
BAR: Final = 14.0
GAP: Final = 9.0
TALLEST: Final = 300.0
LEAST: Final = 1.5  # so that the smallest sum is still seen
LINE: Final = 15.0  # a name needs so much height
LABEL: Final = 176.0  # the least room for names right of the last column
SIGNS: Final = 22  # of a name, a Chinese one counting twice


@dataclass(slots=True)
class _Bar:
    """A place as it is drawn; `given` and `taken` is how far its ribbons are laid already."""

    x: float
    y: float
    height: float
    given: float = 0.0
    taken: float = 0.0


def sankey(
    flows: Mapping[tuple[Node, Node], int],
    names: Mapping[Node, str],
    title: str,
    address: Callable[[Node], str],
) -> Picture | None:
    """Flows in cents between places; None without any. `address` is where a place leads to (nowhere: empty)."""
    if not flows:
        return None
    columns = _columns(flows)
    sums = {node: _sum(flows, node) for nodes in columns for node in nodes}
    scale = TALLEST / max(sum(sums[node] for node in nodes) for nodes in columns)
    room = max(LABEL, *(_wide(_short(names[node])) + _wide(money_short(yuan(sums[node]))) + 16 for node in columns[-1]))
    step = (WIDTH - room - BAR) / max(len(columns) - 1, 1)
    bars: dict[Node, _Bar] = {}
    for place, nodes in enumerate(columns):
        y = LINE
        for node in nodes:
            height = max(sums[node] * scale, LEAST)
            bars[node] = _Bar(place * step, y, height)
            y += max(height, LINE) + GAP
    bottom = max(bar.y + max(bar.height, LINE) for bar in bars.values()) + LINE
    ribbons = [
        _ribbon(bars[start], bars[end], amount * scale, f"{names[start]} → {names[end]}：{money(yuan(amount))}", end)
        for (start, end), amount in sorted(flows.items(), key=lambda item: item[0])
    ]
    places = [_place(bars[node], node, names[node], sums[node], address(node)) for nodes in columns for node in nodes]
    sentences = tuple(
        _("%(start)s → %(end)s：%(amount)s") % {"start": names[start], "end": names[end], "amount": money(yuan(amount))}
        for (start, end), amount in sorted(flows.items(), key=lambda item: item[0])
    )
    description = _("从左到右：资金来源、区(市)县、合同、服务人群；带子的宽度是金额。下面的表格有同样的数字。")
    body = joined([*ribbons, *places])
    svg = frame(WIDTH, bottom, title, description, body, name="sankey", has_links=True)
    return Picture(svg, WIDTH, 0, sentences)


def _columns(flows: Mapping[tuple[Node, Node], int]) -> list[list[Node]]:
    """The places of each column, in the columns' own order: what is left over stands below."""
    nodes = {node for flow in flows for node in flow}
    return [
        sorted((node for node in nodes if node.column == column), key=lambda node: (node.kind == "rest", node))
        for column in sorted({node.column for node in nodes})
    ]


def _sum(flows: Mapping[tuple[Node, Node], int], node: Node) -> int:
    given = sum(amount for (start, _end), amount in flows.items() if start == node)
    taken = sum(amount for (_start, end), amount in flows.items() if end == node)
    return max(given, taken)


def _ribbon(start: _Bar, end: _Bar, width: float, words: str, to: Node) -> SafeString:
    """A band from the right of a bar to the left of another."""
    x1, x2 = start.x + BAR, end.x
    y1, y2 = start.y + start.given, end.y + end.taken
    start.given += width
    end.taken += width
    middle = (x1 + x2) / 2
    width = max(width, 0.6)
    d = (
        f"M{short(x1)} {_exact(y1)}C{short(middle)} {_exact(y1)} {short(middle)} {_exact(y2)} {short(x2)} {_exact(y2)}"
        f"V{_exact(y2 + width)}C{short(middle)} {_exact(y2 + width)} {short(middle)} {_exact(y1 + width)} "
        f"{short(x1)} {_exact(y1 + width)}Z"
    )
    return element(
        "path", element("title", words), d=d, class_=f"pic-flow{' pic-flow-rest' if to.kind == 'rest' else ''}"
    )


def _exact(number: float) -> str:
    """Ribbons can be narrower than a tenth: two decimals."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _short(name: str) -> str:
    return clipped(name, SIGNS if name.isascii() else SIGNS // 2)


def _wide(words: str) -> float:
    """About how wide a text is."""
    return sum(7.2 if sign.isascii() else 13.0 for sign in words)


def _place(bar: _Bar, node: Node, name: str, amount: int, url: str) -> SafeString:
    """A bar with its name and sum beside it."""
    words = _("%(name)s：%(amount)s") % {"name": name, "amount": money(yuan(amount))}
    label = element(
        "text",
        element("tspan", _short(name)),
        element("tspan", f" {money_short(yuan(amount))}", class_="pic-note"),
        x=bar.x + BAR + 5,
        y=bar.y + max(bar.height, LINE) / 2 + 4,
        class_="pic-small",
    )
    drawn = joined(
        [
            element(
                "rect", x=bar.x, y=bar.y, width=BAR, height=_exact(bar.height),
                class_="pic-bar pic-bar-rest" if node.kind == "rest" else "pic-bar",
            ),
            label,
        ]
    )  # fmt: skip
    if not url:
        return element("g", element("title", words), drawn)
    return format_html('<a class="pic-link" href="{0}" aria-label="{1}"><title>{1}</title>{2}</a>', url, words, drawn)
