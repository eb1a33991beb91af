"""What an import will write: new rows, and rows that differ from what the workbook says."""

from typing import Any, Generic, TypeVar

from django.db.models import Model

M = TypeVar("M", bound=Model)
BATCH = 1000


class Changes(Generic[M]):
    """Rows of one model in the making. Nothing is written before `write`."""

    def __init__(self, model: type[M]) -> None:
        self._model = model
        self._added: dict[int, M] = {}  # by identity: they have no key yet
        self._changed: dict[int, M] = {}
        self._fields: set[str] = set()

    def add(self, row: M) -> M:
        """A new row."""
        self._added[id(row)] = row
        return row

    def set(self, row: M, **values: Any) -> bool:
        """Set these fields where they differ; whether any did. Works for new rows and for those that are there."""
        different = {name: value for name, value in values.items() if getattr(row, name) != value}
        for name, value in different.items():
            setattr(row, name, value)
        if different and id(row) not in self._added:
            self._changed[id(row)] = row
            self._fields |= different.keys()
        return bool(different)

    def note(self, row: M, *fields: str) -> None:
        """These fields of the row were changed by somebody else."""
        if id(row) not in self._added:
            self._changed[id(row)] = row
            self._fields |= set(fields)

    def is_new(self, row: M) -> bool:
        """Whether the row is one that is added."""
        return id(row) in self._added

    @property
    def added(self) -> list[M]:
        """The new rows."""
        return list(self._added.values())

    @property
    def changed(self) -> list[M]:
        """The rows that were there and differ now."""
        return list(self._changed.values())

    def write(self) -> None:
        """Write what changed (first, so that it makes room: a period that ends before one that begins), then what is
        new.
        """
        manager = self._model._default_manager
        if self._changed:
            manager.bulk_update(self._changed.values(), sorted(self._fields), batch_size=BATCH // 2)
        manager.bulk_create(self._added.values(), batch_size=BATCH)
