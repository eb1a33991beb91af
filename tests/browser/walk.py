"""A walk through the product's pages: who looks at which, and the keys of something to look at there."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page

from shegong.kernel import clock
from tests.browser.conftest import DESK, Site, sign_in
from tests.papers import picture_of

NOBODY: Final = ""
KEY: Final = r"([0-9a-f-]{36})"
STATIONS: Final = "/supervision/stations/"
OF_SITE: Final = "[0-9a-f-]{36}"


@dataclass(frozen=True)
class Visit:
    """A page (the name of its address), whose it is, and where; `{client}` and the like are found at run time."""

    name: str
    role: str
    path: str
    status: int = 200

    def __str__(self) -> str:
        return f"{self.role or 'nobody'} {self.path}"


def last_month() -> str:
    """The last whole month, as addresses write it."""
    return f"{clock.today().replace(day=1) - timedelta(days=1):%Y-%m}"


class Walk:
    """One signed-in tab for each role, and the keys of something to look at."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser, self._site = browser, site
        self._tabs: dict[tuple[str, str], Page] = {}
        self._found: dict[str, str] = {}
        self._strangers = iter(("欧阳雪芹", "司马长庚"))

    def tab(self, role: str, language: str = "zh-CN") -> Page:
        """The role's tab; made and signed in on first use."""
        if (role, language) not in self._tabs:
            context = self.context(language)
            tab = context.new_page()
            if role:
                sign_in(tab, self._site, role)
            if language == "en":  # signing in brings the account's own language
                context.add_cookies([{"name": "django_language", "value": "en", "url": self._site.address}])
            self._tabs[role, language] = tab
        return self._tabs[role, language]

    def context(self, language: str = "zh-CN", viewport: Any = DESK) -> BrowserContext:
        """Somebody who isn't signed in."""
        return self._browser.new_context(
            base_url=self._site.address,
            viewport=viewport,
            locale=language,
            reduced_motion="reduce",
            color_scheme="light",
        )

    def path(self, visit: Visit) -> str:
        """The visit's address."""
        return re.sub(r"\{(\w+)\}", lambda match: self.key(match[1]), visit.path)

    def key(self, kind: str) -> str:
        """The key of something of this kind; found, or made, on first use."""
        if kind not in self._found:
            makers: dict[str, Callable[[], str]] = {
                "client": lambda: self._linked("worker", "/clients/", rf"/clients/{KEY}/$"),
                "case": self._open_case,
                "record": self._record,
                "evaluation": self._evaluation,
                "attachment": self._attachment,
                "paper": self._paper,
                "report": self._report,
                "assessment": self._assessment,
                "open": lambda: self._offered("worker", rf"/cases/{KEY}/back/$", "/cases/"),
                "goal": lambda: self._offered("worker", rf"/goals/{KEY}/rate/$", "/cases/"),
                "line": self._line,
                "entry": lambda: self._linked("city", "/funds/ledger/?kind=allocate", r"/funds/ledger/(\d+)/$"),
                "contract": lambda: self._linked("city", "/contracts/", r"/contracts/(\d+)/$"),
                "payment": self._payment,
                "fund_rule": lambda: self._offered("city", r"/rules/(\d+)/change/$", "/funds/of/CG/rules/"),
                "money_transfer": lambda: self._offered("city", rf"/funds/transfers/{KEY}/$", "/funds/transfers/"),
                "drive": lambda: self._linked("donor", "/drives/?state=open", rf"/drives/{KEY}/$"),
                "drive_draft": lambda: self._linked("donor", "/drives/?state=draft", rf"/drives/{KEY}/$"),
                "drive_ended": lambda: self._linked("city", "/drives/?state=ended", rf"/drives/{KEY}/$"),
                "gift": lambda: self._linked("donor", "/donations/?form=money", rf"/donations/{KEY}/$"),
                "stock": lambda: self._linked("county", "/stocks/?q=棉被", r"/stocks/([0-9a-f-]{36}/\d+)/$"),
                "gift_use": lambda: self._linked("county", "/gift-uses/", rf"/gift-uses/{KEY}/$"),
                "need": lambda: self._purchase("need"),
                "reserved_project": lambda: self._purchase("reserved"),
                "reserved_file": lambda: self._linked(
                    "county", f"/projects/{self.key('reserved_project')}/", rf"/files/{KEY}/remove/$"
                ),
                "opened": lambda: self._purchase("opened"),
                "awarded": lambda: self._purchase("awarded"),
                "bidding": lambda: self._offered("agency", rf"/projects/{KEY}/bid/$", "/projects/"),
                "opened_bid": lambda: self._linked(
                    "county", f"/projects/{self.key('opened')}/", rf"/bids/{KEY}/reject/$"
                ),
                "objection": lambda: self._linked(
                    "county", f"/projects/{self.key('awarded')}/", rf"/objections/{KEY}/answer/$"
                ),
                "notice": lambda: self._linked(NOBODY, "/notices/", rf"/notices/{KEY}/$"),
                "agency": lambda: self._linked("agency", "/agencies/mine/", r"/agencies/(\d+)/$"),
                "complaint": lambda: self._linked("agency", "/agencies/mine/", rf"/complaints/{KEY}/answer/$"),
                "approval": lambda: self._offered("supervisor", rf"/approvals/{KEY}/$", "/cases/waiting/"),
                "emergency": self._emergency,
                "transfer": self._transfer,
                "follow_up": lambda: self._offered("worker", rf"/follow-ups/{KEY}/move/$", "/cases/?stage=closed"),
                "group": lambda: self._offered("worker", rf"/groups/{KEY}/sessions/new/$", "/groups/"),
                "group_asked": lambda: self._offered("head", rf"/groups/{KEY}/decide/$", "/groups/"),
                "group_back": lambda: self._offered("worker", rf"/groups/{KEY}/edit/$", "/groups/"),
                "group_open": lambda: self._offered("worker", rf"/groups/{KEY}/sessions/$", "/groups/"),
                "member": lambda: self._offered("worker", rf"/members/{KEY}/screen/$", "/groups/"),
                "session": lambda: self._linked("worker", f"/groups/{self.key('group')}/", rf"/sessions/{KEY}/$"),
                "activity": lambda: self._offered("worker", rf"/activities/{KEY}/join/$", "/activities/"),
                "activity_asked": lambda: self._offered("head", rf"/activities/{KEY}/decide/$", "/activities/"),
                "activity_back": lambda: self._offered("worker", rf"/activities/{KEY}/edit/$", "/activities/"),
                "activity_held": lambda: self._offered("worker", rf"/activities/{KEY}/summary/$", "/activities/"),
                "pool_proposal": lambda: self._linked("city", "/pool/board/", rf"/pool/proposals/{KEY}/$"),
                "assignment": lambda: self._linked(
                    "city", f"/pool/proposals/{self.key('pool_proposal')}/", r"/pool/assignments/(\d+)/change/$"
                ),
                "booking": self._booking,
                "agreement": lambda: self._linked("head", STATIONS, rf"/supervision/agreements/{KEY}/$"),
                "agreement_draft": self._agreement_draft,
                "supervision": lambda: self._linked(
                    "supervisor", f"/supervision/agreements/{self.key('agreement')}/", rf"/sessions/{KEY}/hold/$"
                ),
                "supervised": lambda: self._linked("worker", "/supervision/receive/", rf"/sessions/{KEY}/rate/$"),
                "advice": lambda: self._linked("worker", "/supervision/receive/", rf"/supervision/advice/{KEY}/$"),
                "advice_given": lambda: self._linked("supervisor", "/supervision/give/", rf"/advice/{KEY}/$"),
                "survey": lambda: self._linked("county", "/surveys/", rf"/surveys/{KEY}/$"),
                "link": self._link,
                "form": lambda: self._linked("city", "/forms/", r"/forms/((?!import)[\w-]+)/$"),
                "enquiry": self._enquiry,
                "person": self._person,
                "referral": self._referral,
                "duty": self._duty,
                "grievance": lambda: self._linked("county", "/complaints/", rf"/complaints/{KEY}/$"),
                "own_request": lambda: self._linked("worker", "/data-requests/", rf"/data-requests/{KEY}/$"),
                "consent": lambda: self._linked("dpo", "/protection/consents/", rf"/consents/{KEY}/$"),
                "request": lambda: self._request()[1],
                "proposal": self._proposal,
                "colleague": lambda: self._linked("county", "/workers/?category=psychological", r"/workers/(\d+)/$"),
                "posting": lambda: self._linked(
                    "county", f"/workers/{self.key('colleague')}/", r"/postings/(\d+)/edit/$"
                ),
                "myself": lambda: self._linked("worker", "/workers/me/", r"/workers/(\d+)/correction/$"),
                "correction": self._correction,
                "own": self._own,
                "asked": self._asked,
                "learning": self._learning,
                "training": self._training,
                "centre": lambda: self._linked("city", "/stations/?tier=centre", r"/stations/([\w-]+)/$"),
                "room": lambda: self._linked("city", "/stations/?tier=room&stage=running", r"/stations/([\w-]+)/$"),
                "town": lambda: self._linked(
                    "head", "/standardisation/stations/", r"/standardisation/stations/([\w-]+)/$"
                ),
                "volunteer": lambda: self._linked("head", "/volunteers/?state=active", rf"/volunteers/{KEY}/$"),
                "call": lambda: self._linked("head", "/opportunities/", rf"/opportunities/{KEY}/$"),
                "call_past": lambda: self._linked("head", "/opportunities/?state=record", rf"/opportunities/{KEY}/$"),
                "served": lambda: self._linked("volunteer", "/volunteering/me/", rf"/volunteer-hours/{KEY}/correct/$"),
                "hours_wish": lambda: self._linked("head", "/volunteer-hours/", rf"/corrections/{KEY}/$"),
                "certificate": lambda: self._linked("volunteer", "/volunteering/me/", rf"/certificates/{KEY}/$"),
                "accord": lambda: self._linked("county", "/agreements/", rf"/agreements/{KEY}/$"),
                "accord_draft": lambda: self._linked("county", "/agreements/?state=draft", rf"/agreements/{KEY}/$"),
                "accord_sign": lambda: self._linked("liaison", "/agreements/?state=signing", rf"/agreements/{KEY}/$"),
                "accord_party": lambda: self._offered(
                    "liaison", rf"/parties/{KEY}/sign/$", f"/agreements/{self.key('accord_sign')}/"
                ),
                "accord_review": lambda: self._offered(
                    "county", rf"/agreements/reviews/{KEY}/$", f"/agreements/{self.key('accord')}/"
                ),
                "arrival": lambda: self._linked("head", "/arrivals/", rf"/arrivals/{KEY}/$"),
                "joint": lambda: self._linked("county", "/joint-projects/?stage=all", rf"/joint-projects/{KEY}/$"),
                "local_group": lambda: self._linked("head", "/local-groups/?stage=filed", rf"/local-groups/{KEY}/$"),
                "grant_asked": lambda: self._linked("county", "/micro-grants/", rf"/micro-grants/{KEY}/$"),
                "grant_paid": lambda: self._linked("head", "/micro-grants/?state=paid", rf"/micro-grants/{KEY}/$"),
                "finding": lambda: self._linked("head", "/findings/?state=planned", rf"/findings/{KEY}/$"),
                "finding_corrected": lambda: self._linked("county", "/findings/", rf"/findings/{KEY}/$"),
                "rule_question": lambda: self._offered("city", rf"/rule-questions/{KEY}/$", "/rule-questions/"),
                "sign": lambda: self._linked("county", f"/signs/?month={last_month()}", r"/signs/(.+)$"),
                "last_month": last_month,
                "round": lambda: self._round("评估中"),
                "round_past": lambda: self._round("已办结"),
                "unit": lambda: self._linked(
                    "assessor", f"/rounds/{self.key('round')}/sample/", rf"/rounds/units/{KEY}/$"
                ),
                "unit_past": lambda: self._linked(
                    "city", f"/rounds/{self.key('round_past')}/sample/", rf"/rounds/units/{KEY}/$"
                ),
                "sampled": lambda: self._linked(
                    "assessor", f"/rounds/units/{self.key('unit')}/", rf"/rounds/records/{KEY}/$"
                ),
                "score_sheet": lambda: self._linked("assessor2", "/score-sheets/", rf"/score-sheets/{KEY}/$"),
                "self_check": lambda: self._linked("city", "/self-checks/?state=reviewed", rf"/self-checks/{KEY}/$"),
                "self_check_submitted": lambda: self._linked("county", "/self-checks/", rf"/self-checks/{KEY}/$"),
                "self_check_appealed": lambda: self._linked(
                    "city", "/self-checks/?state=appealed", rf"/self-checks/{KEY}/$"
                ),
                "letter": lambda: self._linked("county", "/letters/?state=accepted", rf"/letters/{KEY}/$"),
                "letter_draft": lambda: self._linked("city", "/letters/?state=draft", rf"/letters/{KEY}/$"),
                "letter_task": lambda: self._linked("liaison", "/letters/?state=accepted", rf"/letters/{KEY}/$"),
                "letter_scored": lambda: self._linked(
                    "county", "/letters/?state=scored&programme=all_ages", rf"/letters/{KEY}/$"
                ),
                "letter_final": lambda: self._linked("county", "/letters/?state=final", rf"/letters/{KEY}/$"),
                "letter_objection": lambda: self._offered("city", rf"/letters/objections/{KEY}/$", "/letters/"),
                "standard": lambda: self._linked("county", "/standards/", r"/standards/(\d+)/$"),
                "standard_draft": lambda: self._linked("city", "/standards/", r"/standards/(\d+)/$"),
                "site": lambda: self._linked("head", "/premises/", rf"/premises/{KEY}/$"),
                "kept": lambda: self._offered("county", rf"/premises/{KEY}/hours/$", "/premises/"),
                "reserved": lambda: self._linked("head", "/bookings/", rf"/bookings/{KEY}/$"),
                "area": lambda: self._offered("county", rf"/premises/({OF_SITE}/areas/{OF_SITE})/$", "/premises/"),
                "thing": lambda: self._offered("county", rf"/premises/({OF_SITE}/equipment/{OF_SITE})/$", "/premises/"),
                "spare": lambda: self._offered(
                    "county", rf"/premises/({OF_SITE}/equipment/{OF_SITE})/lend/$", "/premises/"
                ),
                "sharing": lambda: self._offered("county", rf"/sharing/{KEY}/end/$", "/premises/"),
                "loan": lambda: self._offered("county", rf"/loans/{KEY}/return/$", "/premises/"),
                "room_plan": self._room_plan,
                "village": lambda: self._linked("city", "/board/gap/", r"/board/gap/(\d+)/$"),
                "service": lambda: self._linked("city", "/services/", r"/services/([^/]+)/$"),
            }
            self._found[kind] = makers[kind]()
        return self._found[kind]

    def _linked(self, role: str, path: str, form: str) -> str:
        """The first key among a page's links that look like this."""
        tab = self.tab(role)
        tab.goto(path)
        links = [link.get_attribute("href") or "" for link in tab.locator("main a[href]").all()]
        return next(match[1] for match in (re.search(form, link) for link in links) if match)

    def _round(self, state: str) -> str:
        """The oldest round of assessment in this state."""
        tab = self.tab("city")
        tab.goto("/rounds/")
        address = tab.locator("main .rows li", has_text=state).last.get_by_role("link").get_attribute("href")
        assert address is not None
        return address.strip("/").rpartition("/")[2]

    def _offered(self, role: str, form: str, path: str) -> str:
        """The first key that a list, or a page to which it leads, offers in a link or button of this form."""
        asked = self.tab(role).request

        def ways(path: str) -> list[str]:
            return re.findall(r'(?:href|action)="([^"?#]+)', asked.get(path).text())

        first, below = ways(path), re.compile(rf"{path.partition('?')[0].replace('waiting/', '')}{KEY}/$")
        pages = (ways(each) for each in first if below.match(each))
        found = (re.search(form, way) for offered in chain([first], pages) for way in offered)
        return next(match[1] for match in found if match)

    def _payment(self) -> str:
        """A payment that bought services."""
        asked = self.tab("city").request
        entries = re.findall(r'"(/funds/ledger/\d+/)"', asked.get("/funds/ledger/?kind=pay").text())
        found = (re.search(r"/funds/payments/(\d+)/", asked.get(each).text()) for each in entries)
        return next(match[1] for match in found if match)

    def _room_plan(self) -> str:
        """Of a village or community that waits for its room."""
        asked = self.tab("city").request
        villages = re.findall(r'"(/board/gap/\d+/)"', asked.get("/board/gap/").text())
        found = (re.search(rf"/plans/{KEY}/drop/", asked.get(each).text()) for each in villages)
        return next(match[1] for match in found if match)

    def _purchase(self, state: str) -> str:
        """Of the show county, in this state."""
        return self._linked("county", f"/projects/?state={state}", rf"/projects/{KEY}/$")

    def _line(self) -> str:
        """Of a plan that was taken back, and so may be changed again."""
        tab = self.tab("head")
        approval = self._offered("head", rf"/approvals/{KEY}/withdraw/$", "/cases/")
        case = self._offered("head", rf"/cases/{KEY}/$", "/cases/?stage=planning")
        tab.goto(f"/cases/{case}/")
        tab.locator(f"form[action$='/approvals/{approval}/withdraw/'] [type=submit]").click()
        tab.wait_for_load_state()
        return self._linked("head", f"/cases/{case}/", rf"/planned-services/{KEY}/edit/$")

    def _emergency(self) -> str:
        client, case, tab = self.key("client"), self.key("case"), self.tab("worker")
        tab.goto(f"/records/new/?client={client}&case={case}")
        tab.fill("[name=summary]", "夜间走失，已找回。")
        tab.locator("details:has([name=emergency_reason])").evaluate("fold => { fold.open = true }")
        tab.fill("[name=emergency_reason]", "夜间走失，有人身危险。")
        tab.locator("form[data-record] [type=submit]", has_text="保存").click()
        tab.wait_for_url(re.compile(rf"/records/{KEY}/saved/$"))
        return self._linked("head", "/cases/waiting/", rf"/emergencies/{KEY}/review/$")

    def _booking(self) -> str:
        """One of this month's proposal, which was published."""
        return str(self.tab("city").request.get("/api/v1/pool/bookings").json()["items"][0]["id"])

    def _transfer(self) -> str:
        """A case of its own, offered to another station."""
        case, tab = self._open_case(), self.tab("worker")
        tab.goto(f"/cases/{case}/transfer/")
        station = self._site.accounts["head"]["at"]
        tab.locator("[name=to_station]").select_option(label=station)
        tab.fill("[name=reason]", "住址变更。")
        tab.locator("main form [type=submit]").last.click()
        tab.wait_for_url(re.compile(rf"/cases/{KEY}/$"))
        return self._linked("head", "/cases/waiting/", rf"/transfers/{KEY}/accept/$")

    def _link(self) -> str:
        """The secret in the address at which residents answer."""
        tab = self.tab("county")
        tab.goto(f"/surveys/{self.key('survey')}/")
        tab.locator("form[action$='/links/new/'] [type=submit]").first.click()
        return tab.locator(".survey-address").first.inner_text().rstrip("/").rpartition("/")[2]

    def _open_case(self) -> str:
        client, tab = self.key("client"), self.tab("worker")
        tab.goto(f"/clients/{client}/cases/new/")
        tab.fill("[name=problem]", "独居，无人照料。")
        tab.locator("main form [type=submit]").click()
        tab.wait_for_url(re.compile(rf"/cases/{KEY}/$"))
        return tab.url.rstrip("/").rpartition("/")[2]

    def _correction(self) -> str:
        """What the room's worker wants changed, waiting for the head."""
        tab = self.tab("worker")
        tab.goto(f"/workers/{self.key('myself')}/correction/")
        tab.fill("[name=major]", "社会保障")
        tab.fill("[name=reason]", "补填。")
        tab.locator("main form [type=submit]").last.click()
        tab.wait_for_url(re.compile(r"/workers/me/$"))
        return self._linked("head", "/workers/", rf"/corrections/{KEY}/$")

    def _own(self) -> str:
        """The worker's number."""
        tab = self.tab("worker")
        tab.goto("/credentials/own/")
        return tab.url.rstrip("/").rpartition("/")[2]

    def _asked(self) -> str:
        """A certificate that the head hands in for the worker."""
        tab = self.tab("head")
        tab.goto(f"/credentials/workers/{self.key('own')}/ask/certificate/")
        tab.locator("[name=level][value=senior]").check()
        tab.fill("[name=number]", "S2024510000777")
        tab.fill("[name=issued_on]", "2024-10-31")
        tab.locator("main form [type=submit]").last.click()
        tab.wait_for_url(re.compile(r"/credentials/workers/\d+/$"))
        return self._linked("county", "/credentials/requests/", rf"/credentials/requests/{KEY}/$")

    def _learning(self) -> str:
        tab = self.tab("worker")
        tab.goto(f"/credentials/workers/{self.key('own')}/learning/")
        tab.fill("[name=title]", "哀伤辅导工作坊")
        tab.fill("[name=hours]", "6")
        tab.locator("main form [type=submit]").last.click()
        tab.wait_for_url(re.compile(r"/credentials/workers/\d+/$"))
        return self._linked("head", "/credentials/learning/", rf"/credentials/learning/{KEY}/approve/$")

    def _training(self) -> str:
        """A course of the county's own."""
        tab = self.tab("county")
        tab.goto("/courses/new/")
        tab.fill("[name=title]", "家庭治疗入门")
        for name, value in (("starts_at", "09:00"), ("ends_at", "16:00"), ("enrol_until", "09:00")):
            tab.fill(f"[name={name}]", f"2099-05-01T{value}")
        tab.fill("[name=place]", "总站培训室")
        tab.locator("main form [type=submit]").last.click()
        tab.wait_for_url(re.compile(rf"/courses/{KEY}/$"))
        return tab.url.rstrip("/").rpartition("/")[2]

    def _agreement_draft(self) -> str:
        tab = self.tab("head")
        tab.goto("/supervision/agreements/new/")
        tab.locator("[name=supervisor_id]").select_option(index=1)
        tab.locator("[name=kind][value=external]").evaluate("box => { box.checked = true }")
        for name, value in (("since", "2030-01-01"), ("until", "2030-12-31"), ("hours", "12"), ("goals", "支持新社工")):
            tab.fill(f"[name={name}]", value)
        tab.locator("main form [type=submit]").last.click()
        tab.wait_for_url(re.compile(rf"/supervision/agreements/{KEY}/$"))
        return tab.url.rstrip("/").rpartition("/")[2]

    def _enquiry(self) -> str:
        tab = self.tab("worker")
        tab.goto("/enquiries/new/")
        tab.fill("[name=name]", "林桂芳")
        tab.fill("[name=need]", "想有人陪着去办低保手续。")
        tab.locator("main form [type=submit]").last.click()
        tab.wait_for_url(re.compile(rf"/enquiries/{KEY}/$"))
        return tab.url.rstrip("/").rpartition("/")[2]

    def _person(self) -> str:
        client = self.key("client")
        return self._linked("worker", f"/clients/{client}/family/", rf"/family/persons/{KEY}/$")

    def _referral(self) -> str:
        tab = self.tab("head")
        tab.goto(f"/referrals/new/?client={self.key('client')}")
        receiver = tab.locator("[name=receiver] option:not([value=''])").first.get_attribute("value")
        tab.select_option("[name=receiver]", receiver)
        tab.fill("[name=reason]", "需要残疾人康复服务。")
        tab.fill("[name=asked]", "请评估并安排康复训练。")
        tab.locator("main form [type=submit]").last.click()
        tab.wait_for_url(re.compile(rf"/referrals/{KEY}/$"))
        return tab.url.rstrip("/").rpartition("/")[2]

    def _duty(self) -> str:
        """A report that the law asks for: it begins with the first words that are saved."""
        tab = self.tab("head")
        tab.goto(f"/reports/new/?client={self.key('client')}")
        tab.wait_for_url(re.compile(rf"/reports/{KEY}/"))
        with tab.expect_response("**/save/"):
            tab.locator("[name=facts]").fill("孩子身上有多处新伤。")
        return tab.url.split("/reports/")[1].split("/")[0]

    def _evaluation(self) -> str:
        """A one-time link's token."""
        tab = self.tab("worker")
        tab.goto(f"/evaluations/of/case/{self.key('case')}/ask/")
        tab.locator("[name=channel][value=link]").click()
        return tab.input_value("#evaluation-link").rstrip("/").rpartition("/")[2]

    def _attachment(self) -> str:
        case, tab = self.key("case"), self.tab("worker")
        tab.goto(f"/attachments/of/case/{case}/new/")
        photo = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture_of(90, 60)}
        tab.locator("[name=file]").set_input_files(photo)
        tab.locator("main form [type=submit]").click()
        tab.wait_for_url(re.compile(rf"/cases/{KEY}/$"))
        return self._linked("worker", f"/attachments/of/case/{case}/", rf"/attachments/{KEY}/$")

    def _paper(self) -> str:
        tab = self.tab("worker")
        tab.goto(f"/papers/new/case/{self.key('case')}/")
        tab.locator("main form [type=submit]").click()
        tab.wait_for_url(re.compile(rf"/papers/{KEY}/$"))
        tab.get_by_role("link", name="下载 PDF").wait_for()
        return tab.url.rstrip("/").rpartition("/")[2]

    def _report(self) -> str:
        """Of the head's station; the first choice is the head's own."""
        tab = self.tab("head")
        tab.goto("/work-reports/new/")
        tab.select_option("[name=station]", index=1)
        tab.locator("main form [type=submit]").click()
        tab.wait_for_url(re.compile(rf"/work-reports/{KEY}/$"))
        return tab.url.rstrip("/").rpartition("/")[2]

    def _record(self) -> str:
        tab = self.tab("worker")
        tab.goto(f"/records/new/?client={self.key('client')}")
        tab.fill("[name=summary]", "入户探访，一切正常。")
        tab.locator("form[data-record] [type=submit]", has_text="保存").click()
        tab.wait_for_url(re.compile(rf"/records/{KEY}/saved/$"))
        return tab.url.split("/")[-3]

    def _assessment(self) -> str:
        client = self._linked("head", "/clients/?risk=high", rf"/clients/{KEY}/$")
        return self._linked("head", f"/clients/{client}/", rf"/assessments/{KEY}/$")

    def _request(self) -> tuple[str, str]:
        """A request to erase a file: its address and its key. The file is a fresh one: an open case would stop it."""
        tab = self.tab("worker")
        tab.goto("/clients/new/")
        tab.fill("[name=name]", next(self._strangers))
        tab.locator("main form:not([role=search]) [type=submit]").last.click()
        tab.wait_for_url(re.compile(rf"/clients/{KEY}/$"))
        number = re.search(r"[A-Z]+-\d+(?:-\d+)+", tab.inner_text("main"))
        assert number is not None
        tab = self.tab("dpo")
        tab.goto("/protection/requests/new/")
        tab.select_option("[name=kind]", "erase")
        tab.fill("[name=number]", number[0])
        tab.fill("[name=text]", "请删除我的档案。")
        tab.locator("main form [type=submit]").last.click()
        tab.wait_for_url(re.compile(rf"/requests/{KEY}/$"))
        return tab.url, tab.url.rstrip("/").rpartition("/")[2]

    def _proposal(self) -> str:
        """A request that was granted, proposed for a second person's decision."""
        address, _key = self._request()
        tab = self.tab("dpo")
        tab.goto(f"{address}answer/")
        tab.select_option("[name=outcome]", "granted")
        tab.fill("[name=answer]", "同意，提请匿名。")
        tab.locator("main form [type=submit]").last.click()
        tab.wait_for_url(address)
        tab.locator("form[action$='/erasure/'] [type=submit]").click()
        tab.wait_for_load_state()
        return self._linked("county", "/protection/erasures/", rf"/erasures/{KEY}/approve/$")

    def close(self) -> None:
        """End all sessions."""
        for tab in self._tabs.values():
            tab.context.close()
