"""Acknowledged means stored: no answer lost, none doubled, none falsely acknowledged (S1, S3).

Short forms; `make gateway-faults` has 10,000 people and 200 kills (`faults/rows/surveys.py`).
"""

import asyncio

from crowd import Crowd
from headway_gateway.settings import Settings
from mortal_gateway import killing, speak_to_mortal_gateway
from s3 import KILLED, S3, one_in_five

SEED = 20261121
PEOPLE = 300
PEOPLE_OF_MORTALS = 150
KILLS = 4


def test_no_answer_is_lost_while_every_fifth_request_to_the_store_fails(gateway: str, s3: S3) -> None:
    s3.proxy.script = one_in_five(SEED)
    crowd = Crowd(gateway, s3, PEOPLE, SEED)
    asyncio.run(crowd.speak())
    _assert_kept(crowd, s3)


def test_no_answer_is_lost_while_the_gateway_is_killed_between_write_and_reply(settings: Settings, s3: S3) -> None:
    s3.proxy.script = killing(KILLS, SEED, one_in_five(SEED))
    crowd = asyncio.run(speak_to_mortal_gateway(settings, s3, PEOPLE_OF_MORTALS, SEED))
    assert s3.proxy.faults[KILLED] == KILLS
    _assert_kept(crowd, s3)


def _assert_kept(crowd: Crowd, s3: S3) -> None:
    told = crowd.told
    print(f"{len(told.acknowledged)} acknowledged, statuses {dict(told.statuses)}, faults {dict(s3.proxy.faults)}")
    versions = s3.versions("surveys/")
    assert not told.falsely, "falsely acknowledged"
    assert not crowd.lost(), "lost"
    assert [key for key, count in versions.items() if count > 1] == [], "doubled"
    assert len(told.acknowledged) == len(crowd.answers) == len(versions)
    assert not told.differently, "a repetition was told something else"
    assert not told.unasked_later, "503 without Retry-After"
