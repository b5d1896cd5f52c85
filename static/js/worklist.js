/* A register by keyboard: j and k move, Enter opens, / searches, ? helps.
   Anything with data-key="a" is pressed by that key. */

const TYPING = "input, select, textarea, [contenteditable]";

class WorkList extends HTMLElement {
  connectedCallback() {
    this.listener = (event) => this.press(event);
    document.addEventListener("keydown", this.listener);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.listener);
  }

  get rows() {
    return [...document.querySelectorAll("#result_list tbody tr, [data-worklist] > *")];
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
    const act = {
      j: () => this.move(1),
      k: () => this.move(-1),
      Enter: () => this.open(event),
      "/": () => document.querySelector("#searchbar, [type=search]")?.focus(),
      "?": () => this.querySelector("dialog").showModal(),
    }[event.key];
    const pressed = act ? null : document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!act && !pressed) return;
    if (event.key !== "Enter") event.preventDefault();
    if (pressed) pressed.click();
    else act();
  }

  move(by) {
    const rows = this.rows;
    if (!rows.length) return;
    const at = rows.findIndex((row) => row.classList.contains("is-here"));
    const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
    rows[at]?.classList.remove("is-here");
    next.classList.add("is-here");
    next.scrollIntoView({ block: "nearest" });
  }

  open(event) {
    if (event.target.closest("a, button, summary")) return;
    const link = this.rows.find((row) => row.classList.contains("is-here"))?.querySelector("th a, a");
    if (link) link.click();
  }
}

customElements.define("work-list", WorkList);
