/* The risk wall: figures that bring themselves up to date, and charts drawn from their tables.

   The live socket says only that something was decided; the page then fetches the figures over HTTP
   with its own rights, and once more a moment later, since one nudge stands for all decisions of a
   moment. Without a socket it looks every ten seconds. It names no day, so that a wall that hangs
   overnight goes over to the bank's new day. Only parts that say something else are put in, and
   whoever stands on a link with the keyboard stays on it. */

const SOON_MS = 300;
const ONCE_MORE_MS = 3_000;
const EVERY_MS = 10_000;
const TELL_MS = 1_000;
const LONGEST_NAME = 12;
const LEGEND_LINE = 20;
const LEGEND_MARK = 32;
const LEGEND_LETTER = 12;

class RiskWall extends HTMLElement {
  connectedCallback() {
    this.full = this.querySelector("[data-full]");
    if (document.fullscreenEnabled) {
      this.full.hidden = false;
      this.full.addEventListener("click", () => this.fill());
    }
    if (!this.hasAttribute("src")) return;
    this.live = this.querySelector("[data-live]");
    this.written = new Map();
    this.listener = ({ detail }) => "wall" in detail && this.stir();
    document.addEventListener("live-nudge", this.listener);
    this.timer = setInterval(() => document.hidden || this.look(), EVERY_MS);
    this.ticks = setInterval(() => this.tell(), TELL_MS);
    this.seen = () => document.hidden || this.look();
    document.addEventListener("visibilitychange", this.seen);
    this.tell();
    this.look();
  }

  disconnectedCallback() {
    document.removeEventListener("live-nudge", this.listener);
    document.removeEventListener("visibilitychange", this.seen);
    clearInterval(this.timer);
    clearInterval(this.ticks);
    clearTimeout(this.soon);
    clearTimeout(this.later);
  }

  fill() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen();
  }

  stir() {
    clearTimeout(this.later);
    this.soon ??= setTimeout(() => {
      this.soon = null;
      this.look();
    }, SOON_MS);
    this.later = setTimeout(() => this.look(), ONCE_MORE_MS);
  }

  tell() {
    const connected = document.querySelector("live-bell")?.isConnectedLive?.() ?? false;
    const words = this.live.dataset[connected && !this.lost ? "on" : "off"];
    if (this.live.textContent !== words) this.live.textContent = words;
    this.live.classList.toggle("is-on", connected && !this.lost);
  }

  async look() {
    const answer = await fetch(this.getAttribute("src"), { credentials: "same-origin", redirect: "error" }).catch(() => null);
    this.lost = !answer?.ok;
    this.tell();
    if (this.lost) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    for (const part of fresh.querySelectorAll("[data-part]")) this.put(part);
  }

  put(part) {
    const name = part.dataset.part;
    const html = part.outerHTML;
    const old = this.querySelector(`[data-part="${name}"]`);
    if (!old || this.written.get(name) === html) return;
    this.written.set(name, html);
    const shown = old.querySelector("wall-chart")?.showsTable ?? false;
    const at = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    old.replaceWith(part);
    if (shown) part.querySelector("wall-chart")?.swap();
    if (at) [...part.querySelectorAll("a")].find((link) => link.getAttribute("href") === at)?.focus();
  }
}

/* <wall-chart kind="columns|rows">: stacked bars of the table inside it. A bar leads where the link of
   its row leads; the table stays there for the keyboard and for those who hear the page. */
class WallChart extends HTMLElement {
  connectedCallback() {
    // ECharts is deferred and may come after this module; then the table is drawn once it is there.
    if (window.echarts) this.begin();
    else window.addEventListener("load", () => this.begin(), { once: true });
  }

  disconnectedCallback() {
    this.observer?.disconnect();
    this.chart?.dispose();
    this.chart = null;
  }

  get showsTable() {
    return this.classList.contains("shows-table");
  }

  begin() {
    if (!window.echarts || this.chart || !this.isConnected) return;
    this.table = this.querySelector("table");
    this.rows = [...this.table.tBodies[0].rows];
    this.canvas = document.createElement("div");
    this.canvas.className = "wall-canvas";
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", this.table.caption.textContent);
    this.querySelector(".wall-behind").before(this.canvas);
    this.toggle = this.querySelector("button");
    this.toggle.hidden = false;
    this.toggle.addEventListener("click", () => this.swap());
    this.classList.add("is-drawn");
    if (this.getAttribute("kind") === "rows") this.canvas.classList.add(`rows-${this.rows.length}`);
    this.chart = window.echarts.init(this.canvas, null, { renderer: "svg" });
    this.chart.setOption(this.drawing());
    this.chart.on("click", ({ dataIndex }) => this.rows[this.place(dataIndex)].querySelector("a").click());
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.canvas);
  }

  resize() {
    if (!this.chart || !this.canvas.clientWidth) return;
    this.chart.resize();
    this.chart.setOption(this.drawing());
  }

  swap() {
    this.classList.toggle("shows-table");
    this.querySelector("button").setAttribute("aria-pressed", String(this.showsTable));
    this.resize();
  }

  /* The first row of the table is the uppermost bar, but the last one of an axis that grows upwards. */
  place(index) {
    return this.getAttribute("kind") === "rows" ? this.rows.length - 1 - index : index;
  }

  /* How many lines the legend takes; ECharts does not make room for it by itself. */
  lines(heads) {
    const widths = heads.map((head) => LEGEND_MARK + LEGEND_LETTER * head.textContent.trim().length);
    return Math.ceil(widths.reduce((sum, each) => sum + each, 0) / Math.max(this.canvas.clientWidth, 1));
  }

  drawing() {
    const lying = this.getAttribute("kind") === "rows";
    const css = (name) => getComputedStyle(this).getPropertyValue(name).trim();
    const rows = lying ? [...this.rows].reverse() : this.rows;
    const heads = [...this.table.tHead.rows[0].cells].slice(1);
    const number = (value) => Number(value).toLocaleString("en-US");
    const short = (name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);
    const names = { type: "category", data: rows.map((row) => row.cells[0].textContent.trim()), axisTick: { show: false }, axisLine: { lineStyle: { color: css("--line-strong") } }, axisLabel: { color: css("--ink-soft"), hideOverlap: true, interval: lying ? 0 : "auto", formatter: lying ? short : undefined } };
    const counts = { type: "value", min: 0, minInterval: 1, splitNumber: 3, axisLabel: { color: css("--ink-soft"), formatter: number, hideOverlap: true }, splitLine: { lineStyle: { color: css("--line") } } };
    const several = heads.length > 1;
    return {
      animation: false,
      grid: { left: 4, right: lying ? 44 : 8, top: several && !lying ? 10 + LEGEND_LINE * this.lines(heads) : 6, bottom: 2, containLabel: true },
      textStyle: { fontFamily: css("--font"), color: css("--ink-soft") },
      legend: several && !lying ? { top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: css("--ink-soft") } } : undefined,
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, renderMode: "richText", valueFormatter: number, confine: true },
      xAxis: lying ? counts : names,
      yAxis: lying ? names : counts,
      series: heads.map((head, column) => ({
        name: head.textContent.trim(),
        type: "bar",
        stack: "all",
        barMaxWidth: 28,
        cursor: "pointer",
        color: css(`--state-${head.dataset.state}`) || css("--chart-now"),
        label: several ? undefined : { show: true, position: lying ? "right" : "top", color: css("--ink"), formatter: ({ value }) => number(value) },
        data: rows.map((row) => ({
          value: Number(row.cells[column + 1].dataset.value),
          itemStyle: row.dataset.colour ? { color: css(`--${row.dataset.colour}`) } : undefined,
        })),
      })),
    };
  }
}

customElements.define("wall-chart", WallChart);
customElements.define("risk-wall", RiskWall);
