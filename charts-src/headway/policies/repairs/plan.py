"""Everything that can be repaired in a set, as new texts of its files; nothing is written here."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from headway.policies.index import Index
from headway.policies.manifest import Manifest
from headway.policies.reading import Harvest, read_text
from headway.policies.reading.kustomize import kustomized
from headway.policies.repairs.change import Change, LeftAlone, same
from headway.policies.repairs.editing import edited
from headway.policies.repairs.repair import Repair
from headway.policies.repairs.source import Located, Source, edits_of, located_objects
from headway.policies.rule import Hit, Rule
from headway.policies.suppression import Suppressions

CONSTRUCT = "headway.dev/construct"
"""Annotation that names the Python from which an object is rendered."""
MOST_PASSES = 20
"""Each pass but the last repairs something; a place that needs more than two edits is not known."""


@dataclass(frozen=True)
class Treated:
    """A finding, and what was done about it."""

    rule: str
    file: str
    line: int
    object: str
    why: str = ""
    """Why it is left alone; empty where it is repaired."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.object}: {self.rule}" + (f": {self.why}" if self.why else "")


@dataclass
class Plan:
    """New texts by file, with what they repair; `left_alone` are findings of repairable rules that a person must mend."""

    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    """File → its text before and after."""
    repaired: list[Treated] = field(default_factory=list)
    left_alone: list[Treated] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """A hit whose changes are known and not yet made."""

    hit: Hit
    rule: str
    changes: tuple[Change, ...]


@dataclass
class Planner:
    """Makes plans; it neither reads nor writes files itself."""

    index_of: Callable[[Harvest], Index]
    rules: Sequence[Rule]
    repairs: Mapping[str, Repair]
    read: Callable[[str], str]
    """Gives a file's text; raises `LeftAlone` where it could not be written back."""
    plan: Plan = field(default_factory=Plan)

    def repair(self, harvest: Harvest) -> Plan:
        """Repairs until nothing more can be, so that the same command a second time finds nothing to do."""
        for _ in range(MOST_PASSES):
            self.plan.left_alone = []
            changed = self._pass(harvest)
            if not changed:
                break
            harvest = _read_again(harvest, self.plan, changed)
        return self.plan

    def _pass(self, harvest: Harvest) -> set[str]:
        """Files that it changed."""
        manifests: dict[str, list[Manifest]] = defaultdict(list)
        for manifest in harvest.manifests:
            manifests[manifest.file].append(manifest)
        own = {id(manifest) for manifest in harvest.manifests}
        by_file: dict[str, list[Wanted]] = defaultdict(list)
        index = self.index_of(harvest)
        for rule, hit in _standing([rule for rule in self.rules if rule.id in self.repairs], index):
            try:
                _may_edit(hit.at.manifest, own)
                changes = tuple(self.repairs[rule.id].mend(hit, index))
                by_file[hit.at.manifest.file].append(Wanted(hit, rule.id, changes))
            except LeftAlone as error:
                self.plan.left_alone.append(_treated(hit, rule.id, str(error)))
        return {file for file, wanted in by_file.items() if self._repair_file(file, wanted, manifests[file])}

    def _repair_file(self, file: str, wanted: Sequence[Wanted], manifests: Sequence[Manifest]) -> bool:
        plan = self.plan
        try:
            first, text = plan.texts.get(file) or (self.read(file),) * 2
            body = text.removeprefix("\ufeff")
            objects = _placed(manifests, located_objects(body))
        except LeftAlone as error:
            plan.left_alone += [_treated(each.hit, each.rule, str(error)) for each in wanted]
            return False
        by_source: dict[Source, list[Wanted]] = defaultdict(list)
        for each in wanted:
            by_source[objects[id(each.hit.at.manifest)].source].append(each)
        for source in sorted(by_source, key=lambda source: source.start, reverse=True):
            body = _repair_document(body, source, by_source[source], objects, plan)
        after = text[: len(text) - len(text.removeprefix("\ufeff"))] + body
        if after == text:
            return False
        plan.texts[file] = first, after
        return True


def _may_edit(manifest: Manifest, own: set[int]) -> None:
    if id(manifest) not in own:
        raise LeftAlone("it stands in Terraform")
    if construct := manifest.scalar("metadata", "annotations", CONSTRUCT):
        raise LeftAlone(f"it is rendered from {construct}: correct the Python")


def _standing(rules: Sequence[Rule], index: Index) -> Iterator[tuple[Rule, Hit]]:
    """Hits that no annotation suppresses; a rule that fails on files nobody foresaw repairs nothing."""
    suppressions = Suppressions({rule.id for rule in rules})
    for manifest in index.manifests:
        suppressions.read(manifest)
    for rule in rules:
        hits: list[Hit] = []
        with suppress(Exception):  # the report that follows says that it could not judge
            hits = list(rule.judge(index))
        yield from ((rule, hit) for hit in hits if not suppressions.covers(hit.at.manifest, rule.id))


def _treated(hit: Hit, rule: str, why: str = "") -> Treated:
    manifest = hit.at.manifest
    return Treated(rule, manifest.file, hit.at.line, manifest.label, why)


def _placed(manifests: Sequence[Manifest], located: Sequence[Located]) -> dict[int, Located]:
    """Where each object of a file stands, by its identity."""
    if len(manifests) != len(located) or not all(
        same(manifest.value, place.value) for manifest, place in zip(manifests, located, strict=True)
    ):
        raise LeftAlone("its file changed while it was checked, or writes characters as pairs of escapes")
    return {id(manifest): place for manifest, place in zip(manifests, located, strict=True)}


def _repair_document(
    body: str, source: Source, wanted: Sequence[Wanted], objects: dict[int, Located], plan: Plan
) -> str:
    owners: dict[Change, list[Wanted]] = defaultdict(list)
    for each in wanted:
        prefix = objects[id(each.hit.at.manifest)].path
        for change in each.changes:
            owners[replace(change, path=(*prefix, *change.path))].append(each)
    try:
        outcome = edits_of(source, list(owners))
    except LeftAlone as error:
        plan.left_alone += [_treated(each.hit, each.rule, str(error)) for each in wanted]
        return body
    for change, reason in outcome.reasons.items():
        plan.left_alone += [_treated(each.hit, each.rule, reason) for each in owners[change]]
    for change in outcome.edits:
        done = [_treated(each.hit, each.rule) for each in owners[change]]
        plan.repaired += [treated for treated in done if treated not in plan.repaired]
    return edited(body, list(outcome.edits.values()), source.start)


def _read_again(harvest: Harvest, plan: Plan, changed: set[str]) -> Harvest:
    """The set with the texts of changed files as they will be."""
    again = Harvest(
        kustomizations=harvest.kustomizations, faults=harvest.faults, unread=harvest.unread, files=harvest.files
    )
    for manifest in harvest.manifests:
        if manifest.file not in changed:
            again.manifests.append(manifest)
    for file in sorted(changed):
        again.manifests += read_text(file, plan.texts[file][1]).manifests
    return kustomized(again)
