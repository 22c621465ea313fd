"""F8: the `openai` SDK repeats what fails, and so may the gateway."""

from typing import Any

import openai

from faults.backend import Fleet, fleet
from faults.criterion import Criterion, at_most, none
from faults.rows.serving import serving
from faults.rows.size import Size

HITS_A_CALL = 1.2
CALLS = 80
"""With their repetitions fewer than the failures in a row after which a server is left alone, which would hide them."""
FAILURES = {
    "429": ("script=busy status=429", True),
    "503": ("script=busy status=503", False),
    "500": ("script=fails", True),
    "dies before the first byte": ("script=dies_silent", False),
}
"""What the model server does, and whether a stream was asked for."""


def retries(_: Fleet, size: Size) -> list[Criterion]:
    """One model server a failure, and a gateway for each: a budget that one has left may not help another."""
    criteria = []
    for name, (words, stream) in FAILURES.items():
        with fleet() as own:
            server = own.add("failing")
            with serving(own, [("failing", [server.url])]) as running:
                calls, unseen = size.share(CALLS), 0
                with openai.OpenAI(base_url=f"http://127.0.0.1:{running.port}/v1", api_key="any", timeout=20) as sdk:
                    for _ in range(calls):
                        unseen += not _fails(sdk, words, stream)
            what = f"{calls} calls of the openai SDK, {name}"
            hits = own.hits.total() / calls
            criteria += [
                at_most("F8", f"{what}: requests at the model server", hits, HITS_A_CALL, "a call"),
                none("F8", f"{what}: failures that the client was not told of", unseen),
            ]
    return criteria


def _fails(sdk: openai.OpenAI, words: str, stream: bool) -> bool:
    message: Any = {"role": "user", "content": words}
    try:
        sdk.chat.completions.create(model="failing", messages=[message], stream=stream)
    except openai.APIStatusError:
        return True
    return False
