/* The list of fields beside a form: a name pressed is written at the cursor of whichever expression
   was last worked on. Entries that take names say which with data-writes; forms added later, too.

   Keys: from the search, Enter takes the first name shown and Arrow down goes into the list; there
   the arrows move, Enter takes, Escape goes back to the expression. */

class FieldPicker extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.form.addEventListener("focusin", (event) => this.remember(event.target));
    this.search.addEventListener("input", () => this.narrow());
    this.addEventListener("click", (event) => {
      const chosen = event.target.closest("[data-field]");
      if (chosen) this.write(chosen.dataset.field);
    });
    this.addEventListener("keydown", (event) => this.steer(event));
    this.narrow();
  }

  get search() {
    return this.querySelector("[type=search]");
  }

  get shown() {
    return [...this.querySelectorAll("tbody tr:not([hidden]) [data-field]")];
  }

  remember(input) {
    if (!input.dataset?.writes || input.readOnly) return;
    this.last = input;
    this.narrow();
  }

  narrow() {
    const words = this.search.value.trim().toLowerCase().split(/\s+/);
    const what = this.last?.dataset.writes ?? "fields";
    for (const row of this.querySelectorAll("tbody tr")) {
      const text = row.textContent.toLowerCase();
      row.hidden = row.dataset.of !== what || !words.every((word) => text.includes(word));
    }
  }

  write(name) {
    const into = this.last?.isConnected ? this.last : this.form.querySelector("[data-writes=fields]");
    if (!into) return;
    into.setRangeText(name, into.selectionStart, into.selectionEnd, "end");
    into.dispatchEvent(new Event("input", { bubbles: true }));
    into.focus({ preventScroll: true });
    into.scrollIntoView({ block: "nearest" });
  }

  steer(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && this.last) {
      event.preventDefault();
      this.last.focus();
    } else if (event.key === "Enter" && event.target === this.search) {
      event.preventDefault();
      if (this.search.value.trim() && this.shown.length) this.write(this.shown[0].dataset.field);
    } else if (step && (event.target === this.search || event.target.matches("[data-field]"))) {
      event.preventDefault();
      const at = this.shown.indexOf(event.target) + step;
      (at < 0 ? this.search : this.shown[Math.min(at, this.shown.length - 1)])?.focus();
    }
  }
}

customElements.define("field-picker", FieldPicker);
