// One question at a time. The form is complete without this; answers stay on the page and nowhere
// else, since a phone may be passed on.

class ReviewSheet extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.steps = [...this.querySelectorAll(".review-step")];
    const bar = document.getElementById("sheet-steps");
    if (!this.form || !this.steps.length || !bar) return;
    this.submitButton = bar.querySelector("button");
    this.back = this.button(this.dataset.previous, () => this.go(-1));
    this.forward = this.button(this.dataset.next, () => this.go(1));
    this.forward.classList.add("button-primary");
    bar.prepend(this.back, this.forward);
    this.meter = document.createElement("p");
    this.meter.className = "soft review-meter";
    this.meter.setAttribute("aria-live", "polite");
    this.bar = document.createElement("progress");
    this.prepend(this.meter, this.bar);
    this.form.addEventListener("change", () => this.clear());
    this.form.addEventListener("submit", (event) => {
      if (!this.answered(this.current)) event.preventDefault();
    });
    const wrong = this.steps.findIndex((step) => step.querySelector(".errorlist"));
    this.show(Math.max(wrong, 0), false);
  }

  button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  }

  // Whoever does not know the household is asked nothing further.
  get asked() {
    const no = this.form.querySelector('[name="knows"][value="no"]');
    return no && no.checked ? this.steps.slice(0, 1) : this.steps;
  }

  answered(step) {
    const inputs = [...step.querySelectorAll("input:not([type=hidden])")];
    const negative = this.form.querySelector('[name="negatives"]:checked');
    if (!("needed" in step.dataset) || (negative && step.dataset.name !== "knows")) return true;
    if (inputs.some((input) => (input.type === "radio" ? input.checked : input.value !== ""))) return true;
    this.clear();
    const said = document.createElement("p");
    said.className = "field-error review-missing";
    said.setAttribute("role", "alert");
    said.textContent = this.dataset.missing;
    step.querySelector("legend").after(said);
    inputs[0].focus();
    return false;
  }

  clear() {
    for (const said of this.querySelectorAll(".review-missing")) said.remove();
    this.buttons();
  }

  go(by) {
    if (by > 0 && !this.answered(this.current)) return;
    this.show(this.at + by, true);
  }

  show(at, move) {
    this.at = Math.min(Math.max(at, 0), this.asked.length - 1);
    this.current = this.steps[this.at];
    for (const step of this.steps) step.hidden = step !== this.current;
    this.buttons();
    if (move) {
      window.scrollTo(0, 0);
      const legend = this.current.querySelector("legend");
      legend.tabIndex = -1;
      legend.focus({ preventScroll: true });
    }
  }

  buttons() {
    const last = this.at >= this.asked.length - 1;
    this.back.hidden = this.at === 0;
    this.forward.hidden = last;
    this.submitButton.hidden = !last;
    const step = this.dataset.step.replace("{n}", this.at + 1).replace("{m}", this.steps.length);
    this.meter.textContent = `${this.dataset.about} · ${step}`;
    this.bar.max = this.steps.length;
    this.bar.value = this.at + 1;
  }
}

// Steps for thumbs beside the field in which an amount may also be typed.
class ReviewAmount extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    const row = document.createElement("div");
    row.className = "choices-row review-amounts";
    for (const amount of [0, 1, 2, 3, 5, 8, 10]) {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "button";
      made.textContent = amount;
      made.addEventListener("click", () => this.set(amount));
      row.append(made);
    }
    this.before(row);
    this.prepend(this.step("−", -1));
    this.append(this.step("+", 1));
  }

  step(sign, by) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button review-stepper";
    made.textContent = sign;
    made.setAttribute("aria-label", `${sign}1`);
    made.addEventListener("click", () => this.set(Number(this.input.value || 0) + by));
    return made;
  }

  set(amount) {
    this.input.value = Math.min(Math.max(amount, 0), Number(this.input.max || 10));
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("review-amount", ReviewAmount);
customElements.define("review-sheet", ReviewSheet);
