"""The official Python client, unmodified, against a running server: one line per check, `ok` or `FAILED`.

Environment: BAILIWICK_URL (ends in /v1), BAILIWICK_KEY, BAILIWICK_KEY_WITHOUT_INFERENCE; the offer of
`support/offer.ts`, whose limited model has room for its whole limit.
"""

import math
import os
import sys
import time
from collections.abc import Callable

import openai
from openai import OpenAI

URL = os.environ["BAILIWICK_URL"]
KEY = os.environ["BAILIWICK_KEY"]
WITHOUT_INFERENCE = os.environ["BAILIWICK_KEY_WITHOUT_INFERENCE"]
CHAT, EMBED, LIMITED, AWAY = "bailiwick/echo", "bailiwick/embed", "acme/limited", "acme/away"
QUESTION = "Count to three"


def client(key: str = KEY, max_retries: int = 0) -> OpenAI:
    return OpenAI(base_url=URL, api_key=key, max_retries=max_retries)


def ask(model: str = CHAT, using: OpenAI | None = None, **fields):
    messages = [{"role": "user", "content": QUESTION}]
    return (using or client()).chat.completions.create(model=model, messages=messages, **fields)


def refused(wanted: type[openai.APIStatusError], call: Callable[[], object]) -> openai.APIStatusError:
    """The error of a call, which must be of this very class."""
    try:
        call()
    except openai.APIStatusError as error:
        assert type(error) is wanted, f"{type(error).__name__}: {error}"
        assert error.request_id, "no x-request-id"
        return error
    raise AssertionError(f"no {wanted.__name__}")


def whole():
    answer = ask()
    assert answer.choices[0].message.content == QUESTION
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens == 6
    assert answer.service_tier == "default"


def streamed():
    stream = ask(stream=True, stream_options={"include_usage": True})
    text, pieces, usage = "", 0, None
    for chunk in stream:
        for choice in chunk.choices:
            text += choice.delta.content or ""
            pieces += 1
        usage = chunk.usage or usage
    assert (text, usage.total_tokens) == (QUESTION, 6)
    assert pieces > 3, "it does not come in pieces"


def streamed_without_usage():
    assert all(chunk.usage is None and chunk.choices for chunk in ask(stream=True))


def models():
    listed = [model.id for model in client().models.list()]
    assert CHAT in listed and EMBED in listed, listed
    assert client().models.retrieve(CHAT).id == CHAT


def embeddings():
    # The client asks for Base64 by itself, and decodes it.
    answer = client().embeddings.create(model=EMBED, input=["a robot arm", "the robot arm"], dimensions=64)
    plain = client().embeddings.create(model=EMBED, input="a robot arm", dimensions=64, encoding_format="float")
    first, second = (item.embedding for item in answer.data)
    assert len(first) == 64 and math.isclose(sum(x * x for x in first), 1, rel_tol=1e-5)
    assert all(math.isclose(a, b, abs_tol=1e-6) for a, b in zip(first, plain.data[0].embedding, strict=True))
    assert sum(a * b for a, b in zip(first, second, strict=True)) > 0.3, "like texts are far apart"
    assert (answer.usage.prompt_tokens, answer.usage.total_tokens) == (6, 6)


def embeddings_of_token_ids():
    answer = client().embeddings.create(model=EMBED, input=[[1, 2], [3]])
    assert (len(answer.data), answer.usage.prompt_tokens) == (2, 3)


def authentication_error():
    error = refused(openai.AuthenticationError, lambda: ask(using=client("sk-something-else")))
    assert (error.status_code, error.code) == (401, "invalid_api_key")


def permission_denied_error():
    error = refused(openai.PermissionDeniedError, lambda: ask(using=client(WITHOUT_INFERENCE)))
    assert (error.status_code, error.code) == (403, "permission_denied")


def not_found_error():
    error = refused(openai.NotFoundError, lambda: ask(model="no/such-model"))
    assert (error.status_code, error.code, error.param) == (404, "model_not_found", "model")


def bad_request_error():
    error = refused(openai.BadRequestError, lambda: ask(max_tokens=-1))
    assert (error.status_code, error.param) == (400, "max_tokens")
    error = refused(openai.BadRequestError, lambda: ask(service_tier="priority"))
    assert error.code == "invalid_service_tier" and "flex" in error.message, error.message


def internal_server_error():
    error = refused(openai.InternalServerError, lambda: ask(model=AWAY))
    assert (error.status_code, error.code) == (502, "upstream_unreachable")


def rate_limit_error():
    # The limit refills by one request every three seconds, so it is used up in the first round or soon after.
    error = None
    for _ in range(60):
        try:
            ask(model=LIMITED)
        except openai.RateLimitError as refusal:
            error = refusal
            break
    assert error is not None, "no RateLimitError"
    assert (error.status_code, error.type, error.code) == (429, "requests", "rate_limit_exceeded")
    assert 1 <= int(error.response.headers["retry-after"]) <= 3
    assert error.response.headers["x-ratelimit-limit-requests"] == "20"


def max_retries_honours_retry_after():
    # Straight after the refusal above. Without `retry-after` the client would be back after half a second.
    refusal = refused(openai.RateLimitError, lambda: ask(model=LIMITED))
    wait = int(refusal.response.headers["retry-after"])
    began = time.monotonic()
    patient = client(max_retries=1)
    answer = patient.chat.completions.with_raw_response.create(model=LIMITED, messages=[{"role": "user", "content": QUESTION}])
    took = time.monotonic() - began
    assert answer.retries_taken == 1 and answer.parse().choices[0].message.content == QUESTION
    assert wait - 1 <= took < wait + 2, f"waited {took:.2f} s instead of {wait} s"


CHECKS = [
    whole,
    streamed,
    streamed_without_usage,
    models,
    embeddings,
    embeddings_of_token_ids,
    authentication_error,
    permission_denied_error,
    not_found_error,
    bad_request_error,
    internal_server_error,
    rate_limit_error,
    max_retries_honours_retry_after,
]

failed = 0
for check in CHECKS:
    try:
        check()
        print(f"ok {check.__name__}")
    except Exception as error:  # noqa: BLE001 - whatever it is, the next check runs
        failed += 1
        print(f"FAILED {check.__name__}: {type(error).__name__}: {error}")
sys.exit(failed > 0)
