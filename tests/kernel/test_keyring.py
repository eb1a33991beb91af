"""The key ring: made once, read by all, rotated without losing anything, and silent about its secrets."""

import base64
import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shegong.kernel import keyring
from shegong.kernel.keyring import KeyRing, KeyringProblem, UndecipherableProblem, load_keyring, register_suite


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "keys.json"


@pytest.fixture
def ring(path: Path) -> KeyRing:
    return load_keyring(path)


def test_a_missing_file_is_made_for_its_owner_only_with_its_folders(path: Path) -> None:
    load_keyring(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"]


def test_a_second_reading_gives_the_same_secrets(path: Path, ring: KeyRing) -> None:
    again = load_keyring(path)
    assert again.secret("django") == ring.secret("django")
    assert again.blind_index("13800138000", "phone") == ring.blind_index("13800138000", "phone")
    assert again.decrypt(ring.encrypt("成都", b"c"), b"c") == "成都"


def test_two_rings_have_nothing_in_common(ring: KeyRing, tmp_path: Path) -> None:
    other = load_keyring(tmp_path / "other.json")
    assert other.secret("django") != ring.secret("django")
    assert other.blind_index("1", "phone") != ring.blind_index("1", "phone")
    with pytest.raises(UndecipherableProblem):
        other.decrypt(ring.encrypt("1", b"c"), b"c")


def test_named_secrets_differ_and_are_long_enough_for_django(ring: KeyRing) -> None:
    secret = ring.secret("django")
    assert secret != ring.secret("cursor")
    assert len(secret) == 64
    assert len(set(secret)) > 5


def test_starting_many_at_once_makes_one_file(path: Path) -> None:
    barrier, secrets = threading.Barrier(8), []

    def start() -> None:
        barrier.wait()
        secrets.append(load_keyring(path).secret("django"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(secrets) == 8
    assert len(set(secrets)) == 1


_module_ring: list[KeyRing] = []


@pytest.fixture(scope="module", autouse=True)
def module_ring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    _module_ring.append(load_keyring(tmp_path_factory.mktemp("ring") / "keys.json"))
    yield
    _module_ring.clear()


@given(st.text(), st.binary(max_size=40))
def test_any_text_comes_back(text: str, context: bytes) -> None:
    ring = _module_ring[0]
    blob = ring.encrypt(text, context)
    assert ring.decrypt(blob, context) == text
    assert len(text) < 4 or text.encode() not in blob


@given(st.data())
def test_any_changed_byte_is_noticed(data: st.DataObject) -> None:
    ring = _module_ring[0]
    blob = bytearray(ring.encrypt("11010519491231002X", b"practice_client.identity"))
    place = data.draw(st.integers(0, len(blob) - 1))
    blob[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UndecipherableProblem):
        ring.decrypt(bytes(blob), b"practice_client.identity")


@pytest.mark.parametrize("length", [0, 1, 2, 3, 10, 20])
def test_a_cut_blob_is_a_problem(ring: KeyRing, length: int) -> None:
    with pytest.raises(UndecipherableProblem):
        ring.decrypt(ring.encrypt("1", b"c")[:length], b"c")


def test_equal_texts_have_different_blobs_and_open_only_in_their_place(ring: KeyRing) -> None:
    assert ring.encrypt("1", b"a.phone") != ring.encrypt("1", b"a.phone")
    with pytest.raises(UndecipherableProblem, match="another place"):
        ring.decrypt(ring.encrypt("1", b"a.phone"), b"a.address")


def test_rotation_encrypts_with_the_new_key_and_keeps_the_old_readable(path: Path, ring: KeyRing) -> None:
    old, index, secret = ring.encrypt("1", b"c"), ring.blind_index("1", "phone"), ring.secret("django")
    assert ring.rotate() == 2
    new = ring.encrypt("1", b"c")
    assert (old[:3], new[:3]) == (b"\x01\x00\x01", b"\x01\x00\x02")
    for reader in (ring, load_keyring(path)):
        assert reader.decrypt(old, b"c") == reader.decrypt(new, b"c") == "1"
        assert reader.blind_index("1", "phone") == index
        assert reader.secret("django") == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_process_that_was_running_reads_what_another_encrypted_after_rotating(path: Path, ring: KeyRing) -> None:
    other = load_keyring(path)
    other.rotate()
    assert ring.decrypt(other.encrypt("1", b"c"), b"c") == "1"


def test_two_processes_that_rotate_keep_each_others_key(path: Path, ring: KeyRing) -> None:
    other = load_keyring(path)
    assert (ring.rotate(), other.rotate(), ring.rotate()) == (2, 3, 4)
    assert len(json.loads(path.read_text())["data"]) == 4


def test_rotation_without_the_file_changes_nothing(path: Path, ring: KeyRing) -> None:
    path.unlink()
    with pytest.raises(KeyringProblem, match="can't be read"):
        ring.rotate()
    assert ring.decrypt(ring.encrypt("1", b"c"), b"c") == "1"


def test_a_missing_key_says_which_and_what_to_do(path: Path, ring: KeyRing) -> None:
    before = path.read_text()
    ring.rotate()
    blob = ring.encrypt("1", b"c")
    path.write_text(before)
    with pytest.raises(UndecipherableProblem, match=r"no key 2 .* restore"):
        load_keyring(path).decrypt(blob, b"c")


def test_blind_index_depends_on_text_purpose_and_their_border(ring: KeyRing) -> None:
    index = ring.blind_index("1", "phone")
    assert len(index) == 16
    assert len({index, ring.blind_index("2", "phone"), ring.blind_index("1", "identity")}) == 3
    assert ring.blind_index("b", "a") != ring.blind_index("", "ab")


def test_the_ring_does_not_show_its_secrets(path: Path, ring: KeyRing) -> None:
    assert repr(ring) == "<KeyRing with 1 data keys>"
    assert json.loads(path.read_text())["root"] not in repr(vars(ring)["_data"])


def _without(name: str) -> Callable[[dict[str, object]], None]:
    def remove(content: dict[str, object]) -> None:
        del content[name]

    return remove


def _set(name: str, value: object) -> Callable[[dict[str, object]], None]:
    return lambda content: content.update({name: value})


KEY = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    "damage",
    [
        _without("version"),
        _without("root"),
        _without("index"),
        _without("data"),
        _set("version", 2),
        _set("root", "short"),
        _set("root", 7),
        _set("index", "x" * 44),
        _set("data", []),
        _set("data", {}),
        _set("data", ["key"]),
        _set("data", [{"number": 0, "suite": "aes-256-gcm", "key": KEY}]),
        _set("data", [{"number": True, "suite": "aes-256-gcm", "key": KEY}]),
        _set("data", [{"number": 1, "suite": "rot13", "key": KEY}]),
        _set("data", [{"number": 1, "suite": "aes-256-gcm", "key": KEY[:20]}]),
        _set("data", [{"number": 1, "suite": "aes-256-gcm", "key": KEY}] * 2),
    ],
)
def test_a_damaged_file_is_one_clear_line(path: Path, damage: Callable[[dict[str, object]], None]) -> None:
    load_keyring(path)
    content = json.loads(path.read_text())
    damage(content)
    path.write_text(json.dumps(content))
    with pytest.raises(KeyringProblem) as caught:
        load_keyring(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "é"])
def test_what_is_not_a_json_object_is_a_problem_and_is_left_alone(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(KeyringProblem, match="damaged"):
        load_keyring(path)
    assert path.read_text() == text


def test_a_folder_in_place_of_the_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(KeyringProblem, match="can't be read"):
        load_keyring(tmp_path)


def test_a_file_in_place_of_the_folder_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(KeyringProblem, match="SHEGONG_KEYS"):
        load_keyring(tmp_path / "file" / "keys.json")


def test_a_full_disk_leaves_no_half_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(handle: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(KeyringProblem, match="No space left"):
        load_keyring(path)
    assert list(path.parent.iterdir()) == []


class Xor:
    """A stand-in for a national cipher: not secret at all, but authenticated."""

    number = 77
    name = "xor-sha256"
    key_bytes = 1

    def seal(self, key: bytes, plain: bytes, associated: bytes) -> bytes:
        body = bytes(byte ^ key[0] for byte in plain)
        return sha256(associated + body).digest() + body

    def open(self, key: bytes, sealed: bytes, associated: bytes) -> bytes:
        if sha256(associated + sealed[32:]).digest() != sealed[:32]:
            raise ValueError("changed")
        return bytes(byte ^ key[0] for byte in sealed[32:])


def test_another_suite_can_join_and_both_stay_readable(
    path: Path, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "SUITES", dict(keyring.SUITES))
    register_suite(Xor())
    old = ring.encrypt("1", b"c")
    content = json.loads(path.read_text())
    content["data"].append({"number": 2, "suite": "xor-sha256", "key": base64.b64encode(b"k").decode()})
    path.write_text(json.dumps(content))
    both = load_keyring(path)
    new = both.encrypt("2", b"c")
    assert new[0] == 77
    assert (both.decrypt(old, b"c"), both.decrypt(new, b"c")) == ("1", "2")
    with pytest.raises(ValueError, match="taken"):
        register_suite(Xor())
