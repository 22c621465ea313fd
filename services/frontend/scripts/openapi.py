"""Write what the gateway says of itself to services/frontend/openapi.json, from which the pages' types are made."""

import json
import sys
from pathlib import Path

from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.app import create_app

TARGET = Path(__file__).parent.parent / "openapi.json"


def document() -> str:
    """The document as it is committed."""
    return json.dumps(create_app(GatewaySettings()).openapi(), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(document())
    else:
        TARGET.write_text(document(), encoding="utf-8")
