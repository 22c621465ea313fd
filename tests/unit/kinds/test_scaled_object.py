import pytest
from pydantic import ValidationError

from headway.kinds import Metadata, TriggerAuthenticationSpec, is_expr_identifier
from unit.kinds.examples import a_scaled_object, a_trigger, scaling_modifiers


@pytest.mark.parametrize("value", [25, 25.0, True, None])
def test_trigger_metadata_takes_strings_only(value) -> None:
    with pytest.raises(ValidationError, match="valid string"):
        a_trigger(metadata={"threshold": value})


@pytest.mark.parametrize("target", ["25.0", "25.5", "0", "-1", "", "25\n", "1e3"])
def test_a_target_that_would_silence_the_fallback_is_refused(target) -> None:
    with pytest.raises(ValidationError, match="KEDA drops the fallback"):
        scaling_modifiers(target=target)


def test_a_target_is_written_as_a_string() -> None:
    modifiers = a_scaled_object().manifest()["spec"]["advanced"]["scalingModifiers"]
    assert modifiers["target"] == "25"


def test_a_formula_refuses_a_trigger_without_a_name() -> None:
    with pytest.raises(ValidationError, match=r"triggers\[1\] has no name"):
        a_scaled_object(triggers=[a_trigger(), a_trigger(name=None)])


@pytest.mark.parametrize("name", ["queue-depth", "2fast", "in", "vllm:waiting", "a b"])
def test_a_formula_refuses_a_name_that_expr_cannot_read(name) -> None:
    with pytest.raises(ValidationError, match="not an expr identifier"):
        a_scaled_object(triggers=[a_trigger(name=name)])


def test_without_a_formula_any_trigger_name_will_do() -> None:
    scaler = a_scaled_object(advanced=None, triggers=[a_trigger(name="queue-depth"), a_trigger(name=None)])
    assert scaler.spec.triggers[0].name == "queue-depth"


@pytest.mark.parametrize("kind", ["cpu", "memory"])
def test_a_formula_refuses_triggers_that_keda_cannot_put_in_one(kind) -> None:
    with pytest.raises(ValidationError, match=f"{kind} trigger"):
        a_scaled_object(triggers=[a_trigger(type=kind)])


def test_two_triggers_with_one_name_are_refused() -> None:
    with pytest.raises(ValidationError, match="waiting is used more than once"):
        a_scaled_object(triggers=[a_trigger(), a_trigger()])


def test_a_minimum_above_the_maximum_is_refused_with_both_numbers() -> None:
    with pytest.raises(ValidationError, match="minReplicaCount is 5 and maxReplicaCount is 4"):
        a_scaled_object(min_replica_count=5, max_replica_count=4)


def test_a_name_of_more_than_63_characters_is_refused_with_its_length() -> None:
    a_scaled_object(metadata=Metadata(name="x" * 63))
    with pytest.raises(ValidationError, match="has 64 characters; KEDA refuses more than 63"):
        a_scaled_object(metadata=Metadata(name="x" * 64))


@pytest.mark.parametrize(("name", "readable"), [("waiting", True), ("_x1", True), ("not", False), ("é", False)])
def test_expr_identifiers_are_ascii_and_no_keywords(name, readable) -> None:
    assert is_expr_identifier(name) is readable


def test_credentials_that_say_nothing_are_refused() -> None:
    with pytest.raises(ValidationError, match="give podIdentity or secretTargetRef"):
        TriggerAuthenticationSpec()
