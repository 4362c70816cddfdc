"""An OpenAPI 3.1 description of the API as this toolkit knows it, made from its own catalogue.

``python -m actoolkit.openapi`` prints it: for mock servers, for other languages' clients, and for
holding the sandbox to the shapes that the tables expect.
"""

from __future__ import annotations

import json
import re
from typing import Any

from actoolkit import __version__
from actoolkit.api.endpoints import ENDPOINTS, Endpoint, Filter
from actoolkit.api.write_operations import WRITES, WriteOperation
from actoolkit.tables import TABLES
from actoolkit.tables.always import ALWAYS
from actoolkit.tables.schema import Kind, Table

Schema = dict[str, Any]

_NUMBER = ["string", "integer", "number", "null"]
_TEXT = ["string", "integer", "number", "boolean", "null"]
_WIRE: dict[Kind, Schema] = {
    "id": {"type": ["string", "null"]},
    "none_id": {"type": ["string", "null"]},
    "text": {"type": _TEXT},
    "count": {"type": _NUMBER},
    "cents": {"type": _NUMBER},
    "number": {"type": _NUMBER},
    "flag": {"type": ["string", "integer", "boolean", "null"]},
    "code": {"type": ["string", "integer", "null"]},
    "datetime": {"type": ["string", "null"]},
    "wall": {"type": ["string", "null"]},
    "date": {"type": ["string", "null"]},
    "currency": {"type": ["string", "null"]},
    "texts": {"type": ["array", "null"]},
    "json": {},
}
_TOTAL: dict[str, Schema] = {
    "string": {"type": "string", "pattern": "^[0-9]+$"},
    "int": {"type": "integer", "minimum": 0},
}
_ID: Schema = {"type": "string", "pattern": "^[0-9]{1,18}$"}
_ACCEPTED: dict[str, Schema] = {
    "id": _ID,
    "ids": {"type": "array", "items": _ID},
    "flag": {"enum": ["0", "1"]},
    "moment": {"type": "string", "format": "date"},
    "wall": {"type": "string", "format": "date"},
}
_SAID: Schema = {
    "description": "What was refused, in words.",
    "content": {"application/json": {"schema": {"type": "object"}}},
}
_EMPTY: Schema = {"description": "Done; the answer has no body."}


def openapi() -> Schema:
    """Describe every operation of the catalogue.

    Returns:
        An OpenAPI 3.1 document as plain dictionaries: paths below ``/api/3`` with their parameters,
        the envelope of each answer, with its total where one is given, and a schema per table in
        which each known field has the types that were seen for it. A field that every source has
        is required; unknown fields are allowed, and other ones may be missing.

    Example:
        >>> sorted(openapi()["paths"]["/contacts"]["get"]["responses"])
        ['200', '400', '403', '404', '405', '422', '429']
    """
    paths: dict[str, Schema] = {}
    for endpoint in ENDPOINTS.values():
        if endpoint.rides_on is None:
            paths.setdefault(endpoint.path, {})["get"] = _read(endpoint)
    for write in WRITES.values():
        paths.setdefault(write.path, {})[write.method.lower()] = _write(write)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ActiveCampaign API v3, as actoolkit reads and writes it",
            "version": __version__,
        },
        "servers": [
            {
                "url": "https://{account}.api-us1.com/api/3",
                "variables": {"account": {"default": "you"}},
            }
        ],
        "security": [{"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"token": {"type": "apiKey", "in": "header", "name": "Api-Token"}},
            "schemas": {name: _row(table) for name, table in TABLES.items()},
        },
    }


def _row(table: Table) -> Schema:
    if table.scalar:
        return {"description": table.grain, "type": ["string", "object"]}
    columns = {column.source: column for column in (*table.columns, *table.on_request)}
    fields: Schema = {
        source: {**_WIRE[column.kind], "description": column.meaning}
        for source, column in columns.items()
    }
    for source, column in columns.items():
        if column.name == table.key:
            fields[source]["type"] = "string"
    return {
        "description": table.grain,
        "type": "object",
        "required": [source for source in columns if source in ALWAYS[table.name]],
        "properties": fields,
    }


def _places(path: str) -> list[Schema]:
    return [
        {"name": name, "in": "path", "required": True, "schema": _ID}
        for name in re.findall(r"{(\w+)}", path)
    ]


def _parameter(keyword: str, chosen: Filter) -> Schema:
    codes = sorted(set(chosen.codes.values()))
    schema = {"enum": codes} if codes else _ACCEPTED.get(chosen.accepts, {"type": "string"})
    return {"name": chosen.param, "in": "query", "description": keyword, "schema": schema}


def _read(endpoint: Endpoint) -> Schema:
    parameters = _places(endpoint.path)
    if endpoint.paging != "single":
        parameters += [
            {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}},
            {"name": "offset", "in": "query", "schema": {"type": "integer", "minimum": 0}},
        ]
    parameters += [_parameter(name, chosen) for name, chosen in endpoint.filters.items()]
    parameters += [
        {"name": f"orders[{name}]", "in": "query", "schema": {"enum": ["ASC", "DESC"]}}
        for name in endpoint.orders
    ]
    return {
        "operationId": endpoint.name,
        "externalDocs": {"url": endpoint.doc_url},
        "x-documented": endpoint.documented,
        "parameters": parameters,
        "responses": _responses("200", _envelope(endpoint)),
    }


def _envelope(endpoint: Endpoint) -> Schema:
    if endpoint.envelope is None:
        return {"type": "object"}
    row: Schema = {"type": "object"}
    if endpoint.table in TABLES:
        row = {"$ref": f"#/components/schemas/{endpoint.table}"}
    rows = row if endpoint.paging == "single" else {"type": "array", "items": row}
    properties: Schema = {endpoint.envelope: rows}
    if endpoint.total in _TOTAL:
        total = {"total": _TOTAL[endpoint.total]}
        properties["meta"] = {"type": "object", "required": ["total"], "properties": total}
    return {"type": "object", "required": list(properties), "properties": properties}


def _write(write: WriteOperation) -> Schema:
    operation: Schema = {
        "operationId": write.name,
        "externalDocs": {"url": write.doc_url},
        "parameters": _places(write.path),
        "responses": _responses("2XX", {"type": "object"}),
    }
    if write.envelope is None:
        operation["responses"]["2XX"] = _EMPTY
    else:
        body = {
            "type": "object",
            "required": [write.envelope],
            "properties": {write.envelope: {"type": "object"}},
        }
        content = {"application/json": {"schema": body}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _responses(done: str, schema: Schema) -> Schema:
    answer = {"description": "Done.", "content": {"application/json": {"schema": schema}}}
    limited = {**_SAID, "headers": {"Retry-After": {"schema": {"type": "string"}}}}
    refused = dict.fromkeys(("400", "403", "404", "405", "422"), _SAID)
    return {done: answer, **refused, "429": limited}


if __name__ == "__main__":
    print(json.dumps(openapi(), indent=2))  # noqa: T201 - printing is its job
