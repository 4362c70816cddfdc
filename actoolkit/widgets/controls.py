"""Labelled controls that give values: one of a few, or several of many."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import ipywidgets

from actoolkit.errors import InvalidArgument

Value = TypeVar("Value", bound=Hashable)
Choosable = TypeVar("Choosable", bound=Hashable)

GRAINS = {"Month": "month", "Week": "week", "Day": "day", "Quarter": "quarter", "Year": "year"}
"""Lengths of a period, by what a control calls them."""


class Control(Generic[Value]):
    """Something a person sets, with a label, reachable by keyboard.

    Args:
        name: Key of the value in the explorer's parameters.

    Attributes:
        name: Key of the value in the explorer's parameters.
        widget: What is shown.
    """

    widget: ipywidgets.DOMWidget
    value: Any

    def __init__(self, name: str) -> None:
        self.name = name
        self._listeners: list[Callable[[], None]] = []

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function after each change of the value, made by hand or by code.

        Args:
            listener: Takes nothing.
        """
        self._listeners.append(listener)

    def tell(self) -> None:
        """Tell the listeners that the value changed."""
        for listener in self._listeners:
            listener()

    def enable(self, enabled: bool) -> None:  # noqa: FBT001 - the word is in the method's name
        """Let the control be used, or show that it has no effect at present.

        Args:
            enabled: Whether it can be used.
        """
        for part in (self.widget, *getattr(self.widget, "children", ())):
            if part.has_trait("disabled"):
                part.disabled = not enabled


class Choice(Control[Choosable]):
    """One of a few.

    Args:
        name: Key of the value in the explorer's parameters.
        label: Text beside it.
        options: Value by its text, in the order shown.
        value: What is chosen at first; the first option if not given.
    """

    def __init__(
        self,
        name: str,
        *,
        label: str,
        options: Mapping[str, Choosable],
        value: Choosable | None = None,
    ) -> None:
        super().__init__(name)
        self._values = tuple(options.values())
        start = self._values.index(value) if value in self._values else 0
        self.widget = ipywidgets.Dropdown(description=label, options=tuple(options), index=start)
        self.widget.observe(lambda _change: self.tell(), "index")

    @property
    def value(self) -> Choosable:
        """What is chosen."""
        chosen: int = self.widget.index
        return self._values[chosen]

    @value.setter
    def value(self, value: Choosable) -> None:
        if value not in self._values:
            raise InvalidArgument(
                f"{self.name} cannot be {value!r}.",
                hint=f"Choose one of {', '.join(map(repr, self._values[:12]))}.",
            )
        self.widget.index = self._values.index(value)


class Several(Control[tuple[str, ...]]):
    """Any number of many: type to search, Enter adds; a button for each choice takes it away.

    Args:
        name: Key of the value in the explorer's parameters.
        label: Text beside it.
        options: Id by its name, in the order suggested.
        everything: What no choice means, such as "All lists".
    """

    def __init__(
        self, name: str, *, label: str, options: Mapping[str, str], everything: str
    ) -> None:
        super().__init__(name)
        self._ids = dict(options)
        self._names = {identifier: text for text, identifier in options.items()}
        self._chosen: tuple[str, ...] = ()
        self._search = ipywidgets.Combobox(
            description=label, placeholder=f"{everything}: type to search", ensure_option=True
        )
        self._buttons = ipywidgets.Box()
        self._buttons.add_class("actoolkit-chosen")
        self.widget = ipywidgets.VBox([self._search, self._buttons])
        self._show()
        self._search.observe(self._found, "value")

    @property
    def value(self) -> tuple[str, ...]:
        """Ids that are chosen, in the order they were added; none means no restriction."""
        return self._chosen

    @value.setter
    def value(self, value: Sequence[str]) -> None:
        chosen = tuple(dict.fromkeys(value))
        unknown = [identifier for identifier in chosen if identifier not in self._names]
        if isinstance(value, str) or unknown:
            raise InvalidArgument(
                f"{self.name} has no {', '.join(map(repr, unknown[:5])) or value!r}.",
                hint=f"Give a sequence of ids, such as {list(self._names)[:3]!r}.",
            )
        if chosen != self._chosen:
            self._chosen = chosen
            self._show()
            self.tell()

    def _show(self) -> None:
        self._search.options = tuple(
            text for text, identifier in self._ids.items() if identifier not in self._chosen
        )
        self._buttons.children = tuple(self._button(identifier) for identifier in self._chosen)

    def _button(self, identifier: str) -> ipywidgets.Button:
        name = self._names[identifier]
        button = ipywidgets.Button(
            description=f"{name}  \N{MULTIPLICATION SIGN}", tooltip=f"Remove {name}"
        )
        button.on_click(lambda _: self._remove(identifier))
        return button

    def _remove(self, identifier: str) -> None:
        self.value = tuple(other for other in self._chosen if other != identifier)

    def _found(self, change: dict[str, Any]) -> None:
        identifier = self._ids.get(change["new"])
        if identifier is not None:
            self._search.value = ""
            self.value = (*self._chosen, identifier)
