"""The survey: answers stored once, winners drawn so that the draw can be repeated."""

from headway_gateway.surveys.draw import Draw, repeat
from headway_gateway.surveys.service import SurveyService

__all__ = ["Draw", "SurveyService", "repeat"]
