"use strict";
(() => {
  const themes = JSON.parse(document.getElementById("themes").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const charts = [...document.querySelectorAll("[data-spec]")].map((script) => ({
    target: script.parentElement.querySelector("[data-chart]"),
    spec: JSON.parse(script.textContent),
    view: null,
  }));

  const draw = async (chart, place, printing) => {
    try {
      chart.view?.finalize();
      const result = await vegaEmbed(chart.target, structuredClone(chart.spec), {
        ast: true,
        mode: "vega-lite",
        renderer: "svg",
        config: dark.matches && !printing ? themes.dark : themes.light,
        defaultStyle: false,
        tooltip: { disableDefaultStyle: true },
        actions: { export: true, source: false, compiled: false, editor: false },
        downloadFileName: `chart-${place + 1}`,
        logLevel: 1,
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
    dark.addEventListener("change", () => drawAll());
    window.addEventListener("beforeprint", () => { if (dark.matches) drawAll(true); });
    window.addEventListener("afterprint", () => { if (dark.matches) drawAll(); });
  };
  start();
})();
