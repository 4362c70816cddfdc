(() => {
  const themes = JSON.parse(document.getElementById("themes").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const narrow = window.matchMedia("(max-width: 640px)");
  const charts = [...document.querySelectorAll("[data-spec]")].map((script) => ({
    target: script.parentElement.querySelector("[data-chart]"),
    spec: JSON.parse(script.textContent),
    view: null,
  }));

  const draw = async (chart, place, printing) => {
    try {
      chart.view?.finalize();
      const spec = structuredClone(chart.spec);
      const config = structuredClone(dark.matches && !printing ? themes.dark : themes.light);
      // A chart of this package, or in its theme, wears the page's look; others keep their own.
      let width = {};
      if (spec.config?.style?.["name-above"]) {
        delete spec.config;
        if (narrow.matches && !printing) narrowPage.fit(spec, narrowPage.look(config), chart.target.clientWidth);
        width = followWidth(spec);
      }
      const result = await vegaEmbed(chart.target, spec, {
        ast: true,
        mode: "vega-lite",
        renderer: "svg",
        config,
        defaultStyle: false,
        tooltip: { disableDefaultStyle: true },
        actions: { export: true, source: false, compiled: false, editor: false },
        downloadFileName: `chart-${place + 1}`,
        logLevel: 1,
        ...width,
      });
      chart.view = result.view;
    } catch (error) {
      chart.target.className = "chart-error";
      chart.target.textContent = `This chart could not be drawn: ${error.message}`;
    }
  };

  const drawAll = async (printing = false) => {
    for (const [place, chart] of charts.entries()) await draw(chart, place, printing);
    document.documentElement.dataset.ready = "1";
  };
  const start = async () => {
    await Promise.allSettled([document.fonts.load("400 12px Inter"), document.fonts.load("600 12px Inter")]);
    await drawAll();
    for (const media of [dark, narrow]) media.addEventListener("change", () => drawAll());
    window.addEventListener("beforeprint", () => { if (dark.matches) drawAll(true); });
    window.addEventListener("afterprint", () => { if (dark.matches) drawAll(); });
  };
  start();
})();
