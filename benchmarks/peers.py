"""One load by another tool, for the table beside ours; run by ``benchmarks/fetch.py``.

``python benchmarks/peers.py TOOL URL TABLE`` in an environment that has the tool: "dlt" (the
``rest_api`` source into Parquet files), "airbyte" (a declarative source of the CDK) or "tap"
(tap-activecampaign; its check of the address is left out, since the sandbox is on this machine).
Prints rows and seconds, imports not counted. With ``PEER_UNLIMITED=1`` the tap's own limit of five
requests a second is left out.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
import tempfile
import time
from contextlib import redirect_stdout

ROUTES = {"contacts": ("contacts", "contacts"), "ecom_orders": ("ecomOrders", "ecomOrders")}
TOKEN = "test-sandbox"


def dlt(url: str, table: str) -> tuple[int, float]:
    """Load with dlt into Parquet files."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    route, envelope = ROUTES[table]
    pages = {
        "type": "offset",
        "limit": 100,
        "offset": 0,
        "total_path": "meta.total",
    }
    key = {"type": "api_key", "name": "Api-Token", "api_key": TOKEN, "location": "header"}
    endpoint = {"path": route, "data_selector": envelope, "paginator": pages}
    config = {
        "client": {"base_url": f"{url}/api/3/", "auth": key},
        "resources": [{"name": table, "max_table_nesting": 0, "endpoint": endpoint}],
    }
    with tempfile.TemporaryDirectory() as folder:
        target = dlt.destinations.filesystem(bucket_url=f"file://{folder}/out")
        pipeline = dlt.pipeline(
            "peer", destination=target, dataset_name="peer", pipelines_dir=f"{folder}/work"
        )
        began = time.perf_counter()
        pipeline.run(rest_api_source(config), loader_file_format="parquet")
        seconds = time.perf_counter() - began
        return pipeline.last_trace.last_normalize_info.row_counts[table], seconds


def airbyte(url: str, table: str) -> tuple[int, float]:
    """Load with a declarative source of the Airbyte CDK; its messages are counted."""
    from airbyte_cdk.models import (
        ConfiguredAirbyteCatalog,
        ConfiguredAirbyteStream,
        DestinationSyncMode,
        SyncMode,
        Type,
    )
    from airbyte_cdk.sources.declarative.concurrent_declarative_source import (
        ConcurrentDeclarativeSource,
    )

    route, envelope = ROUTES[table]
    key = {
        "type": "ApiKeyAuthenticator",
        "api_token": TOKEN,
        "inject_into": {
            "type": "RequestOption",
            "inject_into": "header",
            "field_name": "Api-Token",
        },
    }
    pages = {
        "type": "DefaultPaginator",
        "page_size_option": option("limit"),
        "page_token_option": option("offset"),
        "pagination_strategy": {"type": "OffsetIncrement", "page_size": 100},
    }
    stream = {
        "type": "DeclarativeStream",
        "name": table,
        "primary_key": "id",
        "schema_loader": {"type": "InlineSchemaLoader", "schema": {"type": "object"}},
        "retriever": {
            "type": "SimpleRetriever",
            "requester": {
                "type": "HttpRequester",
                "url_base": f"{url}/api/3/",
                "path": route,
                "http_method": "GET",
                "authenticator": key,
            },
            "record_selector": {
                "type": "RecordSelector",
                "extractor": {"type": "DpathExtractor", "field_path": [envelope]},
            },
            "paginator": pages,
        },
    }
    manifest = {
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": [table]},
        "streams": [stream],
    }
    logger = logging.getLogger("peer")
    source = ConcurrentDeclarativeSource(catalog=None, config={}, state=[], source_config=manifest)
    began = time.perf_counter()
    chosen = next(iter(source.discover(logger, {}).streams))
    wanted = ConfiguredAirbyteStream(
        stream=chosen,
        sync_mode=SyncMode.full_refresh,
        destination_sync_mode=DestinationSyncMode.overwrite,
    )
    messages = source.read(logger, {}, ConfiguredAirbyteCatalog(streams=[wanted]), [])
    rows = sum(1 for message in messages if message.type == Type.RECORD)
    return rows, time.perf_counter() - began


def option(name: str) -> dict[str, str]:
    """A query parameter of the Airbyte CDK."""
    return {"type": "RequestOption", "inject_into": "request_parameter", "field_name": name}


def tap(url: str, table: str) -> tuple[int, float]:
    """Load with tap-activecampaign; its lines are counted."""
    from singer import utils

    if os.environ.get("PEER_UNLIMITED"):
        utils.ratelimit = lambda *_: lambda function: function
    from tap_activecampaign import client
    from tap_activecampaign.discover import discover
    from tap_activecampaign.sync import sync

    client.is_api_url_valid = lambda *_: True
    client.ActiveCampaignClient.check_api_token = lambda *_: True
    name = {"ecom_orders": "ecommerce_orders"}.get(table, table)
    catalog = discover()
    for stream in catalog.streams:
        for entry in stream.metadata:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream.stream == name
    lines = io.StringIO()
    config = {"start_date": "2000-01-01T00:00:00Z"}
    began = time.perf_counter()
    with redirect_stdout(lines), client.ActiveCampaignClient(url, TOKEN, "peer") as opened:
        sync(client=opened, config=config, catalog=catalog, state={})
    seconds = time.perf_counter() - began
    rows = sum(json.loads(line)["type"] == "RECORD" for line in lines.getvalue().splitlines())
    return rows, seconds


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    tool, address, wanted = sys.argv[1:]
    rows, seconds = {"dlt": dlt, "airbyte": airbyte, "tap": tap}[tool](address, wanted)
    print(json.dumps({"rows": rows, "seconds": seconds}))
