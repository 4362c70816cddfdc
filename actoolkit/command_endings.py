"""How a command ends that was misused, interrupted or refused: one line, and an exit code."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from typing import NoReturn, cast

import typer
from rich.console import Console

_err = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

INTERRUPTED = 130
"""Exit code of a command that was stopped by Ctrl-C."""

WrongUsage = cast("type[typer.BadParameter]", typer.BadParameter.__base__)
"""What Typer raises when words and options are not those of a command."""


def was_interrupt(error: BaseException) -> bool:
    """Say whether an error is an interrupt: one that meets polars comes back as a panic.

    Args:
        error: Any.
    """
    return type(error).__name__ == "PanicException" and "KeyboardInterrupt" in str(error)


def misused(error: typer.BadParameter, app: typer.Typer) -> NoReturn:
    """End a command whose words or options are none.

    Args:
        error: Of Typer.
        app: Whose command it is.
    """
    message = error.format_message()
    if "Usage:" in message:  # no words at all: the message is the help
        typer.echo(message, err=True)
        sys.exit(2)
    command = error.ctx.command_path if error.ctx else _command_meant(app)
    if place := _place_of(error):
        fail(f"{place} See: {command} --help", 2)
    said = message.replace("Value error, ", "").rstrip(".")
    fail(f"{said}{'' if said.endswith('?') else '.'} See: {command} --help", 2)


def _command_meant(app: typer.Typer) -> str:
    """The command that was written, where Typer does not say whose option lacks its value."""
    command, path = typer.main.get_command(app), ["actoolkit"]
    for word in sys.argv[1:]:
        if word in getattr(command, "commands", {}):
            command = command.commands[word]  # type: ignore[attr-defined]
            path.append(word)
    return " ".join(path)


def _place_of(error: typer.BadParameter) -> str:
    """Where an option belongs that is on the wrong side of the command; "" for other misuse."""
    option, context = getattr(error, "option_name", None), error.ctx
    if context is not None and option and (root := context.find_root()) is not context:
        for one in root.command.params:
            if option in one.opts:
                value = f" {one.metavar}" if getattr(one, "metavar", None) else ""
                rest = context.command_path.removeprefix(root.command_path)
                written = f"{root.command_path} {option}{value}{rest}"
                return f"{option} belongs before the command: {written}."
    commands = getattr(context.command, "commands", {}) if context else {}
    taking = [
        name
        for name, one in commands.items()
        if any(option in parameter.opts for parameter in one.params)
    ]
    if not taking or context is None:
        return ""
    chosen = next((word for word in sys.argv[1:] if word in taking), taking[0])
    return f"{option} belongs after the command: {context.command_path} {chosen} {option}."


def told(error: OSError) -> str:
    """Give an error of the system that nobody foresaw, as a sentence.

    Args:
        error: Of a file, mostly.
    """
    place = error.filename or "What is read or written"
    return f"{place} cannot be used: {error.strerror or error}."


def fail(message: str, code: int) -> NoReturn:
    """End a command with one line.

    Args:
        message: What happened, and what to do.
        code: Of the exit.
    """
    short = re.sub(r"(\S{60})\S{100,}", r"\1...", " ".join(message.split()))
    say(f"actoolkit: {short}")
    sys.exit(code)


def say(line: str) -> None:
    """Print a line beside what a command prints.

    Args:
        line: For whoever looks.
    """
    with suppress(OSError):  # nobody listens: the code says it
        _err.print(line)
