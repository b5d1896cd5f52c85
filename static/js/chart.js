/* <data-chart kind="bar">: draws the table inside it, and keeps the table one press away.
   The first column names the bars; a row's or column's figure is read from data-value.
   kind="line": a line for each further column, all of them shares from 0 to 1, over the figures of
   the first column where it has them. */

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

class DataChart extends HTMLElement {
  connectedCallback() {
    if (!window.echarts || this.canvas) return;
    this.table = this.querySelector("table");
    this.canvas = document.createElement("div");
    this.canvas.className = "chart-canvas";
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", this.table.caption?.textContent ?? "");
    this.table.before(this.canvas);
    this.table.hidden = true;
    this.toggle = this.querySelector("button");
    this.toggle.hidden = false;
    this.toggle.addEventListener("click", () => this.swap());
    this.chart = window.echarts.init(this.canvas, null, { renderer: "svg" });
    if (this.getAttribute("kind") === "line") this.drawLines();
    else this.draw();
    this.observer = new ResizeObserver(() => this.chart.resize());
    this.observer.observe(this.canvas);
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    this.chart?.dispose();
  }

  swap() {
    this.table.hidden = !this.table.hidden;
    this.canvas.hidden = !this.table.hidden;
    this.toggle.setAttribute("aria-pressed", String(!this.table.hidden));
  }

  drawLines() {
    const rows = [...this.table.tBodies[0].rows];
    const [first, ...headings] = [...this.table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    // Two lines have the two colours of now and before; more are one hue, the later the darker.
    const shade = (place) => `hsl(157, 50%, ${Math.round(72 - (50 * place) / (headings.length - 1))}%)`;
    const colours = headings.length > 2 ? headings.map((_name, place) => shade(place)) : [css("--chart-now"), css("--chart-before")];
    const percent = (share) => (share == null ? "—" : `${Number((share * 100).toFixed(share < 0.1 ? 1 : 0))}%`);
    const measured = rows.every((row) => row.cells[0].dataset.value);
    const at = rows.map((row) => (measured ? Number(row.cells[0].dataset.value) : row.cells[0].textContent.trim()));
    const shares = headings.map((_name, column) => rows.map((row) => row.cells[column + 1].dataset.value).map((value) => (value === undefined ? null : Number(value))));
    const most = Math.max(...shares.flat());
    const whole = most >= 1;
    const ofShares = measured && Math.max(...at) <= 1;
    this.chart.setOption({
      animation: false,
      color: colours,
      grid: { left: 8, right: 16, top: 32, bottom: 24, containLabel: true },
      textStyle: { fontFamily: css("--font"), color: css("--ink-soft") },
      legend: { type: headings.length > 2 ? "scroll" : "plain", top: 0, left: 0, icon: headings.length > 2 ? "circle" : "roundRect", itemHeight: headings.length > 2 ? 14 : 4 },
      tooltip: { trigger: "axis", renderMode: "richText", valueFormatter: percent },
      xAxis: { type: measured ? "value" : "category", name: first, nameLocation: "middle", nameGap: 24, boundaryGap: false, data: measured ? undefined : at, min: measured ? "dataMin" : undefined, max: measured ? "dataMax" : undefined, minInterval: measured && !ofShares ? 1 : undefined, splitLine: { show: false }, axisTick: { show: false }, axisLabel: { hideOverlap: true, formatter: ofShares ? percent : undefined }, axisLine: { lineStyle: { color: css("--line-strong") } } },
      yAxis: { type: "value", min: 0, max: whole ? 1 : most > 0 ? undefined : 0.1, splitNumber: 4, axisLabel: { formatter: percent }, splitLine: { lineStyle: { color: css("--line") } } },
      series: headings.map((name, column) => ({
        name,
        type: "line",
        symbol: "none",
        lineStyle: { width: 2, type: column && headings.length < 3 ? "dashed" : "solid" },
        data: shares[column].map((share, row) => (measured ? [at[row], share] : share)),
      })),
    });
  }

  draw() {
    const rows = [...this.table.tBodies[0].rows];
    const names = rows.map((row) => row.cells[0].textContent.trim());
    const bars = rows.map((row) => ({
      value: Number(row.cells[1].dataset.value),
      label: { formatter: row.cells[1].textContent.trim() },
      itemStyle: { color: css(row.dataset.colour ? `--${row.dataset.colour}` : "--chart-now") },
    }));
    const many = bars.length > 8;
    this.chart.setOption({
      animation: false,
      grid: { left: 8, right: 8, top: 28, bottom: 4, containLabel: true },
      textStyle: { fontFamily: css("--font"), color: css("--ink-soft") },
      tooltip: many ? { trigger: "axis", renderMode: "richText" } : undefined,
      xAxis: { type: "category", data: names, axisTick: { show: false }, axisLine: { lineStyle: { color: css("--line-strong") } }, axisLabel: { hideOverlap: true } },
      yAxis: { type: "value", min: 0, splitNumber: 3, axisLabel: { show: many }, splitLine: { show: many, lineStyle: { color: css("--line") } } },
      series: [{ type: "bar", data: bars, barMaxWidth: 40, label: { show: !many, position: "top", color: css("--ink") } }],
    });
  }
}

customElements.define("data-chart", DataChart);
