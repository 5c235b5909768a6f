"""FastAPI endpoints: one that does nothing, and one that calls a bare pipeline for each request."""

from __future__ import annotations

from typing import Any

from bare_scores import Bare
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

empty = FastAPI()
bare = FastAPI()
_model = Bare()


class Rows(BaseModel):
    """Body of a request."""

    rows: list[dict[str, Any]]


@empty.post("/predict")
async def nothing(request: Request) -> JSONResponse:
    """Read the body and answer what is always the same."""
    await request.body()
    return JSONResponse({"predictions": [{"score": 0.5}]})


@bare.post("/predict")
async def predict(body: Rows) -> JSONResponse:
    """Score; in the event loop, which is quicker here than a thread."""
    scores = _model.scores(body.rows)
    return JSONResponse({"predictions": [{"score": score} for score in scores]})
