"""F8: the `openai` SDK repeats what fails, and so may the gateway."""

from typing import Any

import openai

from faults.backend import Fleet, fleet
from faults.criterion import Criterion, at_most, none
from faults.rows.serving import serving
from faults.rows.size import Size

HITS_A_CALL = 1.2
CALLS = 80
FAILURES = {
    "429": ("script=busy status=429", True),
    "503": ("script=busy status=503", False),
    "500": ("script=fails", True),
    "dies before the first byte": ("script=dies_silent", False),
}
"""What the model servers do, and whether a stream was asked for."""
UNEJECTED: dict[str, object] = {"ejection_failures": 100}
"""More than failures in a row: ejections would hide what is repeated."""
EJECTED: dict[str, object] = {"ejection_failures": 3, "ejection_seconds": 1, "retry_after_seconds": 1}
"""By default but for the times, which the SDK waits: what dies with its replica goes elsewhere until that is ejected."""
CALLS_THAT_WAIT = 30


def retries(_: Fleet, size: Size) -> list[Criterion]:
    """Model servers for each failure, and a gateway: a budget that one has left may not help another."""
    criteria = []
    for name, (words, stream) in FAILURES.items():
        criteria += _asked(name, words, stream, 1, size.share(CALLS), UNEJECTED)
        two, calls = (EJECTED, CALLS_THAT_WAIT) if "dies" in words else (UNEJECTED, CALLS)
        criteria += _asked(f"{name}, two replicas", words, stream, 2, size.share(calls), two)
    return criteria


def _asked(
    name: str, words: str, stream: bool, replicas: int, calls: int, settings: dict[str, object]
) -> list[Criterion]:
    with fleet() as own:
        urls = [own.add(f"failing {number}").url for number in range(replicas)]
        with (
            serving(own, [("failing", urls)], **settings) as running,
            openai.OpenAI(base_url=f"http://127.0.0.1:{running.port}/v1", api_key="any", timeout=20) as sdk,
        ):
            unseen = sum(not _fails(sdk, words, stream) for _ in range(calls))
        hits = own.hits.total() / calls
    what = f"{calls} calls of the openai SDK, {name}"
    return [
        at_most("F8", f"{what}: requests at the model servers", hits, HITS_A_CALL, "a call"),
        none("F8", f"{what}: failures that the client was not told of", unseen),
    ]


def _fails(sdk: openai.OpenAI, words: str, stream: bool) -> bool:
    message: Any = {"role": "user", "content": words}
    try:
        sdk.chat.completions.create(model="failing", messages=[message], stream=stream)
    except openai.APIStatusError:
        return True
    return False
