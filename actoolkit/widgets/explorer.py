"""Controls, a metric and a chart, bound together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Any, Protocol

import altair as alt
import ipywidgets
from IPython.display import display

from actoolkit.errors import ActoolkitError, InvalidArgument
from actoolkit.widgets.controls import Control
from actoolkit.widgets.live_chart import SPEC_KIND, LiveChart

Params = Mapping[str, Any]
"""The controls' values by name."""


class Subject(Protocol):
    """What an explorer is about: how values become a frame, a chart, a sentence, and code."""

    title: str

    def compute(self, params: Params) -> Any:
        """Give the metric's frame."""

    def draw(self, frame: Any, params: Params) -> alt.TopLevelMixin:
        """Give the frame's chart."""

    def code(self, params: Params) -> str:
        """Give the plain calls that make the same chart."""

    def summary(self, frame: Any, params: Params) -> str:
        """Say in a line what is looked at."""

    def idle(self, params: Params) -> frozenset[str]:
        """Name the controls that have no effect at these values."""


@dataclass(frozen=True, slots=True)
class _Drawing:
    params: Params
    frame: Any
    chart: alt.TopLevelMixin


class Explorer:
    """Controls that recompute a metric and redraw its chart.

    A change of a control redraws. When that fails, the error and its remedy are shown above the
    last good chart, which stays. `params` is what the controls say; `frame`, `chart` and `code`
    belong to the chart that is shown.

    Args:
        subject: What is explored.
        controls: In the order shown.

    Attributes:
        controls: The controls by name; ``explorer.controls["lists"].value = ("3",)`` redraws.
        widget: What a notebook shows.
    """

    def __init__(self, subject: Subject, controls: Sequence[Control[Any]]) -> None:
        self._subject = subject
        self.controls: Mapping[str, Control[Any]] = MappingProxyType(
            {control.name: control for control in controls}
        )
        self._drawing: _Drawing | None = None
        self._error: ActoolkitError | None = None
        self._held = False
        self._live = LiveChart()
        self._status = ipywidgets.HTML()
        self._status.add_class("actoolkit-status")
        self._alert = ipywidgets.HTML()
        self._code = ipywidgets.HTML()
        self.widget = self._arranged(controls)
        for control in controls:
            control.on_change(self.redraw)
        self.redraw()

    @property
    def params(self) -> Params:
        """What the controls say."""
        return MappingProxyType({name: control.value for name, control in self.controls.items()})

    @property
    def frame(self) -> Any:
        """The metric's result behind the chart that is shown; None before the first."""
        return self._drawing and self._drawing.frame

    @property
    def chart(self) -> Any:
        """The Altair chart that is shown; None before the first."""
        return self._drawing and self._drawing.chart

    @property
    def error(self) -> ActoolkitError | None:
        """Why the last change was not drawn; None when it was."""
        return self._error

    def code(self) -> str:
        """Give the plain calls that make the chart that is shown, to paste into an analysis."""
        return "" if self._drawing is None else self._subject.code(self._drawing.params)

    def set(self, **values: Any) -> None:
        """Set several controls and redraw once.

        Args:
            **values: Value by the control's name.

        Raises:
            InvalidArgument: There is no such control, or it cannot have the value.
        """
        unknown = sorted(values.keys() - self.controls.keys())
        if unknown:
            raise InvalidArgument(
                f"This explorer has no control {', '.join(unknown)}.",
                hint=f"It has {', '.join(self.controls)}.",
            )
        self._held = True
        try:
            for name, value in values.items():
                self.controls[name].value = value
        finally:
            self._held = False
            self.redraw()

    def redraw(self) -> None:
        """Compute and draw what the controls say."""
        if self._held:
            return
        params = self.params
        with self._busy():
            try:
                frame = self._subject.compute(params)
                chart = self._subject.draw(frame, params)
                self._live.draw(chart, checked=False)
            except ActoolkitError as error:
                self._fail(error)
                return
            self._drawing = _Drawing(params, frame, chart)
            self._succeed(self._drawing)

    def show(self) -> None:
        """Display the explorer, where it is not the last expression of a cell."""
        display(self.widget)  # type: ignore[no-untyped-call]

    def _repr_mimebundle_(self, **_options: Any) -> Any:
        """Show the widget where there is a kernel, and keep its chart for where there is none."""
        shown: Any = self.widget._repr_mimebundle_()
        data, metadata = shown if isinstance(shown, tuple) else (shown, {})
        if self._live.spec is not None:
            data = {**data, SPEC_KIND: self._live.spec}
        return data, {**metadata, "actoolkit": {"controls": True}}

    def __repr__(self) -> str:
        return f"<{self._subject.title}: {', '.join(self.controls)}>"

    def _arranged(self, controls: Sequence[Control[Any]]) -> ipywidgets.VBox:
        row = ipywidgets.Box([control.widget for control in controls])
        row.add_class("actoolkit-controls")
        shown = ipywidgets.ToggleButton(description="Code for this chart")
        self._code.layout.display = "none"

        def unfold(change: Mapping[str, Any]) -> None:
            self._code.layout.display = None if change["new"] else "none"
            shown.description = "Hide the code" if change["new"] else "Code for this chart"

        shown.observe(unfold, "value")
        code = ipywidgets.VBox([shown, self._code])
        code.add_class("actoolkit-code")
        box = ipywidgets.VBox([row, self._status, self._alert, self._live, code])
        box.add_class("actoolkit-explorer")
        return box

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """Show that work is going on; what it was is put back if it ends by surprise."""
        before = self._status.value
        self._status.value = _line("Working…")
        self._live.add_class("actoolkit-busy")
        try:
            yield
        finally:
            self._live.remove_class("actoolkit-busy")
            if self._status.value == _line("Working…"):
                self._status.value = before

    def _succeed(self, drawing: _Drawing) -> None:
        self._error = None
        self._alert.value = ""
        self._status.value = _line(self._subject.summary(drawing.frame, drawing.params))
        self._code.value = f"<pre>{escape(self.code())}</pre>"
        idle = self._subject.idle(drawing.params)
        for name, control in self.controls.items():
            control.enable(name not in idle)

    def _fail(self, error: ActoolkitError) -> None:
        self._error = error
        kept = "" if self._drawing is None else "<p>The chart below is the last good one.</p>"
        self._alert.value = (
            f'<div class="actoolkit-error" role="alert"><p><b>{escape(error.message)}</b></p>'
            f"<p>{escape(error.hint)}</p>{kept}</div>"
        )


def _line(text: str) -> str:
    return f'<span role="status">{escape(text)}</span>'
