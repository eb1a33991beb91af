"""A gift's number and look-up code, which follow from its key."""

from hashlib import blake2b
from uuid import UUID

from django.conf import settings

from shegong.linkage.rules import gift as rules


def code_digest(number: str, code: str) -> bytes:
    """Keyed digest of a gift's look-up code."""
    digest: bytes = settings.KEYRING.blind_index(f"{number} {code}", "linkage_donation.code")
    return digest


def digits(key: UUID, what: str) -> str:
    """Eight digits that follow from the key for us, and from nothing for anybody else."""
    keyed: bytes = settings.KEYRING.blind_index(f"{key} {what}", "linkage_donation.digits")
    return f"{int.from_bytes(blake2b(keyed, digest_size=8).digest(), 'big') % 10**rules.CODE_DIGITS:08d}"
