"""Keeping scans of certificates and other proofs."""

from datetime import datetime

from shegong.kernel.ids import uuid7
from shegong.kernel.uploads.keeping import Brought, keep_pieces, kept_name
from shegong.kernel.uploads.sluice import cleaned
from shegong.network.scope import Viewer
from shegong.workforce.models import Proof, ProofPiece, Worker
from shegong.workforce.queries.credential import place_of


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
    keep_pieces(ProofPiece, made, place_of(proof.pk), proof=proof)
    return proof
