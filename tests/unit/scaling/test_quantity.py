"""Quantities as apimachinery v0.35.0 reads and stores them; `make test-hpa` compares many more with the real code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headway.scaling.quantity import parse, stored


@pytest.mark.parametrize(
    ("text", "canonical", "milli"),
    [
        ("25", "25", 25_000),
        ("700m", "700m", 700),
        ("0.7", "700m", 700),
        ("1.5", "1500m", 1_500),
        ("2k", "2k", 2_000_000),
        ("1Ki", "1Ki", 1_024_000),
        ("1.5Gi", "1536Mi", 1_610_612_736_000),
        ("12e6", "12e6", 12_000_000_000),
        ("1n", "1n", 1),
        ("-1n", "-1n", -1),
        ("-1.5n", "-2n", 1),
        (".5", "500m", 500),
        ("5.", "5.", 5_000),
        ("+3", "+3", 3_000),
        ("-", "0", 0),
        ("0.000", "0", 0),
        ("1.23456789012345678901", "1234567891n", 1_235),
        ("9223372036854775807", "9223372036854775807", -1_000),
        ("10E", "10E", 0),
        ("549677769012.M", "549677769012.M", -3724553199286548480),
    ],
)
def test_text_stored_and_thousandths(text: str, canonical: str, milli: int) -> None:
    assert (parse(text).canonical(), parse(text).milli()) == (canonical, milli)


@pytest.mark.parametrize(
    "text", ["", " ", "1 2", "1.2.3", "5x", "K", "Pi", "1e", "1e99999", "--1", "²", "1" * 500, "nan", "0x10"]
)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no quantity"):
        parse(text)


@given(st.integers(-(10**12), 10**12))
def test_thousandths_survive_storing(milli: int) -> None:
    assert stored(f"{milli}m").milli() == milli


@given(st.integers(0, 10**9), st.sampled_from(["", "k", "M", "m", "Ki", "Mi"]))
def test_storing_twice_changes_nothing(whole: int, suffix: str) -> None:
    once = stored(f"{whole}{suffix}")
    assert stored(once.canonical()) == once


@given(st.decimals(min_value=0, max_value=10**6, places=3))
def test_the_float_is_near(value) -> None:
    assert stored(str(value)).approximate() == pytest.approx(float(value), rel=1e-12)
