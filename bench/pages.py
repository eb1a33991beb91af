"""The four main pages as their own users: server time, and the compressed size of a first load."""

import gzip
import http.client
import json
import re
from collections.abc import Callable
from urllib.parse import urlencode, urljoin

import brotli

from bench.measure import Measure, milliseconds, percentile
from bench.million import writers
from bench.site import serving
from shegong.config.demo.accounts import FILE_NAME
from shegong.config.environment import home_folder

ROUNDS = 60
FIRST_LOAD_KILOBYTES = 200
UNPACK: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}
LINKED = re.compile(r"<(?:script[^>]*\ssrc|link[^>]*rel=\"(?:stylesheet|preload)\"[^>]*href)=\"([^\"]+)\"")
MAP = re.compile(r"[\"']([^\"']+\.geo\.[^\"']*json)[\"']")


class Browser:
    """A signed-in user over one connection."""

    def __init__(self, port: int, role: str) -> None:
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._cookies: dict[str, str] = {}
        accounts = json.loads((home_folder() / FILE_NAME).read_text(encoding="utf-8"))
        account = next(each for each in accounts if each["role"] == role)
        page = self.get("/accounts/sign-in/")[1].decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found is not None
        form = {"csrfmiddlewaretoken": found[1], "username": account["username"], "password": account["password"]}
        status, _body, _headers = self._ask("POST", "/accounts/sign-in/", urlencode(form))
        assert status in (302, 303), status

    def get(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Status, body (unpacked) and headers of a page, redirects followed."""
        status, body, headers = self._ask("GET", path)
        if status in (301, 302):
            return self.get(urljoin(path, headers["location"]))
        return status, UNPACK[headers.get("content-encoding", "")](body), headers

    def size(self, path: str) -> int:
        """Bytes that come over the wire for one address."""
        return len(self._ask("GET", path)[1])

    def _ask(self, method: str, path: str, form: str | None = None) -> tuple[int, bytes, dict[str, str]]:
        headers = {"Accept-Encoding": "br, gzip", "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._link.request(method, path, form, headers)
        answer = self._link.getresponse()
        body = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self._cookies[name] = value
        return answer.status, body, {key.lower(): value for key, value in answer.getheaders()}


def run() -> list[Measure]:
    """p95 in milliseconds beside 50, and kilobytes of the first load beside 200, for each of the four."""
    measures = []
    writer = writers()[0]
    with serving() as port:
        worker, city = Browser(port, "worker"), Browser(port, "city")
        client = re.search(r"/clients/([0-9a-f-]{36})/", worker.get("/clients/")[1].decode())
        assert client is not None
        pages = (
            ("my_day", worker, "/"),
            ("client", worker, client[0]),
            ("station", city, f"/stations/{writer.station.hub.key}/"),
            ("city_dashboard", city, "/board/"),
        )
        for name, browser, path in pages:
            status, _body, _headers = browser.get(path)
            assert status == 200, (path, status)
            took = [milliseconds(lambda b=browser, p=path: b.get(p)) for _round in range(ROUNDS)]
            measures.append(Measure(f"page_{name}_p95", percentile(took[5:], 0.95), "ms", 50))
            measures.append(Measure(f"page_{name}_first_load", _first_load(browser, path), "KB", FIRST_LOAD_KILOBYTES))
    return measures


def _first_load(browser: Browser, path: str) -> float:
    """The page and all that it links to and draws with, compressed, in kilobytes."""
    page = browser.get(path)[1].decode()
    linked = {urljoin(path, address) for address in (*LINKED.findall(page), *MAP.findall(page))}
    return (browser.size(path) + sum(browser.size(address) for address in linked)) / 1024
