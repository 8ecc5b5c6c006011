"""Judge requests as the providers do: by our own schemas, and by the official ones where they lie.

The official OpenAPI files are not part of this project (tests/data/specs holds our own words); they
are read from `../shared/specs` beside the repository, and skipped where that is absent.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

OURS = Path(__file__).parents[1] / "data" / "specs"
OFFICIAL = Path(__file__).parents[3] / "shared" / "specs"
MAIL = "/v3/mail/send"
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"
LOGS = "/v3/logs"
ACTIVITY = "/v3/messages"
QUESTIONS = {
    "sendgrid_activity": ("tsg_email_activity_v3.json", ACTIVITY),
    "twilio_list": ("twilio_messages.min.json", MESSAGES),
}
TYPES = {"integer": int, "number": float, "boolean": {"true": True, "false": False}.__getitem__}


def official_specs() -> bool:
    """Whether the official files lie beside the repository."""
    return (OFFICIAL / "sendgrid_mail.min.json").exists()


def mail_faults(body: object) -> list[str]:
    """Return what is wrong with a SendGrid request body."""
    return our_faults("sendgrid_mail", body) + _faults(_official_mail(), body)


def form_faults(form: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a Twilio form."""
    return our_form_faults(form) + _official_form_faults(form)


def our_faults(name: str, value: object) -> list[str]:
    """Return what is wrong with `value` in our own words, by the name of our schema."""
    return _faults(_ours(name), value)


def our_form_faults(form: Mapping[str, str]) -> list[str]:
    """Return what is wrong with a Twilio form in our own words."""
    ours = {k: int(v) if k == "ValidityPeriod" and v.isdigit() else v for k, v in form.items()}
    return our_faults("twilio_message", ours)


def question_faults(kind: str, asked: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a look-up; `kind` is the name of our own schema for it."""
    numbers = {"limit", "PageSize", "Page"}
    typed = {k: int(v) if k in numbers and str(v).isdigit() else v for k, v in asked.items()}
    faults = our_faults(kind, typed)
    if kind == "sendgrid_logs":
        return faults + _faults(_official("tsg_logs_v3.json", LOGS, "application/json"), typed)
    return faults + _official_query_faults(*QUESTIONS[kind], typed)


def answer_faults(file: str, path: str, method: str, body: object, status: int = 200) -> list[str]:
    """Return where the official file `file` describes another answer than `body`."""
    document = _document(file)
    told = document["paths"][path][method]["responses"][str(status)]
    if "$ref" in told:
        told = document["components"]["responses"][told["$ref"].rpartition("/")[2]]
    schema = {**told["content"]["application/json"]["schema"], "components": document["components"]}
    return _faults(Draft202012Validator(_with_null(schema)), body)


def _official_query_faults(file: str, path: str, asked: Mapping[str, Any]) -> list[str]:
    if not official_specs():
        return []
    known = {one["name"]: one for one in _document(file)["paths"][path]["get"]["parameters"]}
    needed = {name for name, one in known.items() if one["in"] == "query" and one.get("required")}
    faults = [f"{name}: missing" for name in needed - asked.keys()]
    faults += [f"{name}: unknown" for name in asked.keys() - known.keys()]
    return faults + [
        f"{name}: {error.message}"
        for name, value in asked.items()
        if name in known
        for error in Draft202012Validator(known[name]["schema"]).iter_errors(value)
    ]


def _with_null(schema: Any) -> Any:
    """The schema with OpenAPI 3.0's `nullable` said in JSON Schema's words."""
    if isinstance(schema, list):
        return [_with_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    said = {name: _with_null(part) for name, part in schema.items()}
    if said.get("nullable") is True and isinstance(said.get("type"), str):
        said["type"] = [said["type"], "null"]
    return said


@cache
def _document(file: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((OFFICIAL / file).read_text("utf-8"))
    return document


def _faults(validator: Draft202012Validator | None, value: object) -> list[str]:
    if validator is None:
        return []
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


@cache
def _ours(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((OURS / f"{name}.json").read_text("utf-8")))


@cache
def _official_mail() -> Draft202012Validator | None:
    return _official("sendgrid_mail.min.json", MAIL, "application/json")


@cache
def _official_form() -> Draft202012Validator | None:
    form = "application/x-www-form-urlencoded"
    return _official("twilio_messages.min.json", MESSAGES, form)


@cache
def _official(file: str, path: str, media: str) -> Draft202012Validator | None:
    if not official_specs():
        return None
    document = _document(file)
    body = document["paths"][path]["post"]["requestBody"]
    if "$ref" in body:
        body = document["components"]["requestBodies"][body["$ref"].rpartition("/")[2]]
    schema = {**body["content"][media]["schema"], "components": document["components"]}
    return Draft202012Validator(schema, format_checker=FormatChecker())


def _official_form_faults(form: Mapping[str, str]) -> list[str]:
    """A form has only text: give each field the type that the schema asks for."""
    validator = _official_form()
    if validator is None:
        return []
    properties = validator.schema["properties"]
    unknown = [f"{name}: unknown field" for name in form if name not in properties]
    typed: dict[str, object] = {}
    for name, text in form.items():
        try:
            typed[name] = TYPES.get(properties.get(name, {}).get("type", ""), str)(text)
        except (ValueError, KeyError):
            unknown.append(f"{name}: {text!r} has the wrong type")
    return unknown + _faults(validator, typed)
