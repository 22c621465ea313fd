"""`--fix` mends what it says, changes nothing else, and finds nothing to do a second time."""

import random
import re

import pytest
import yaml
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from headway.policies.reading.document import BrokenDocument, read_document
from headway.policies.repairs import REPAIRS
from headway.policies.repairs.change import Change, Drop, LeftAlone, Put, Quote, Swap, plain_copy, put, same
from headway.policies.repairs.editing import edited
from headway.policies.repairs.source import Source, edits_of
from policies.fixture_sets import FIXTURES, RULES
from policies.repair_sets import SETS, planned, read, repaired, report, text_of
from policies.test_any_input import mutated, samples


def texts_of(rule: str) -> dict[str, str]:
    folder = FIXTURES / rule / "fault"
    files = (file for file in sorted(folder.iterdir()) if file.suffix in (".yaml", ".yml", ".json"))
    return {f"{rule}/{file.name}": file.read_bytes().decode("utf-8", errors="replace") for file in files}


def keys(texts: dict[str, str]) -> set[tuple[str, str, str]]:
    return {(finding.rule, finding.object, finding.message) for finding in report(texts).findings}


def test_every_repair_belongs_to_a_rule_and_has_a_pair() -> None:
    assert REPAIRS.keys() <= RULES.keys()
    assert {folder.name for folder in SETS.iterdir()} == REPAIRS.keys()
    assert all(repair.does.endswith(".") for repair in REPAIRS.values())


@pytest.mark.parametrize("rule", REPAIRS)
def test_the_text_after_is_the_recorded_one_and_clean_of_the_rule(rule: str) -> None:
    file, before = text_of(rule, "before")
    assert rule in {finding.rule for finding in report({file: before}).findings}
    after = repaired({file: before})
    assert after == {file: text_of(rule, "after")[1]}
    assert rule not in {finding.rule for finding in report(after).findings}
    assert keys(after) <= keys({file: before})


@pytest.mark.parametrize("rule", RULES)
def test_a_fault_is_repaired_or_said_to_be_left_alone_and_nothing_new_is_found(rule: str) -> None:
    texts = texts_of(rule)
    plan = planned(texts)
    after = texts | {file: new for file, (_, new) in plan.texts.items()}
    left = {(treated.rule, treated.object) for treated in plan.left_alone}
    repairable = {(f.rule, f.object) for f in report(after).findings if f.rule in REPAIRS}
    assert repairable == left
    assert keys(after) <= keys(texts)
    assert planned(after).texts == {}


@pytest.mark.parametrize("rule", REPAIRS)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_line_ends_comments_and_untouched_lines_stay(rule: str, ends: str) -> None:
    file, before = text_of(rule, "before")
    before = before.replace("\r\n", "\n").replace("\n", ends)
    after = repaired({file: before})[file]
    assert after.count("\n") == len(re.findall(ends, after))
    assert len(set(before.split(ends)) - set(after.split(ends))) <= 4
    lost = [line for line in before.split(ends) if line.lstrip().startswith("#") and line not in after]
    assert lost == []


def test_every_object_of_a_file_is_repaired_whatever_stands_between() -> None:
    file, before = text_of("replicas-under-scaler", "before")
    one = before.replace("name: web}", "name: other}").replace("app: web", "app: other").replace("web", "other")
    texts = {file: f"\ufeff{before}\n...\n---\nkind: broken: yaml\napiVersion: v1\n---\n{one}"}
    after = repaired(texts)[file]
    assert after.startswith("\ufeff")
    assert "kind: broken: yaml" in after
    assert "replicas:" not in re.sub(r"(?:min|max)Replicas", "", after)


SHARED = """apiVersion: v1
kind: Pod
metadata: {{name: a{0}}}
spec:
  containers:
    - name: a
      image: a:1
      env:
        - {{name: A, value: {1}}}
        - {{name: B, value: {2}}}
"""


def test_an_anchor_whose_aliases_would_change_too_is_left_alone() -> None:
    plan = planned({"a.yaml": SHARED.format("", "&port 8000", "*port")})
    assert plan.texts == {}
    assert len(plan.left_alone) == 2


def test_a_merge_and_a_key_stated_twice_are_left_alone() -> None:
    merged = """apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  labels: &shared
    port: 8000
  annotations:
    <<: *shared
data: {twice: 1, twice: 2}
"""
    plan = planned({"a.yaml": merged})
    assert plan.texts == {}
    assert {treated.line for treated in plan.left_alone} == {6, 8, 9}


@pytest.mark.parametrize(
    ("stated", "kept"),
    [
        ("metadata: {name: a, labels: {port: 8000}, annotations: {headway.dev/construct: a.py}}", "correct the Python"),
        ("metadata: {name: a, labels: {port: yes}}", "a word or as a truth value"),
        ("metadata: {name: a, labels: {port: !!int 8000}}", "a tag"),
        ("metadata: {name: a, labels: {port: [8000]}}", "without knowing its format"),
    ],
)
def test_why_a_finding_is_left_alone_is_said(stated: str, kept: str) -> None:
    plan = planned({"a.yaml": f"apiVersion: v1\nkind: ConfigMap\n{stated}\n"})
    assert plan.texts == {}
    [treated] = plan.left_alone
    assert kept in treated.why


def test_a_suppressed_finding_is_left_alone() -> None:
    stated = '{name: a, labels: {port: 8000}, annotations: {headway.dev/ignore: "value-not-text: made so"}}'
    plan = planned({"a.yaml": f"apiVersion: v1\nkind: ConfigMap\nmetadata: {stated}\n"})
    assert (plan.texts, plan.left_alone) == ({}, [])


KEY = st.from_regex(r"[a-z][a-z.-]{0,5}", fullmatch=True)
TEXT = st.text(alphabet="ab: #'\"\\\n-{}[]&*!|>%@`é☃\t8", max_size=12)
LEAF = st.one_of(TEXT, st.integers(-99, 99), st.booleans(), st.none(), st.floats(0, 9, width=16))
TREE = st.recursive(
    LEAF, lambda inner: st.lists(inner, min_size=1, max_size=4) | st.dictionaries(KEY, inner, max_size=4), max_leaves=15
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[Change]]:
    """A document in some style, and changes of places in it."""
    value = draw(st.dictionaries(KEY, TREE, min_size=1, max_size=4))
    flow = draw(st.sampled_from([True, False, None]))
    width = draw(st.sampled_from([12, 80]))
    indent = draw(st.integers(1, 4))
    text = yaml.safe_dump(value, default_flow_style=flow, width=width, indent=indent, allow_unicode=True)
    if draw(st.booleans()):
        text = re.sub(r"(?<=[\w}\]])$", "  # said", text, flags=re.MULTILINE)
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    try:
        places = list(_places(read_document(text, 1).value))
    except BrokenDocument:  # the comments stand inside a text of several lines
        reject()
    make = st.sampled_from(
        [
            lambda path: Put((*path, "added"), False),
            lambda path: Put(path, "new 'text'"),
            Drop,
            Quote,
            lambda path: Swap(path, "ab", "c"),
        ]
    )
    return text, [draw(make)(path) for path in draw(st.lists(st.sampled_from(places), max_size=5, unique=True))]


def _places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path or ("none",), *(place for key, below in inner for place in _places(below, (*path, key)))]


@settings(max_examples=1500, deadline=None, suppress_health_check=list(HealthCheck))
@given(documents())
def test_an_edit_changes_its_place_and_nothing_else(made: tuple[str, list[Change]]) -> None:
    text, changes = made
    try:
        outcome = edits_of(Source(text, 1, 0), changes)
    except LeftAlone:
        return
    edits = sorted(outcome.edits.values(), key=lambda edit: edit.start, reverse=True)
    after = edited(text, edits)
    wanted = plain_copy(read_document(text, 1).value)
    for edit in edits:
        put(wanted, edit.path, edit.after)
    assert same(wanted, read_document(after, 1).value)
    assert outcome.edits.keys().isdisjoint(outcome.reasons)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_mutated_files_are_repaired_once_or_left_alone(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    faulty = [text_of(rule, "before")[1] for rule in REPAIRS]
    texts = {f"{n}.yaml": mutated(chance.choice([*samples(), *faulty]), chance, chance.randrange(12)) for n in range(3)}
    after = repaired(texts)
    assert planned(after).texts == {}
    assert len(read(after).manifests) == len(read(texts).manifests)
