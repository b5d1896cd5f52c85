// A frame to sign in with a finger. What is drawn goes into the hidden field as a PNG picture.

const HEIGHT = 180;

class SignaturePad extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("input");
    if (!this.field) return;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "signature-frame";
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", this.dataset.label);
    this.again = document.createElement("button");
    this.again.type = "button";
    this.again.className = "button";
    this.again.textContent = this.dataset.clear;
    this.again.addEventListener("click", () => this.clear());
    this.prepend(this.canvas, this.again);
    this.clear();
    this.canvas.addEventListener("pointerdown", (event) => this.begin(event));
    this.canvas.addEventListener("pointermove", (event) => this.draw(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.end());
  }

  // Setting the size empties a canvas.
  clear() {
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(this.clientWidth, 200) * ratio;
    this.canvas.height = HEIGHT * ratio;
    this.pen = this.canvas.getContext("2d");
    this.pen.scale(ratio, ratio);
    this.pen.lineWidth = 2.5;
    this.pen.lineCap = this.pen.lineJoin = "round";
    this.pen.strokeStyle = "#1D2420";
    this.drawing = false;
    this.field.value = "";
  }

  at(event) {
    const frame = this.canvas.getBoundingClientRect();
    return [event.clientX - frame.left, event.clientY - frame.top];
  }

  begin(event) {
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.drawing = true;
    this.pen.beginPath();
    this.pen.moveTo(...this.at(event));
  }

  draw(event) {
    if (!this.drawing) return;
    this.pen.lineTo(...this.at(event));
    this.pen.stroke();
  }

  end() {
    if (!this.drawing) return;
    this.drawing = false;
    this.field.value = this.canvas.toDataURL("image/png");
  }
}

customElements.define("signature-pad", SignaturePad);
