"""Keeping scans of certificates and other proofs."""

from datetime import datetime

from shegong.kernel.ids import uuid7
from shegong.kernel.uploads.keeping import kept_name, pieces_of, sealed_pieces
from shegong.kernel.uploads.sluice import cleaned
from shegong.network.scope import Viewer
from shegong.workforce.models import Proof, ProofPiece, Worker
from shegong.workforce.queries.credential import place_of


class Brought:
    """A file as it was brought: its content and the name that it came with."""

    def __init__(self, content: bytes, name: str) -> None:
        self.content = content
        self.name = name


def keep_proof(worker: Worker, brought: Brought, *, by: Viewer, at: datetime) -> Proof:
    """Keep a file about a worker: written anew from what was sent, encrypted in pieces. Inside the caller's
    transaction and journal row. Raises Problem at `file`.
    """
    made = cleaned(brought.content)
    proof = Proof(
        id=uuid7(),
        worker=worker,
        hub_id=worker.hub_id,
        station_id=worker.station_id,
        media=made.media,
        name=kept_name(brought.name, made.media),
        size=len(made.content),
        pages=made.pages,
        brought_at=at,
        brought_by_id=by.account_id,
    )
    proof.save(force_insert=True)
    sealed = sealed_pieces(made.preview, pieces_of(made.content), place_of(proof.pk))
    ProofPiece.objects.bulk_create(
        [ProofPiece(proof=proof, number=number, sealed=piece) for number, piece in sealed.items()]
    )
    return proof
