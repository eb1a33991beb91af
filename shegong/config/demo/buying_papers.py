"""Documents of the demonstration city's purchases: those beside the calls for bids, and those under the bids' seals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from random import Random
from typing import Final
from uuid import UUID

from django.db.models import Model

from shegong.config.demo.keys import key_text
from shegong.kernel.typesetting import typeset
from shegong.kernel.uploads.cleaning import PDF
from shegong.kernel.uploads.keeping import pieces_of, sealed_pieces
from shegong.practice.papers import blocks
from shegong.practice.papers.maker import Stamp, maker_of
from shegong.purchase.models import Bid, BidFile, BidPiece, Project, ProjectFile, ProjectPiece
from shegong.purchase.queries.document import Document, place_of

RULES: Final = (
    ("一、参加资格", "依法登记、证书在有效期内，未列入严重失信名单的社会工作服务机构。"),
    ("二、响应要求", "写明服务方案、拟派人员及持证情况、报价与人力成本占比；附件一并密封，截止后不再接收。"),
    ("三、开标与评审", "截止后由采购人两名工作人员共同开启；评审小组声明无利害关系后按公布的因素逐项评分。"),
    ("四、成交与签约", "得分最高者成交并公告；公告期满、质疑已答复后签订合同。"),
)
TERMS: Final = (
    ("服务要求", "按约定的站点、人数和指标提供服务；服务记录当天登记，个案、小组和社区活动按标准留痕。"),
    ("付款", "签订后支付百分之四十，中期验收合格后支付百分之四十，末期验收合格后支付百分之二十。"),
    ("验收", "中期和末期各验收一次；不合格的限期整改，整改后再验收。"),
)
PLAN: Final = (
    ("需求分析", "走访社区和重点家庭，与社区网格员核对名单，按需要的急缓排定服务次序。"),
    ("服务安排", "每周定点驻站三天、入户两天；个案由持证社工负责，小组活动每月不少于两次。"),
    ("人员与督导", "项目主管一名、专职社工若干；每月一次内部督导，每季度一次外部督导。"),
    ("质量控制", "每月自查记录，季度向采购人报告进度，意见七日内答复。"),
)


@dataclass(slots=True)
class PaperMaker:
    """Puts documents on purchases and bids; the three papers are set once and kept by each under its own seal."""

    rng: Random
    officer: int
    bidder: int
    at: datetime

    def make(self, projects: Iterable[Project], bids: Sequence[Bid], sent: dict[UUID, datetime]) -> list[Model]:
        """The rows: two documents for each project, sent out or about to be (`sent`: when they were put there), and one
        for each of its bids.
        """
        rules, terms = self._pdf("供应商须知", RULES), self._pdf("服务合同主要条款", TERMS)
        plan, rows = self._pdf("项目实施方案", PLAN), list[Model]()
        for project in projects:
            at = sent[project.pk]
            for name, content in (("供应商须知.pdf", rules), ("服务合同主要条款.pdf", terms)):
                file = ProjectFile(
                    id=self._key(at), project=project, round=1, media=PDF, name=name, size=len(content),
                    sha256=sha256(content).hexdigest(), added_at=at, added_by_id=self.officer,
                )  # fmt: skip
                rows += [file, *(ProjectPiece(file=file, project=project, number=number, sealed=piece)
                                 for number, piece in _sealed(file, content))]  # fmt: skip
        for bid in bids:
            file_of_bid = BidFile(
                id=self._key(bid.submitted_at), bid=bid, project_id=bid.project_id, media=PDF, name="项目实施方案.pdf",
                size=len(plan), sha256=sha256(plan).hexdigest(), added_at=bid.submitted_at, added_by_id=self.bidder,
            )  # fmt: skip
            rows += [file_of_bid, *(BidPiece(file=file_of_bid, project_id=bid.project_id, number=number, sealed=piece)
                                    for number, piece in _sealed(file_of_bid, plan))]  # fmt: skip
        return rows

    def _key(self, at: datetime) -> UUID:
        return UUID(key_text(self.rng, at.date()))

    def _pdf(self, title: str, parts: Sequence[tuple[str, str]]) -> bytes:
        stamp = Stamp("采购示例", self.at, simulated=True)
        values = {
            **stamp.values(title=title, number="示例", issuer="示例"),
            "cover": [],
            "sections": [blocks.section(name, blocks.text(words)) for name, words in parts],
        }
        return typeset(maker_of("client").template, values)


def _sealed(file: Document, content: bytes) -> Iterable[tuple[int, bytes]]:
    return sealed_pieces(b"", pieces_of(content), place_of(file)).items()
