"""``actoolkit sandbox serve``: the synthetic account, for whatever speaks HTTP."""

from __future__ import annotations

import math
import sys
from enum import StrEnum
from typing import Annotated

import typer

sandbox_app = typer.Typer(
    help="A synthetic account over real HTTP, for trying things out.", no_args_is_help=True
)


class Size(StrEnum):
    """Sizes of the synthetic account."""

    tiny = "tiny"
    small = "small"
    medium = "medium"
    large = "large"


SandboxSize = Annotated[
    Size, typer.Option("--size", metavar="SIZE", help=f"{', '.join(Size)}: how much is in it.")
]
Seed = Annotated[
    int,
    typer.Option(min=0, max=2**32 - 1, metavar="NUMBER", help="Seed of the synthetic account."),
]


def _a_number(value: float) -> float:
    if not math.isfinite(value):
        raise typer.BadParameter(f"{value} is not a number to reckon with.")
    return value


@sandbox_app.command("serve")
def sandbox_serve(
    *,
    size: SandboxSize = Size.small,
    seed: Seed = 7,
    port: Annotated[
        int,
        typer.Option(
            min=0, max=65535, metavar="PORT", help="Port on 127.0.0.1; 0 takes a free one."
        ),
    ] = 8765,
    rate_limit: Annotated[
        float,
        typer.Option(
            min=0,
            metavar="NUMBER",
            callback=_a_number,
            help="Requests per second before it answers 429; 0 = no limit.",
        ),
    ] = 5.0,
    latency: Annotated[
        float,
        typer.Option(
            min=0,
            max=600,
            metavar="SECONDS",
            callback=_a_number,
            help="How long each answer takes.",
        ),
    ] = 0.0,
    faults: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            metavar="SHARE",
            callback=_a_number,
            help="Share of answers that go wrong: 429, 503, ...",
        ),
    ] = 0.0,
) -> None:
    """Serve the synthetic account on this machine until interrupted.

    It prints ACTIVECAMPAIGN_URL and ACTIVECAMPAIGN_API_TOKEN for the shell that shall use it.
    """
    from actoolkit.sandbox import Faults, serve

    def ready(url: str, token: str) -> None:
        typer.echo(f"export ACTIVECAMPAIGN_URL={url}\nexport ACTIVECAMPAIGN_API_TOKEN={token}")
        sys.stdout.flush()
        typer.echo(
            "Serving until Ctrl-C. Paste the two lines into another shell, then: actoolkit report",
            err=True,
        )

    serve(
        size.value,
        seed,
        port=port,
        rate_limit=rate_limit or None,
        latency=latency,
        faults=Faults(faults) if faults else None,
        ready=ready,
    )
