"""A port number."""

from typing import Annotated

from pydantic import Field

PortNumber = Annotated[int, Field(ge=1, le=65535)]
