"""What a target letter is called: a Chinese document's title, whatever the reader's language. Pure."""

from shegong.appraisal.enums import Programme


def county_of(hub: str, division: str) -> str:
    """A county's name: its division's, or for a functional area without one its hub's without what it is."""
    return division or hub.removesuffix("社工总站")


def title_of(programme: str, year: int, party: str) -> str:
    """A letter's title, from what it is about, its year and whose it is."""
    what = "社工服务体系建设目标责任书" if programme == Programme.SYSTEM else "全龄友好重点任务责任书"
    return f"{party} {year} 年{what}"
