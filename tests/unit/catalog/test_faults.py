"""Each way a file can be wrong, and the line that says so."""

from pathlib import Path

import pytest

from headway.catalog import load_catalog

from .copies import SHEETS, change, copy_catalog, fault_lines, read_rows, write_rows


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return copy_catalog(tmp_path)


def test_an_unchanged_copy_loads(data: Path) -> None:
    assert load_catalog(data).prices == load_catalog().prices


def test_every_fault_is_reported_at_once_in_the_order_of_the_files(data: Path) -> None:
    part = change(data / "accelerators.csv", "l4", vendor="nvidea")
    machine = change(data / "instance_types.csv", "g6.xlarge", vcpu="four", memory_mib="-16384")
    price = change(data / "prices.csv", "g6.xlarge", usd_per_hour="0")
    card = change(data / "models.csv", "Qwen/Qwen3-8B", source="")
    image = change(data / "images.csv", "vllm", tag="latest")
    assert fault_lines(data) == [
        f"accelerators.csv:{part}: vendor: 'nvidea' is not known here; did you mean nvidia?",
        f"instance_types.csv:{machine}: vcpu: 'four' is not a whole number; write a whole number",
        f"instance_types.csv:{machine}: memory_mib: -16384 is too small; write 0 or more in MiB",
        f"prices.csv:{price}: usd_per_hour: 0 is too small; write more than 0 in USD/h",
        f"models.csv:{card}: source: is empty; every row needs source",
        f"images.csv:{image}: tag: 'latest' is refused; pin a version; latest moves",
    ]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("as_of", "", "as_of: is empty; every row needs as of"),
        ("as_of", "20.07.2026", "as_of: '20.07.2026' is not a date; write YYYY-MM-DD"),
        ("as_of", "2026-02-30", "as_of: '2026-02-30' is not a date; write YYYY-MM-DD"),
        ("source", " ", "source: is empty; every row needs source"),
        ("listed", "maybe", "listed: 'maybe' is neither yes nor no; write yes or no"),
        ("gpu_count", "1.5", "gpu_count: '1.5' is not a whole number; write a whole number"),
        (
            "network_baseline_gbps",
            "10G",
            "network_baseline_gbps: '10G' is not a number; write a number in Gbit/s",
        ),
        (
            "network_baseline_gbps",
            "nan",
            "network_baseline_gbps: 'nan' is not a finite number; leave it empty where not verified",
        ),
        ("architecture", "x86", "architecture: 'x86' is not known here; write one of amd64, arm64"),
        (
            "accelerator",
            "L4",
            "accelerator: 'L4' is not in accelerators.csv; did you mean l4?",
        ),
        (
            "accelerator",
            "gaudi",
            "accelerator: 'gaudi' is not in accelerators.csv; add it there",
        ),
        (
            "allocatable_memory_mib",
            "16385",
            "allocatable_memory_mib: 16385 is more than memory_mib 16384; write 16384 or less",
        ),
        (
            "allocatable_cpu_millicores",
            "4001",
            "allocatable_cpu_millicores: 4001 is more than vcpu in millicores 4000; write 4000 or less",
        ),
        (
            "gpu_resource",
            "amd.com/gpu",
            "gpu_resource: is 'amd.com/gpu' with gpu_count 1 of t4; write nvidia.com/gpu",
        ),
        ("gpu_resource", "", "gpu_resource: is '' with gpu_count 1 of t4; write nvidia.com/gpu"),
    ],
)
def test_a_wrong_cell_of_an_instance_type_is_named(data: Path, column: str, value: str, message: str) -> None:
    line = change(data / "instance_types.csv", "g4dn.xlarge", **{column: value})
    assert fault_lines(data) == [f"instance_types.csv:{line}: {message}"]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (
            "kv_heads",
            "7",
            "kv_heads: 7 does not divide attention_heads 32; query heads share key/value heads evenly",
        ),
        (
            "active_parameters",
            "9000000000",
            "active_parameters: 9000000000 is more than parameters 8030261248; write those used for one token",
        ),
        (
            "licence_source",
            "",
            "licence_source: is empty and the licence is 'Llama 3.1 Community License'; say where the licence was read",
        ),
        (
            "weight_bytes_awq",
            "5.7GB",
            "weight_bytes_awq: '5.7GB' is not a whole number; write a whole number in bytes",
        ),
        ("attention", "gqa", "attention: 'gqa' is not known here; did you mean GQA?"),
    ],
)
def test_a_wrong_cell_of_a_model_is_named(data: Path, column: str, value: str, message: str) -> None:
    line = change(data / "models.csv", "meta-llama/Llama-3.1-8B-Instruct", **{column: value})
    assert fault_lines(data) == [f"models.csv:{line}: {message}"]


def test_an_accelerator_cannot_use_more_memory_than_its_label(data: Path) -> None:
    line = change(data / "accelerators.csv", "l4", usable_gib="25", target="sm_89")
    assert fault_lines(data) == [
        f"accelerators.csv:{line}: target: 'sm_89' is not a CUDA compute capability; write major.minor, such as 8.9",
        f"accelerators.csv:{line}: usable_gib: 25 is more than marketed_gb 24; write what the framework sees, in GiB",
    ]


def test_a_price_for_an_unknown_machine_suggests_the_nearest(data: Path) -> None:
    line = change(data / "prices.csv", "g4dn.xlarge", instance_type="g4dn.xlrge")
    assert fault_lines(data) == [
        f"prices.csv:{line}: instance_type: 'g4dn.xlrge' is not in instance_types.csv; did you mean g4dn.xlarge?"
    ]


def test_a_wrong_machine_does_not_make_its_prices_wrong(data: Path) -> None:
    change(data / "instance_types.csv", "g4dn.xlarge", vcpu="")
    assert fault_lines(data) == ["instance_types.csv:7: vcpu: is empty; every row needs vcpu"]


def test_a_repeated_price_names_both_lines(data: Path) -> None:
    rows = read_rows("prices.csv", data)
    write_rows(data / "prices.csv", [*rows, rows[0]])
    assert fault_lines(data) == [
        f"prices.csv:{len(rows) + 2}: instance_type: g4ad.xlarge us-east-1 on-demand is also on line 2; keep one row"
    ]


@pytest.mark.parametrize(("name", "column"), [("accelerators.csv", "key"), ("models.csv", "id")])
def test_a_repeated_key_names_both_lines(data: Path, name: str, column: str) -> None:
    rows = read_rows(name, data)
    write_rows(data / name, [*rows, rows[1]])
    assert fault_lines(data) == [f"{name}:{len(rows) + 2}: {column}: {rows[1][column]} is also on line 3; keep one row"]


def test_a_misspelt_column_is_named_once_and_not_in_every_row(data: Path) -> None:
    file = data / "prices.csv"
    file.write_text(file.read_text().replace("usd_per_hour", "usd_per_hours", 1))
    assert fault_lines(data) == [
        "prices.csv:1: usd_per_hours: is not a column of this file; did you mean usd_per_hour?",
        "prices.csv:1: usd_per_hour: is missing; add the column; an empty cell means not verified",
    ]


def test_rows_are_still_checked_below_a_wrong_header(data: Path) -> None:
    line = change(data / "prices.csv", "g6.xlarge", capacity_type="sport")
    file = data / "prices.csv"
    file.write_text(file.read_text().replace("usd_per_hour", "usd", 1))
    assert fault_lines(data)[2:] == [f"prices.csv:{line}: capacity_type: 'sport' is not known here; did you mean spot?"]


def test_machines_without_a_name_column_do_not_make_every_price_wrong(data: Path) -> None:
    file = data / "instance_types.csv"
    file.write_text(file.read_text().replace("name,", "title,", 1))
    assert not [line for line in fault_lines(data) if line.startswith("prices.csv")]


def test_a_column_that_is_there_twice_is_named(data: Path) -> None:
    file = data / "images.csv"
    head, *rows = file.read_text().splitlines()
    file.write_text("\n".join([f"{head},key", *(f"{row},x" for row in rows)]))
    assert "images.csv:1: key: is there twice; keep one" in fault_lines(data)


def test_a_row_with_too_few_cells_is_named(data: Path) -> None:
    file = data / "prices.csv"
    file.write_text(file.read_text() + "g6.xlarge,eu-west-1,spot\n")
    assert fault_lines(data) == ["prices.csv:230: row: has 3 cells; the header has 6 columns"]


def test_lines_are_counted_as_an_editor_shows_them(data: Path) -> None:
    file = data / "images.csv"
    head, first, second, *rest = file.read_text().splitlines()
    spread = first.replace("compressed:", "compressed:\nunpacked below\n", 1)
    wrong = second.replace("amd", "intel")
    file.write_text("\n".join([head, spread, "", wrong, *rest]))
    assert fault_lines(data) == ["images.csv:6: vendor: 'intel' is not known here; write one of nvidia, amd"]


@pytest.mark.parametrize("name", SHEETS)
def test_a_missing_file_is_one_fault(data: Path, name: str) -> None:
    (data / name).unlink()
    assert fault_lines(data) == [f"{name}:1: file: is not there; write {name} with a header and one row a fact"]


def test_an_empty_file_shows_the_header_it_needs(data: Path) -> None:
    (data / "prices.csv").write_text("")
    assert fault_lines(data) == [
        "prices.csv:1: file: is empty; "
        "begin with the header instance_type,region,capacity_type,usd_per_hour,source,as_of"
    ]


def test_a_file_in_another_encoding_is_one_fault(data: Path) -> None:
    (data / "images.csv").write_bytes("clé".encode("latin-1"))
    assert fault_lines(data) == ["images.csv:1: file: is not UTF-8; save it as UTF-8"]


def test_a_contract_says_every_fault_with_its_line(data: Path) -> None:
    file = data / "engines.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("  health_path: /health\n", "  health_pth: /health\n", 1)
    text = text.replace("running: vllm:num_requests_running", "running: num_requests_running", 1)
    file.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    wrong, metrics = lines.index("  health_pth: /health") + 1, lines.index("  metrics:") + 1
    assert fault_lines(data) == [
        f"engines.yaml:{wrong}: vllm.health_pth: unknown key 'health_pth'; did you mean health_path?",
        f"engines.yaml:{metrics}: vllm.metrics: running 'num_requests_running' does not begin with prefix 'vllm:';"
        " state what both begin with",
    ]


def test_a_contract_uses_flags_that_its_engine_has(data: Path) -> None:
    file = data / "engines.yaml"
    text = file.read_text(encoding="utf-8").replace("concurrency: --max-num-seqs", "concurrency: --max-num-seq", 1)
    file.write_text(text, encoding="utf-8")
    assert fault_lines(data) == ["engines.yaml:2: vllm: vllm 0.33.0 has no --max-num-seq; did you mean max-num-seqs?"]


def test_images_flags_and_rules_name_engines_that_have_a_contract(data: Path) -> None:
    image = change(data / "images.csv", "sglang", engine="sglan")
    rule = change(data / "engine_flag_rules.csv", "vllm", engine="vlm")
    assert fault_lines(data) == [
        f"images.csv:{image}: engine: 'sglan' has no contract in engines.yaml; did you mean sglang?",
        f"engine_flag_rules.csv:{rule}: engine: 'vlm' has no contract in engines.yaml; did you mean vllm?",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- vllm\n", "engines.yaml:1: file: is not a mapping; write one contract under each engine's name"),
        ("vllm: [\n", "engines.yaml:2: file: is not YAML: "),
    ],
)
def test_contracts_that_are_no_mapping_are_one_fault(data: Path, text: str, message: str) -> None:
    (data / "engines.yaml").write_text(text)
    lines = fault_lines(data)
    assert len(lines) == 1
    assert lines[0].startswith(message)
