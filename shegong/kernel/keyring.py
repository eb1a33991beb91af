"""The key ring: one file of secrets from which everything secret is derived or with which it is encrypted.

It holds a root (for named secrets such as Django's SECRET_KEY), an index key (for blind indexes) and numbered data
keys (for encryption). Only data keys rotate: a new blind-index key would make every stored index useless at once.

Settings import this module, so it must not import Django. For the same reason its messages are plain English: no
translation is active yet.
"""

import base64
import fcntl
import hmac
import json
import os
import secrets
import tempfile
import threading
from binascii import Error as Base64Problem
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

FILE_VERSION: Final = 1
KEY_BYTES: Final = 32
INDEX_BYTES: Final = 16
SECRET_BYTES: Final = 48
HEADER_BYTES: Final = 3  # suite number (1) and key number (2)
MARK_BYTES: Final = 16


class KeyringProblem(Exception):
    """The key ring can't be used; the text is one line that says why and what to do."""


class UndecipherableProblem(KeyringProblem):
    """A blob can't be decrypted: another context, a missing key, or damage."""


class Suite(Protocol):
    """A way to encrypt with authentication. `number` (1-255) goes into each blob and must never be reused for another
    suite.
    """

    number: int
    name: str
    key_bytes: int

    def seal(self, key: bytes, plain: bytes, associated: bytes) -> bytes:
        """Encrypt and authenticate; the answer holds whatever `open` needs besides the key (nonce, tag)."""

    def open(self, key: bytes, sealed: bytes, associated: bytes) -> bytes:
        """Give the plain bytes back. Raises ValueError when key, associated bytes or sealed bytes don't belong
        together.
        """


class AesGcm256:
    """AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D 8.2.2: at most 2^32 values under one key)."""

    number = 1
    name = "aes-256-gcm"
    key_bytes = 32
    nonce_bytes = 12

    def seal(self, key: bytes, plain: bytes, associated: bytes) -> bytes:
        """Nonce, then the encrypted text with its 16-byte tag."""
        nonce = os.urandom(self.nonce_bytes)
        return nonce + AESGCM(key).encrypt(nonce, plain, associated)

    def open(self, key: bytes, sealed: bytes, associated: bytes) -> bytes:
        """The plain bytes, or ValueError."""
        nonce, body = sealed[: self.nonce_bytes], sealed[self.nonce_bytes :]
        try:
            return AESGCM(key).decrypt(nonce, body, associated)
        except InvalidTag as damage:
            raise ValueError("authentication failed") from damage


SUITES: Final[dict[str, Suite]] = {}


def register_suite(suite: Suite) -> None:
    """Make a suite known, so that data keys may name it (SM4-GCM can join here). Raises ValueError when name or
    number is taken.
    """
    if not 1 <= suite.number <= 255:
        raise ValueError(f"suite number {suite.number} is not in 1-255")
    if suite.name in SUITES or any(known.number == suite.number for known in SUITES.values()):
        raise ValueError(f"suite {suite.name} or its number {suite.number} is taken")
    SUITES[suite.name] = suite


register_suite(AesGcm256())


@dataclass(frozen=True, slots=True, repr=False)
class DataKey:
    """One numbered encryption key and the suite it is used with."""

    number: int
    suite: Suite
    key: bytes


class KeyRing:
    """Secrets in memory, and the file they came from. Safe to share between threads; made by `load_keyring`."""

    def __init__(self, path: Path, root: bytes, index: bytes, data: Mapping[int, DataKey]) -> None:
        self._path = path
        self._root = root
        self._index = index
        self._data = dict(data)
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<KeyRing with {len(self._data)} data keys>"

    def secret(self, name: str) -> str:
        """The named secret: 64 URL-safe characters, the same each time (HKDF-SHA256, RFC 5869)."""
        derived = HKDF(algorithm=hashes.SHA256(), length=SECRET_BYTES, salt=b"shegong", info=name.encode())
        return base64.urlsafe_b64encode(derived.derive(self._root)).decode()

    def encrypt(self, text: str, context: bytes) -> bytes:
        """Encrypt under the newest data key. The blob opens only with the same context (such as b"table.column")."""
        return self.encrypt_bytes(text.encode(), context)

    def decrypt(self, blob: bytes, context: bytes) -> str:
        """The text of a blob made by `encrypt`. Raises UndecipherableProblem."""
        return self.decrypt_bytes(blob, context).decode()

    def encrypt_bytes(self, plain: bytes, context: bytes) -> bytes:
        """As `encrypt`, for what is no text."""
        newest = self._data[max(self._data)]
        header = bytes([newest.suite.number]) + newest.number.to_bytes(2, "big")
        return header + newest.suite.seal(newest.key, plain, header + context)

    def decrypt_bytes(self, blob: bytes, context: bytes) -> bytes:
        """What `encrypt_bytes` was given. Raises UndecipherableProblem."""
        header, sealed = blob[:HEADER_BYTES], blob[HEADER_BYTES:]
        number = int.from_bytes(header[1:], "big")
        data_key = self._data.get(number) or self._data_after_reload().get(number)
        if len(header) < HEADER_BYTES or data_key is None or data_key.suite.number != header[0]:
            raise UndecipherableProblem(
                f"the key ring has no key {number} for this value: restore the key ring file that belongs to the data"
            )
        try:
            return data_key.suite.open(data_key.key, sealed, header + context)
        except ValueError as damage:
            raise UndecipherableProblem(
                "a value is damaged, or was encrypted for another place or with other keys"
            ) from damage

    def blind_index(self, text: str, purpose: str) -> bytes:
        """16 bytes that are equal for equal texts of one purpose, and tell nothing without the key (HMAC-SHA256,
        truncated).

        Normalise the text first: the index of ` 1` isn't the index of `1`.
        """
        name = purpose.encode()
        return hmac.digest(self._index, len(name).to_bytes(2, "big") + name + text.encode(), sha256)[:INDEX_BYTES]

    def marks(self) -> dict[str, bytes]:
        """A fingerprint of 16 bytes for each key ("root", "index", "data 1", ...), by which a key is known again and
        from which nobody gets it back.
        """
        keys = {"root": self._root, "index": self._index}
        keys |= {f"data {number}": data_key.key for number, data_key in self._data.items()}
        return {
            name: hmac.digest(key, b"shegong.mark " + name.encode(), sha256)[:MARK_BYTES] for name, key in keys.items()
        }

    def rotate(self) -> int:
        """Add a data key to the file, use it from now on, and return its number. Old keys stay, so old values stay
        readable.

        Raises KeyringProblem when the file can't be read or written.
        """
        with self._lock, _only_one_writer(self._path):
            content = _read(self._path)
            current = _parsed(content, self._path)._data
            number = max(current) + 1
            if number > 0xFFFF:
                raise KeyringProblem(f"key ring {self._path}: 65,535 data keys are the most it can hold")
            _with_entry(content, _new_entry(number))
            _write(self._path, content)
            self._data = _parsed(content, self._path)._data
        return number

    def _data_after_reload(self) -> Mapping[int, DataKey]:
        """Another process may have rotated since this one started: look into the file again."""
        with self._lock, suppress(KeyringProblem):
            self._data = self._data | _parsed(_read(self._path), self._path)._data
        return self._data


_made_here: Final[set[Path]] = set()


def discard_if_made_here(path: Path) -> bool:
    """Delete the key ring that this very process made because there was none, and say whether it did: beside data that
    other keys encrypted, a new one is worth nothing and would only hide the loss.
    """
    if path not in _made_here:
        return False
    path.unlink(missing_ok=True)
    _made_here.discard(path)
    return True


def load_keyring(path: Path) -> KeyRing:
    """The key ring of this file, which is made with fresh random secrets (mode 0600) when it is missing.

    When several processes start at once, all get the file of whichever came first. Raises KeyringProblem.
    """
    try:
        missing = not path.exists()
    except OSError as problem:
        raise _unusable(path, "can't be read", problem) from problem
    if missing:
        _create(path)
    return _parsed(_read(path), path)


def _new_entry(number: int) -> dict[str, object]:
    suite = SUITES[AesGcm256.name]
    return {
        "number": number,
        "suite": suite.name,
        "key": base64.b64encode(secrets.token_bytes(suite.key_bytes)).decode(),
    }


def _with_entry(content: dict[str, object], entry: dict[str, object]) -> None:
    entries = content["data"]
    assert isinstance(entries, list)
    entries.append(entry)


def _create(path: Path) -> None:
    """Write a complete file beside the path, then give it its name only if no one else has: a reader never sees half
    a file.
    """
    content: dict[str, object] = {
        "version": FILE_VERSION,
        "root": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
        "index": base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode(),
        "data": [_new_entry(1)],
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = _written_beside(path, content)
        try:
            with suppress(FileExistsError):
                os.link(written, path)
                _made_here.add(path)
        finally:
            written.unlink()
        _flush_folder(path.parent)
    except OSError as problem:
        raise _unusable(path, "can't be written", problem) from problem


def _write(path: Path, content: dict[str, object]) -> None:
    try:
        owner = path.stat()
        written = _written_beside(path, content)
        with suppress(PermissionError):  # when root rotates, the service must still be able to read its file
            os.chown(written, owner.st_uid, owner.st_gid)
        written.replace(path)
        _flush_folder(path.parent)
    except OSError as problem:
        raise _unusable(path, "can't be written", problem) from problem


def _written_beside(path: Path, content: dict[str, object]) -> Path:
    """A temporary file with this content in the same folder, flushed to the disk; mkstemp makes it readable by its
    owner only.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(content, file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _flush_folder(folder: Path) -> None:
    """The name itself must survive a power cut: losing new keys would lose what they encrypted."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _only_one_writer(path: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two rotations at once don't lose each other's key."""
    try:
        handle = os.open(path.parent, os.O_RDONLY)
    except OSError as problem:
        raise _unusable(path, "can't be read", problem) from problem
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(path: Path) -> dict[str, object]:
    try:
        content = json.loads(path.read_text(encoding="ascii"))
    except OSError as problem:
        raise _unusable(path, "can't be read", problem) from problem
    except ValueError as problem:
        raise _corrupt(path, "it is not JSON") from problem
    if not isinstance(content, dict):
        raise _corrupt(path, "it is not a JSON object")
    return content


def _parsed(content: dict[str, object], path: Path) -> KeyRing:
    if content.get("version") != FILE_VERSION:
        raise _corrupt(path, f"its version is not {FILE_VERSION}")
    entries = content.get("data")
    if not isinstance(entries, list) or not entries:
        raise _corrupt(path, "it has no data keys")
    keys = [_data_key(entry, path) for entry in entries]
    data = {key.number: key for key in keys}
    if len(data) != len(keys):
        raise _corrupt(path, "two data keys have the same number")
    root = _key_bytes(content.get("root"), KEY_BYTES, "root", path)
    index = _key_bytes(content.get("index"), KEY_BYTES, "index", path)
    return KeyRing(path, root, index, data)


def _data_key(entry: object, path: Path) -> DataKey:
    if not isinstance(entry, dict):
        raise _corrupt(path, "a data key is not an object")
    number, suite = entry.get("number"), SUITES.get(str(entry.get("suite")))
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 0xFFFF:
        raise _corrupt(path, "a data key has no number")
    if suite is None:
        raise _corrupt(path, f"data key {number} names a suite that is not installed")
    return DataKey(number, suite, _key_bytes(entry.get("key"), suite.key_bytes, f"data key {number}", path))


def _key_bytes(value: object, length: int, name: str, path: Path) -> bytes:
    try:
        key = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except (Base64Problem, ValueError):
        key = b""
    if len(key) != length:
        raise _corrupt(path, f"its {name} is not {length} bytes in base64")
    return key


def _unusable(path: Path, what: str, problem: OSError) -> KeyringProblem:
    return KeyringProblem(
        f"key ring {path} {what}: {problem.strerror}; check the folder and its rights, or set SHEGONG_KEYS"
    )


def _corrupt(path: Path, why: str) -> KeyringProblem:
    return KeyringProblem(
        f"key ring {path} is damaged: {why}; restore it from a backup (a new one can't read the stored data)"
    )
