"""`GET /v1/models`: what may be asked for, in OpenAI's shape."""

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from headway_gateway.gateway import Gateway


class ModelEntry(BaseModel):
    """One model."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "headway"
    max_model_len: int | None = None


class ModelList(BaseModel):
    """Every model, awake or asleep."""

    object: Literal["list"] = "list"
    data: list[ModelEntry]


def models_router() -> APIRouter:
    """The route."""
    router = APIRouter()

    @router.get("/v1/models", summary="Models that may be asked for")
    async def models(request: Request) -> ModelList:
        gateway: Gateway = request.app.state.gateway
        return ModelList(
            data=[
                ModelEntry(id=model.name, max_model_len=model.context_tokens)
                for model in gateway.directory.models.values()
            ]
        )

    return router
