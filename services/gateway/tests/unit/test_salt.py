"""Cache salts."""

from headway_gateway.identity.salt import REMEMBERED, salt_of


def test_a_client_has_one_salt_of_its_own() -> None:
    salts = {salt_of(name) for name in ("ada", "bob", "jwt:ada")}
    assert len(salts) == 3
    assert salt_of("ada") in salts
    assert all(len(salt) == 32 for salt in salts)


def test_any_number_of_clients_takes_the_memory_of_some() -> None:
    first = salt_of("jwt:0")
    for number in range(2 * REMEMBERED):
        salt_of(f"jwt:{number}")
    assert salt_of.cache_info().currsize == REMEMBERED
    assert salt_of("jwt:0") == first
