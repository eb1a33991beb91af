"""Every text for readers has its English, and no Chinese escapes translation."""

from shegong.kernel.messages import check


def test_every_message_has_its_english() -> None:
    """`python -m shegong.kernel.messages skeleton` adds what is missing, ready to be filled in."""
    assert [str(finding) for finding in check()] == []
