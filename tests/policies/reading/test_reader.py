"""Whatever a file holds, it is read, left alone, or becomes a finding; lines are those an editor shows."""

import os
import textwrap
from pathlib import Path

import pytest

from headway.policies import Harvest, read_paths, read_text
from headway.policies.reading.scalars import plain


def read(text: str, name: str = "a.yaml") -> Harvest:
    return read_text(name, textwrap.dedent(text))


def a_config_map(name: str = "a", body: str = "") -> str:
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n{body}"


def test_documents_lists_and_comments_of_helm_become_objects_with_their_lines() -> None:
    harvest = read("""\
        ---
        # Source: chart/templates/a.yaml
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: a
        ---
        apiVersion: v1
        kind: List
        items:
          - apiVersion: v1
            kind: ConfigMap
            metadata:
              name: b
    """)
    assert [(m.label, m.line, m.at("metadata", "name").line) for m in harvest.manifests] == [
        ("ConfigMap/a", 3, 6),
        ("ConfigMap/b", 11, 14),
    ]


def test_a_missing_value_has_the_line_of_the_nearest_key() -> None:
    [manifest] = read(a_config_map(body="spec:\n  template: {}\n")).manifests
    assert manifest.at("spec", "template", "spec", "containers", 0).line == 5
    assert not manifest.at("spec", "template", "spec")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_line_endings_and_byte_order_marks_change_nothing(ending: str) -> None:
    text = "\ufeff" + (a_config_map() + "---\n" + a_config_map("b")).replace("\n", ending)
    assert [(m.name, m.line) for m in read_text("a.yaml", text).manifests] == [("a", 1), ("b", 5)]


def test_json_is_read_with_lines() -> None:
    [manifest] = read(
        '{"apiVersion": "v1",\n"kind": "Pod",\n\t"metadata": {\n"name": "a\\/\\ud83d\\ude00"}}', "a.json"
    ).manifests
    assert (manifest.name, manifest.at("metadata", "name").line) == ("a/\U0001f600", 4)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("image:\n  tag: v1\n", "no Kubernetes object"),
        ("apiVersion: v2\nname: chart\ntype: application\nkindness: 1\n", "no Kubernetes object"),
        ("- apiVersion: v1\n  kind: Pod\n", "no Kubernetes object"),
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n", "helm template"),
        ("{{- if .Values.on }}\napiVersion: v1\nkind: Pod\n{{- end }}\n", "helm template"),
        ("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n", "kustomization"),
    ],
)
def test_what_is_no_manifest_is_left_alone_and_counted(text: str, why: str) -> None:
    harvest = read(text)
    assert (harvest.manifests, harvest.faults, dict(harvest.unread)) == ([], [], {why: 1})


def test_placeholders_of_alerts_and_argo_cd_are_texts() -> None:
    body = 'data:\n  alert: "{{ $labels.pod }} of {{ $value }}"\n  path: "{{.path.basename}}"\n'
    assert len(read(a_config_map(body=body)).manifests) == 1


@pytest.mark.parametrize(
    ("body", "line", "problem"),
    [
        ("data: [1, 2\n", 5, "expected ',' or ']'"),
        ("data:\n\ta: 1\n", 5, "cannot start any token"),
        ("data: *gone\n", 4, "names nothing"),
        ("data: &a [*a]\n", 4, "names nothing that ended before it"),
        ("? [a]\n: b\n", 4, "a key that is no text"),
        ("data: " + "[" * 300 + "]" * 300 + "\n", 4, "nested deeper than 200 levels"),
        ("data: \x00\n", 4, "a character YAML does not allow"),
        ("data: 'open\n", 4, "quoted scalar"),
    ],
)
def test_a_broken_document_is_one_fault_and_the_rest_is_read(body: str, line: int, problem: str) -> None:
    harvest = read(a_config_map(body=body) + "---\n" + a_config_map("whole"))
    [fault] = harvest.faults
    assert fault.rule == "yaml-broken"
    assert problem in fault.message
    assert abs(fault.line - line) <= 1
    assert [m.name for m in harvest.manifests] == ["whole"]


def test_merge_keys_fill_in_and_are_no_duplicates() -> None:
    body = "base: &base {a: 1, b: 2}\ndata:\n  <<: *base\n  b: 3\n"
    harvest = read(a_config_map(body=body))
    assert harvest.manifests[0].at("data").value == {"a": 1, "b": 3}
    assert harvest.faults == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True), ("off", False), ("y", True), ("~", None), ("", None), ("0777", 511), ("0o17", 15), ("0x1F", 31),
        ("1e3", 1000.0), ("1_000", 1000), (".5", 0.5), ("-7", -7), ("1:30", "1:30"), ("2026-11-20", "2026-11-20"),
        ("08", 8.0), ("1.2.3", "1.2.3"), ("4Gi", "4Gi"), ("+.inf", float("inf")), ("-", "-"), ("v1", "v1"),
        ("9" * 100, "9" * 100),
    ],
)  # fmt: skip
def test_plain_scalars_are_read_as_kubernetes_reads_them(text: str, value: object) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


def test_folders_are_walked_and_a_file_is_read_once(tmp_path) -> None:
    (tmp_path / "sub" / ".git").mkdir(parents=True)
    (tmp_path / "a.yaml").write_text(a_config_map())
    (tmp_path / "sub" / "b.yml").write_text(a_config_map("b"))
    (tmp_path / "sub" / "c.txt").write_text(a_config_map("c"))
    (tmp_path / "sub" / ".git" / "d.yaml").write_text(a_config_map("d"))
    (tmp_path / "broken.yaml").symlink_to(tmp_path / "gone")
    harvest = read_paths([str(tmp_path), str(tmp_path / "a.yaml")])
    assert sorted(m.name for m in harvest.manifests) == ["a", "b"]
    assert [m.name for m in read_paths([str(tmp_path / "sub" / "c.txt")]).manifests] == ["c"]


def test_a_file_that_is_too_large_is_a_finding_and_not_read(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headway.policies.reading.files.MOST_BYTES", 10)
    (tmp_path / "a.yaml").write_text(a_config_map())
    [fault] = read_paths([str(tmp_path)]).faults
    assert fault.rule == "file-unreadable"


def test_a_name_of_any_bytes_is_shown_and_an_unreadable_file_is_a_finding(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = os.fsdecode(bytes(tmp_path) + b"/\xff.yaml")
    Path(name).write_text(a_config_map())
    harvest = read_paths([str(tmp_path)])
    assert harvest.manifests[0].file.endswith("/\ufffd.yaml")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    [fault] = read_paths([str(tmp_path)]).faults
    assert (fault.rule, fault.message) == ("file-unreadable", "cannot be opened: Permission denied")


def test_names_cannot_command_a_terminal_or_a_workflow() -> None:
    from headway.catalog import load_catalog
    from headway.policies import Facts, Index, check
    from headway.policies.output import OUTPUTS

    harvest = read(a_config_map(body='data: {"a\\e[31m\\n::error::x": 1}\n'))
    report = check(harvest, Index(harvest.manifests, Facts(load_catalog())))
    assert len(report.findings) == 1
    assert "\x1b" not in OUTPUTS["text"](report)
    assert not any(line.startswith("::error::x") for line in OUTPUTS["github"](report).splitlines())
