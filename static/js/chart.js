/* <data-chart kind="bar">: draws the table inside it, and keeps the table one press away.
   The first column names the bars; a row's or column's figure is read from data-value. */

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
    this.draw();
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
