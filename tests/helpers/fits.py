"""Documents held to a JSON schema that is itself checked once in a process, which takes longer than most documents."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for


def assert_fits(document: object, schema: Any) -> None:
    """Raise jsonschema's `ValidationError` where the document does not fit, `SchemaError` where the schema is none."""
    error = best_match(_validator(json.dumps(schema)).iter_errors(document))
    if error is not None:
        raise error


@cache
def _validator(text: str) -> Validator:
    schema = json.loads(text)
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)
