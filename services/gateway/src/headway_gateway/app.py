"""The FastAPI application: every path of the gateway, for its documentation and for any ASGI server.

In production the native door serves the data path itself and hands the rest to this application; under another ASGI
server the same relay answers through `AsgiExchange`. Nothing happens at import, and `create_app` opens nothing:
the parts come to life with the application's lifespan.
"""

import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from headway.domain.gateway_settings import GatewaySettings
from headway_gateway.documentation import document
from headway_gateway.gateway import Gateway
from headway_gateway.guarded_app import GuardedApp
from headway_gateway.metrics import Metrics
from headway_gateway.mode import Mode
from headway_gateway.questions import QuestionLog
from headway_gateway.recognised import recognised
from headway_gateway.routes.config import config_router
from headway_gateway.routes.failures import answer_failures
from headway_gateway.routes.models import models_router
from headway_gateway.routes.openai import openai_router
from headway_gateway.routes.survey import survey_router
from headway_gateway.storage import open_objects
from headway_gateway.surveys import SurveyService

TITLE = "Headway gateway"
VERSION = "0.1.0"


def create_app(settings: GatewaySettings, metrics: Metrics | None = None) -> FastAPI:
    """The application. `app.state.gateway` is the running `Gateway` inside the lifespan."""
    measured = metrics if metrics is not None else Metrics()
    objects = open_objects(settings, measured)
    questions = QuestionLog(
        objects if settings.keep_questions else None, measured, retention_days=settings.survey_retention_days
    )

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with questions.running(), Gateway(settings, measured, questions.note).running() as gateway:
            app.state.gateway = gateway
            yield

    # A redirect to the path with or without its last slash would be built from the client's own `Host`.
    app = FastAPI(
        title=TITLE, version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.include_router(openai_router())
    app.include_router(models_router())
    app.include_router(config_router(Mode(settings.mode_file)))
    surveys = SurveyService(objects, measured, retention_days=settings.survey_retention_days)
    app.include_router(survey_router(surveys, recognised))
    answer_failures(app)
    document(app)
    app.add_middleware(GuardedApp)
    if settings.allowed_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(settings.allowed_origins),
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type"],
            expose_headers=["x-request-id", "retry-after"],
            max_age=600,
        )
    return app
