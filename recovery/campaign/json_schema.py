"""The grammar as JSON Schema (draft-07), for editors: complete, hover, underline while typing.

Made from the models, so that it can't drift from them. What needs more than one place (names that
must exist, shares that must add up) is for `recovery check`; a file that breaks no rule of the
grammar passes here, and what this refuses, the check refuses too.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from recovery.campaign import scalars, schema
from recovery.campaign.durations import PATTERN as DURATION
from recovery.campaign.experiments import Count, Decided, Decision, Lift, Rule
from recovery.campaign.key_words import KEYS, TITLES, WANTED
from recovery.campaign.vocabulary import countries
from recovery.i18n import words
from recovery.message import Channel
from recovery.money import currencies, digits
from recovery.reasons import known_failures

Schema = dict[str, Any]
Templates = Mapping[str, Collection[Channel]]  # name of a message → channels that it has words for

_DRAFT = "http://json-schema.org/draft-07/schema#"
# A letter or digit of any script, in the regular expressions of Python and JavaScript alike.
_LETTER = r"[^\s!-/:-@\[-^`{-~\u2000-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20]"
_INSIDE = _LETTER.replace("!-/", "!-,/")
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_SOMETHING = "(?=.*[1-9])"
_NULL = "(?:null|Null|NULL|~)"  # what YAML calls nothing, even between quotes
_PLAIN = ["string", "number", "boolean"]  # an editor types what we read as text
_OFFERS = {
    "percent": ({"percent"}, {"amount", "gift", "worth"}),
    "fixed": ({"amount"}, {"percent", "gift", "worth"}),
    "free_shipping": ({"worth"}, {"percent", "amount", "gift"}),
    "gift": ({"gift", "worth"}, {"percent", "amount"}),
}


def json_schema(
    model: type[BaseModel] = schema.Campaign, *, templates: Templates, lang: str = "en"
) -> Schema:
    """The schema of a campaign file (or of defaults.yaml: `schema.Defaults`) in `lang`.

    Steps may name only `templates` that have words for their channel.
    """
    return _Writer(templates, lang).document(model)


class _Writer:
    """Walks the models once; what occurs again is a definition."""

    def __init__(self, templates: Templates, lang: str) -> None:
        self._templates = templates
        self._say = words(lang).gettext
        self._definitions: dict[str, Schema] = {}

    def document(self, model: type[BaseModel]) -> Schema:
        body = self._block(model)
        return {"$schema": _DRAFT, **body, "definitions": self._definitions}

    def _block(self, model: type[BaseModel]) -> Schema:
        hints = get_type_hints(model, include_extras=True)
        never = schema.SHARED if model is schema.Campaign else ()
        fields = [one for one in model.model_fields.items() if one[0] not in never]
        keys = {field.alias or name: self._key(model, name, hints[name]) for name, field in fields}
        needed = [field.alias or name for name, field in fields if field.is_required()]
        title = self._say(TITLES[model.__name__])
        block: Schema = {"title": title, "type": "object", "additionalProperties": False}
        block["properties"] = keys
        if needed:
            block["required"] = needed
        return block | _RULES.get(model, {})

    def _key(self, model: type[BaseModel], name: str, annotation: Any) -> Schema:
        key = model.model_fields[name].alias or name
        value = self._value(annotation)
        if model is schema.Step and key in tuple(Channel):
            value = {"type": "string", "enum": self._written_for(Channel(key))}
        owner = next(one for one in model.__mro__ if name in one.__annotations__)
        return {"description": self._say(KEYS[f"{owner.__name__}.{key}"]), **value}

    def _written_for(self, channel: Channel) -> list[str]:
        return sorted(name for name, able in self._templates.items() if channel in able)

    def _value(self, annotation: Any) -> Schema:
        """The schema of a value. The order matters: our scalars are annotations, too."""
        for known, name in _SCALARS:
            if annotation == known:
                return self._scalar(name)
        if annotation == scalars.Countries:
            country = {"type": "string", "enum": sorted(countries())}
            return _one_or_more(self._once("country", country))
        if annotation == scalars.Failures:
            reasons = {"type": "string", "enum": sorted(known_failures())}
            # An editor types 51 and 05 as numbers, we read text.
            numbers = sorted({int(one) for one in known_failures() if one.isdecimal()})
            failure = {"anyOf": [reasons, {"type": "integer", "enum": numbers}]}
            return _one_or_more(self._once("failure", failure))
        if annotation == Decided:
            block = self._defined(Decision) | {"minProperties": 1}
            return {"anyOf": [self._value(Rule), block]}
        if annotation == scalars.Shares:
            shares = self._named(self._scalar("weight")) | {"minProperties": 1}
            return {"anyOf": [self._scalar("name"), shares]}
        if annotation == scalars.Variants:
            return self._named(self._scalar("weight")) | {"minProperties": 2}
        return self._shape(annotation)

    def _shape(self, annotation: Any) -> Schema:
        origin, inside = get_origin(annotation), get_args(annotation)
        if origin in (Union, UnionType):
            return self._value(next(one for one in inside if one is not NoneType))
        if origin is Annotated:
            many = self._value(inside[0])
            if scalars.Several in inside:
                return _one_or_more(many["items"])
            return many | ({"minItems": 1} if many.get("type") == "array" else {})
        if origin is list:
            return {"type": "array", "items": self._value(inside[0])}
        if origin is dict:
            return self._named(self._value(inside[1]))
        if issubclass(annotation, StrEnum):
            return {"type": "string", "enum": [one.value for one in annotation]}
        if issubclass(annotation, BaseModel):
            return self._defined(annotation)
        return {"type": _PLAIN}

    def _defined(self, model: type[BaseModel]) -> Schema:
        if model.__name__ not in self._definitions:
            self._definitions[model.__name__] = {}  # keeps its place in the order of reading
            self._definitions[model.__name__] = self._block(model)
        return self._once(model.__name__, {})

    def _once(self, name: str, shape: Schema) -> Schema:
        """A reference to `shape`, which is written down when it is first met."""
        self._definitions.setdefault(name, shape)
        # draft-07 ignores what stands beside a $ref, so that a description needs the detour
        return {"allOf": [{"$ref": f"#/definitions/{name}"}]}

    def _named(self, value: Schema) -> Schema:
        return {
            "type": "object",
            "propertyNames": {"pattern": _PATTERNS["name"]},
            "additionalProperties": value,
        }

    def _scalar(self, name: str) -> Schema:
        if name == "text":
            return {"type": _PLAIN, "pattern": rf"^\s*(?!{_NULL}\s*$)\S"}
        pattern = {"pattern": _PATTERNS[name]}
        told = {"patternErrorMessage": self._say(WANTED[_CALLED.get(name, name)])}
        whole = ["string", "integer"]
        kinds: Any = {"name": _PLAIN, "number": whole, "count": whole}.get(name, "string")
        return self._once(name, {"type": kinds, **pattern, **_BOUNDS.get(name, {}), **told})


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]}


def _money() -> str:
    """Each currency with as many decimals as it has."""
    by_digits: dict[int, list[str]] = {}
    for currency in sorted(currencies()):
        by_digits.setdefault(digits(currency), []).append(currency)
    kinds = [_amount(count, codes) for count, codes in sorted(by_digits.items())]
    return f"{_SOMETHING}(?:{'|'.join(kinds)})"


def _amount(decimals: int, codes: list[str]) -> str:
    fraction = rf"(?:\.\d{{1,{decimals}}})?" if decimals else ""
    return rf"\d+{fraction} +(?:{'|'.join(codes)})"


_SHARE = r"(?:0?\d{1,2}(?:\.\d{1,2})?|100(?:\.0{1,2})?)\s*%"
_SPAN = _SOMETHING + DURATION.removeprefix("^").removesuffix("$")
_PATTERNS = {
    "name": f"^(?!{_NULL}$){_LETTER}(?:{_INSIDE}{{0,62}}{_LETTER})?$",
    "duration": rf"^\s*{DURATION.removeprefix('^').removesuffix('$')}\s*$",
    "span": rf"^\s*{_SPAN}\s*$",
    "share": f"^{_SHARE}$",
    "weight": f"^{_SOMETHING}{_SHARE}$",
    "money": rf"^{_money()}\s*$",
    "cap": rf"^\s*(?=0*[1-9])\d{{1,4}}\s+per\s+(?:day|week|month|{_SPAN})\s*$",
    "budget": rf"^\s*{_money()}(?:\s+per\s+(?:day|week|month))?\s*$",
    "quiet": rf"^(?!(\d\d:\d\d)\s*-\s*\1$)(?!00:00\s*-\s*24:00$){_CLOCK}\s*-\s*(?:{_CLOCK}|24:00)$",
    "number": r"^[-+]?\d{1,9}$",
    "count": rf"^{_SOMETHING}\d{{1,9}}$",
    "lift": rf"^{_SOMETHING}(?:\d{{1,3}}(?:\.\d{{1,2}})?|1000(?:\.0{{1,2}})?)\s*%$",
}
# Of what an editor has typed as a number.
_BOUNDS: dict[str, Schema] = {
    "name": {"minimum": 0},
    "number": {"minimum": -999_999_999, "maximum": 999_999_999},
    "count": {"minimum": 1, "maximum": 999_999_999},
}
_CALLED = {"weight": "share"}
_SCALARS = (
    (scalars.Name, "name"),
    (scalars.Text, "text"),
    (scalars.Number, "number"),
    (scalars.Duration, "duration"),
    (scalars.Span, "span"),
    (scalars.Share, "share"),
    (scalars.MoneyText, "money"),
    (scalars.CapText, "cap"),
    (scalars.BudgetText, "budget"),
    (scalars.QuietText, "quiet"),
    (Count, "count"),
    (Lift, "lift"),
)
# What the models check beyond single values.
_RULES: dict[type[BaseModel], Schema] = {
    schema.AmountRange: {"minProperties": 1},
    schema.Condition: {"minProperties": 1},
    schema.Step: {
        "oneOf": [{"required": [channel.value]} for channel in Channel],
        "dependencies": {
            "to": ["task"],
            "without_offer": ["offer"],
            "offer": {"not": {"required": ["task"]}},
            "variants": {"not": {"required": ["task"]}},
        },
    },
    schema.Offer: {
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": kind}}},
                "then": {
                    "required": sorted(needs),
                    "not": {"anyOf": [{"required": [key]} for key in sorted(never)]},
                },
            }
            for kind, (needs, never) in _OFFERS.items()
        ]
    },
}
