/* <tick-all says="{n} ticked">: one box ticks all of a table, and a count stands beside the button.
   Without JavaScript every row is ticked by hand. */

class TickAll extends HTMLElement {
  connectedCallback() {
    this.all = this.querySelector("[data-all]");
    this.boxes = [...this.querySelectorAll("table input[type=checkbox]")];
    this.all.closest("label").hidden = false;
    this.addEventListener("change", (event) => this.changed(event.target));
    this.tell();
  }

  changed(box) {
    if (box === this.all) this.boxes.forEach((each) => (each.checked = this.all.checked));
    this.tell();
  }

  tell() {
    const ticked = this.boxes.filter((each) => each.checked).length;
    this.all.checked = ticked === this.boxes.length;
    this.all.indeterminate = ticked > 0 && ticked < this.boxes.length;
    this.querySelector("[data-count]").textContent = this.getAttribute("says").replace("{n}", ticked);
  }
}

customElements.define("tick-all", TickAll);
