"""The web application: `uvicorn shop.web:app`."""

import hmac
import json

import redis.asyncio
from fastapi import FastAPI, Request, Response

from . import settings, signature
from .events import events_in
from .intake import STREAM, OverLimit, make_intake

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)


@app.on_event("startup")
async def start():
    app.state.redis = redis.asyncio.from_url(settings.REDIS_URL)
    await app.state.redis.ping()
    app.state.intake = make_intake(app.state.redis)


@app.on_event("shutdown")
async def stop():
    await app.state.redis.close(close_connection_pool=True)


@app.get("/v1/webhooks")
async def verify(request: Request) -> Response:
    query = request.query_params
    token = query.get("hub.verify_token", "")
    if query.get("hub.mode") != "subscribe" or not settings.VERIFY_TOKEN:
        return Response(status_code=403)
    if not hmac.compare_digest(token.encode(), settings.VERIFY_TOKEN.encode()):
        return Response(status_code=403)
    return Response(query.get("hub.challenge", ""), media_type="text/plain")


@app.post("/v1/webhooks")
async def receive(request: Request) -> Response:
    body = await request.body()
    if not signature.is_good(settings.APP_SECRET, body, request.headers.get("x-hub-signature-256")):
        return Response(status_code=403)
    try:
        events = events_in(json.loads(body))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Response(status_code=400)
    try:
        await app.state.intake.accept(events)
    except (OverLimit, redis.RedisError, OSError):
        return Response(status_code=503, headers={"Retry-After": "5"})
    return Response(status_code=200)


@app.get("/stats")
async def stats():
    """For the benchmark: events taken in ever, and those the worker has not finished."""
    about = await app.state.redis.xinfo_stream(STREAM)
    return {"accepted": about["entries-added"], "waiting": about["length"]}
