/* <wait-for src="…">: asks how far a job has come until it is over, then shows its page anew; a
   <progress> inside moves along.
   Without JavaScript the link inside does the same by hand. */

const EVERY_MS = 1_500;

class WaitFor extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => document.hidden || this.ask(), EVERY_MS);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  async ask() {
    const answer = await fetch(this.getAttribute("src"), { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return;
    const { over, says, done } = await answer.json();
    if (over) return location.reload();
    this.querySelector("[data-says]").textContent = says;
    const bar = this.querySelector("progress");
    if (bar && done !== undefined) bar.value = done;
  }
}

customElements.define("wait-for", WaitFor);
