"""Tables and columns made together: a migration's changes of the schema as one step.

After each single change Django renders anew all models that are related to the changed one, in either direction: with
two hundred models that all know each other a tenth of a second for every column, half a minute for an empty database.
Changes in one step are told to the state first, and only what they point at is rendered, once. The SQL is the same.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

Key = tuple[str, str]
OF_FIELDS: Final = (operations.AddField, operations.AlterField, operations.RemoveField)
OF_MODELS: Final = (
    operations.AddIndex, operations.RemoveIndex, operations.AddConstraint, operations.RemoveConstraint,
)  # fmt: skip


def together(listed: Sequence[Operation]) -> list[Operation]:
    """A migration's operations, with each run of changes that don't build on one another made one step."""
    found: list[Operation] = []
    run: list[Operation] = []
    made: set[str] = set()
    touched: set[tuple[str, str]] = set()
    for each in [*listed, None]:
        model, part = _changed(each)
        if run and (not model or model in made or (model, part) in touched):
            found.append(AtOnce(*run))
            run, made, touched = [], set(), set()
        if each is None:
            break
        if not model:
            found.append(AtOnce(each) if isinstance(each, operations.SeparateDatabaseAndState) else each)
            continue
        run.append(each)
        touched.add((model, part))
        if isinstance(each, operations.CreateModel):
            made.add(model)
    return found


def _changed(operation: Operation | None) -> tuple[str, str]:
    """The model that an operation changes and what of it; nothing for one that has to stand alone."""
    if isinstance(operation, operations.CreateModel):
        return operation.name_lower, ""
    if isinstance(operation, OF_FIELDS):
        return operation.model_name_lower, operation.name_lower
    if isinstance(operation, OF_MODELS):
        index = getattr(operation, "index", None) or getattr(operation, "constraint", None)
        return vars(operation)["model_name"].lower(), index.name if index else str(getattr(operation, "name", ""))
    return "", ""


class AtOnce(Operation):
    """Changes of the schema that don't build on one another."""

    def __init__(self, *changes: Operation) -> None:
        self.changes = changes

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        """As Django writes it down."""
        return type(self).__qualname__, self.changes, {}

    def describe(self) -> str:
        """What it does, for people."""
        return "; ".join(each.describe() for each in self.changes)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Tell the state, which is rendered anew when somebody asks for it."""
        state.__dict__.pop("apps", None)
        for each in self.changes:
            each.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Make the changes in their order."""
        before, after = self._part(app_label, from_state), self._part(app_label, to_state)
        for each in self.changes:
            each.database_forwards(app_label, schema_editor, before, after)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Take the changes back, the last one first."""
        before, after = self._part(app_label, from_state), self._part(app_label, to_state)
        for each in reversed(self.changes):
            each.database_backwards(app_label, schema_editor, before, after)

    def _part(self, app_label: str, state: ProjectState) -> ProjectState:
        """The models that change, as the state knows them, with all that they point at."""
        found: dict[Key, ModelState] = {}
        ahead: list[Key] = [(app_label, _changed(each)[0]) for each in self.changes]
        while ahead:
            key = ahead.pop()
            if key not in found and key in state.models:
                found[key] = state.models[key]
                ahead.extend(_pointed_at(key, found[key]))
        return ProjectState(found, state.real_apps)


def _pointed_at(key: Key, model: ModelState) -> Iterator[Key]:
    """The models that a model's fields and bases name."""
    for field in model.fields.values():
        for named in (getattr(field.remote_field, "model", None), getattr(field.remote_field, "through", None)):
            if named is not None:
                yield _key(named, *key)
    yield from (_key(base, *key) for base in model.bases if isinstance(base, str))


def _key(named: Any, app_label: str, model_name: str) -> Key:
    """What a model calls another: a class, "self", "Model" of its own app or "app.Model"."""
    if not isinstance(named, str):
        return named._meta.app_label, named._meta.model_name
    if named == "self":
        return app_label, model_name
    label, _dot, name = named.rpartition(".")
    return label or app_label, name.lower()
