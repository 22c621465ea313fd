"""Reads a checkpoint's config and safetensors headers into a model card: shape, parameters, bytes by precision."""

from headway.recipes.model_analysis.analysis import Analysis, analyse
from headway.recipes.model_analysis.catalog_row import catalog_header, catalog_row
from headway.recipes.model_analysis.documents import parse_config, parse_index
from headway.recipes.model_analysis.families import ARCHITECTURES
from headway.recipes.model_analysis.faults import ModelFault, UnreadableModel
from headway.recipes.model_analysis.files import WeightFiles, weight_files
from headway.recipes.model_analysis.safetensors import HEADER_LENGTH_BYTES, header_length, parse_header

__all__ = [
    "ARCHITECTURES",
    "HEADER_LENGTH_BYTES",
    "Analysis",
    "ModelFault",
    "UnreadableModel",
    "WeightFiles",
    "analyse",
    "catalog_header",
    "catalog_row",
    "header_length",
    "parse_config",
    "parse_header",
    "parse_index",
    "weight_files",
]
