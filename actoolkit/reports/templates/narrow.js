"use strict";
// Let a chart be as wide as its container. Vega is told so, not Vega-Lite, which warns of every chart
// with rows of a fixed height that their height cannot follow too.
const followWidth = (spec) => {
  if (spec.width !== "container") return {};
  spec.width = 640;
  delete spec.autosize;
  const update = "isFinite(containerSize()[0]) ? containerSize()[0] : 640";
  const patch = ({ width: _, ...vega }) => ({
    ...vega,
    autosize: { type: "fit-x", contains: "padding", resize: true },
    signals: [{ name: "width", init: update, on: [{ update, events: "window:resize" }] }, ...(vega.signals ?? [])],
  });
  return { patch };
};

// What a chart of this package needs where the page is narrow.
const narrowPage = (() => {
  const units = (spec) => [spec, ...(spec.layer ?? []).flatMap(units)];
  const rowsOf = (datasets) => Object.values(datasets ?? {}).flat();

  const look = (config) => {
    config.axis.labelFontSize = 11;
    config.axisY.labelLimit = 120;
    config.view.discreteHeight = { ...config.view.discreteHeight, step: 44 };
    Object.assign(config.style["name-above"], { fillOpacity: 1, limit: 290 });
    return config;
  };

  // Long names stand above their marks, where a narrow page has room for them: last, on a halo, so
  // that no line of the plot runs through them.
  const raiseNames = (spec, surface) => {
    for (const { encoding } of spec.layer ?? []) {
      if (encoding?.y?.axis?.style === "name") encoding.y.axis.labels = false;
    }
    const names = (spec.layer ?? []).filter(({ mark }) => mark?.style === "name-above");
    if (!names.length) return;
    if (spec.height?.step) spec.height.step = 46;
    const halos = names.map((layer) => ({
      ...structuredClone(layer),
      mark: { ...layer.mark, stroke: surface, strokeWidth: 4, strokeJoin: "round" },
    }));
    spec.layer = [...spec.layer.filter((layer) => !names.includes(layer)), ...halos, ...names];
  };

  // The words behind a bar need more of a narrow page than of a wide one.
  const shortenBars = (spec, datasets) => {
    const words = Math.max(0, ...rowsOf(datasets).map((row) => row?.note_text?.length ?? 0));
    const room = words > 16 ? 2.1 : words > 12 ? 1.7 : 1.15;
    for (const { encoding } of spec.layer ?? []) {
      const x = encoding?.x;
      if (["value", "reach"].includes(x?.field) && x.scale?.domain) x.scale.domain = [0, x.scale.domain[1] * room];
    }
  };

  // The date of the data stands below the title of the axis, not beside it.
  const lowerDate = (spec) => {
    const titled = units(spec).some(({ encoding }) => encoding?.x?.title);
    for (const { mark, encoding } of units(spec)) {
      if (titled && encoding?.text?.field === "as_of") mark.dy += 16;
    }
  };

  const pen = document.createElement("canvas").getContext("2d");
  const broken = (lines, font, room) => {
    pen.font = font;
    const made = [""];
    for (const word of [lines ?? []].flat().join(" ").split(" ")) {
      const longer = `${made[made.length - 1]} ${word}`.trim();
      if (pen.measureText(longer).width > room) made.push(word);
      else made[made.length - 1] = longer;
    }
    return made.filter(Boolean);
  };

  const breakTitle = (spec, config, room) => {
    const { font, title } = config;
    if (!spec.title?.text) return;
    spec.title.text = broken(spec.title.text, `${title.fontWeight ?? 600} ${title.fontSize}px ${font}`, room);
    spec.title.subtitle = broken(spec.title.subtitle, `${title.subtitleFontSize}px ${font}`, room);
  };

  // Cells with numbers in them cannot shrink without end: their chart is scrolled.
  const crowded = (spec) => units(spec).some(({ mark, encoding }) =>
    String(mark?.style ?? "").startsWith("on-") && (encoding?.x?.scale?.domain?.length ?? 0) > 8);

  const fit = (spec, config, room) => {
    if (crowded(spec)) {
      breakTitle(spec, config, room - 16);
      return;
    }
    for (const panel of spec.vconcat ?? [spec]) {
      raiseNames(panel, config.background);
      shortenBars(panel, spec.datasets);
      lowerDate(panel);
      breakTitle(panel, config, room - 16);
      panel.width = spec.vconcat ? room - 76 : "container";
    }
  };

  return { look, raiseNames, shortenBars, fit };
})();
