(() => {
  const themes = JSON.parse(document.getElementById("themes").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 640px)");
  const MISSING = "—";
  const signs = themes.locale?.number ?? { decimal: ".", thousands: ",", grouping: [3], percent: "%", minus: "-" };
  const number = (value, digits) => {
    const [whole, part] = Math.abs(value).toFixed(digits).split(".");
    const groups = [];
    for (let end = whole.length, place = 0; end > 0; place += 1) {
      const size = signs.grouping[Math.min(place, signs.grouping.length - 1)];
      groups.unshift(whole.slice(Math.max(0, end - size), end));
      end -= size;
    }
    return (value < 0 ? signs.minus : "") + groups.join(signs.thousands) + (part ? signs.decimal + part : "");
  };
  const percent = (share) => {
    if (share > 0 && share < 0.0001) return `<${number(0.01, 2)}${signs.percent}`;
    const digits = share === 0 || share === 1 ? 0 : Math.abs(share) < 0.01 ? 2 : 1;
    return number(100 * share, digits) + signs.percent;
  };
  const written = (value, unit) => {
    if (value === null || value === undefined || value === "") return MISSING;
    if (unit === "rate") return percent(value);
    return unit === "count" ? number(value, 0) : String(value);
  };
  const control = (name) => document.querySelector(`[data-control="${name}"]`);
  const chosen = (names) => Object.fromEntries(names.map((name) => [name, control(name).value]));
  const narrows = (name) => control(name).options[0].value === "all" && control(name).value !== "all";
  const matches = (row, state) =>
    Object.entries(state).every(([name, value]) =>
      Array.isArray(row[name]) ? row[name].includes(value) : row[name] === value);

  const look = (printing) => {
    const config = structuredClone(dark.matches && !printing ? themes.dark : themes.light);
    return narrow.matches ? narrowPage.look(config) : config;
  };

  const figures = [...document.querySelectorAll("[data-figure]")].map((script) => {
    const root = script.closest("figure");
    return { root, target: root.querySelector("[data-chart]"), view: null, ...JSON.parse(script.textContent) };
  });

  const tell = (figure) => {
    const state = chosen(figure.controls);
    const [title, subtitle] = figure.states[Object.values(state).join("|")] ?? figure.empty;
    figure.root.querySelector("[data-title]").textContent = title;
    figure.root.querySelector("[data-subtitle]").textContent = subtitle;
    const rows = figure.spec.datasets.rows.filter((row) => matches(row, state));
    figure.root.classList.toggle("blank", rows.length === 0);
    const lines = rows.map((row) => figure.columns.map(({ field, unit }) => written(row[field], unit)));
    // What is drawn in parts, such as a stacked bar, is one line.
    const apart = lines.filter((line, place) => !place || line.some((text, n) => text !== lines[place - 1][n]));
    figure.root.querySelector("[data-twin]").replaceChildren(...apart.map((texts) => {
      const line = document.createElement("tr");
      texts.forEach((text, place) => {
        const cell = line.insertCell();
        if (figure.columns[place].unit !== "text") cell.className = "number";
        cell.appendChild(document.createElement("bdi")).textContent = text;
      });
      return line;
    }));
    return `${title}. ${subtitle}`;
  };

  // A layer into which no row falls is announced as a picture without words, unless it is hidden.
  const hideEmptyLayers = (figure) => {
    for (const layer of figure.target.querySelectorAll('g[aria-roledescription$="mark container"]')) {
      if (layer.childElementCount) layer.removeAttribute("aria-hidden");
      else layer.setAttribute("aria-hidden", "true");
    }
  };

  const draw = async (figure, printing = false) => {
    try {
      const spec = structuredClone(figure.spec);
      const config = look(printing);
      if (narrow.matches) {
        narrowPage.raiseNames(spec, config.background);
        narrowPage.shortenBars(spec, spec.datasets);
      }
      for (const param of spec.params ?? []) {
        if (figure.controls.includes(param.name)) param.value = chosen([param.name])[param.name];
      }
      const told = tell(figure);
      spec.description = told;
      figure.view?.finalize();
      const result = await vegaEmbed(figure.target, spec, {
        ast: true,
        renderer: "svg",
        config,
        defaultStyle: false,
        tooltip: { disableDefaultStyle: true },
        actions: { export: true, source: false, compiled: false, editor: false },
        downloadFileName: figure.root.id,
        logLevel: 1,
        ...followWidth(spec),
        ...(themes.locale && { formatLocale: themes.locale.number, timeFormatLocale: themes.locale.time }),
      });
      figure.view = result.view;
      hideEmptyLayers(figure);
      figure.root.dataset.rendered = "1";
    } catch (error) {
      figure.target.className = "chart-error";
      figure.target.textContent = `This chart could not be drawn: ${error.message}`;
    }
  };

  const update = async (figure, names) => {
    const told = tell(figure);
    if (!figure.view) return;
    const state = chosen(figure.controls);
    for (const name of names) figure.view.signal(name, state[name]);
    figure.view.description(told);
    await figure.view.resize().runAsync();
    hideEmptyLayers(figure);
    figure.root.dataset.state = Object.values(state).join("|");
  };

  const tables = [...document.querySelectorAll("[data-table]")].map((root) => ({
    root,
    body: root.querySelector("tbody"),
    controls: root.dataset.controls.split(" ").filter(Boolean),
  }));

  const filter = (table) => {
    const state = chosen(table.controls);
    let shown = 0;
    for (const row of table.body.rows) {
      row.hidden = !matches(JSON.parse(row.dataset.belongs), state);
      shown += row.hidden ? 0 : 1;
    }
    table.root.querySelector(".none").hidden = shown > 0;
    const told = `${number(shown, 0)} of them ${shown === 1 ? "matches" : "match"} the filters. `;
    table.root.querySelector("[data-shown]").textContent = table.controls.some(narrows) ? told : "";
  };

  const sort = (table, heading) => {
    const descending = heading.getAttribute("aria-sort") !== "descending";
    const numeric = heading.classList.contains("number");
    const value = (row) => row.cells[heading.cellIndex].dataset.value;
    const compare = (a, b) => {
      const [left, right] = [value(a), value(b)];
      if (left === undefined || right === undefined) return (left === undefined) - (right === undefined);
      const order = numeric ? Number(left) - Number(right) : left.localeCompare(right, "en");
      return descending ? -order : order;
    };
    for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    table.body.replaceChildren(...[...table.body.rows].sort(compare));
  };

  for (const table of tables) {
    for (const button of table.root.querySelectorAll("[data-sort]")) {
      button.addEventListener("click", () => sort(table, button.closest("th")));
    }
  }
  const offerReset = (controls) => {
    const moved = [...controls.querySelectorAll("[data-control]")].some((select) => select.selectedIndex > 0);
    controls.querySelector("[data-reset]").hidden = !moved;
  };
  for (const button of document.querySelectorAll("[data-reset]")) {
    button.addEventListener("click", () => {
      const controls = button.closest(".controls");
      const moved = [...controls.querySelectorAll("[data-control]")].filter((select) => select.selectedIndex > 0);
      for (const select of moved) select.selectedIndex = 0;
      for (const select of moved) select.dispatchEvent(new Event("change"));
      moved[0]?.focus();
    });
  }
  for (const select of document.querySelectorAll("[data-control]")) {
    select.addEventListener("change", () => {
      const name = select.dataset.control;
      offerReset(select.closest(".controls"));
      for (const figure of figures) if (figure.controls.includes(name)) update(figure, figure.controls);
      for (const table of tables) if (table.controls.includes(name)) filter(table);
    });
  }

  const drawAll = async (printing = false) => {
    for (const figure of figures) await draw(figure, printing);
    document.documentElement.dataset.ready = "1";
  };
  const start = async () => {
    await Promise.allSettled([document.fonts.load("400 12px Inter"), document.fonts.load("600 12px Inter")]);
    for (const table of tables) filter(table);
    await drawAll();
    for (const media of [dark, narrow]) media.addEventListener("change", () => drawAll());
    window.addEventListener("beforeprint", () => { if (dark.matches) drawAll(true); });
    window.addEventListener("afterprint", () => { if (dark.matches) drawAll(); });
  };
  start();
})();
