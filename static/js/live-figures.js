/* <live-figures label="…">: figures that move while people look at them.

   The live socket says only that some village was counted anew; the page then offers to fetch the
   figures again over HTTP, with its own rights. Nothing moves before the person asks. A chosen
   figure ([data-choice]) is fetched the same way. Says "figures-changed" when new ones stand. */

class LiveFigures extends HTMLElement {
  connectedCallback() {
    this.listener = ({ detail }) => "progress" in detail && this.offer();
    document.addEventListener("live-nudge", this.listener);
    this.choice = this.querySelector("[data-choice]");
    this.choice?.addEventListener("change", () => this.choose());
  }

  disconnectedCallback() {
    document.removeEventListener("live-nudge", this.listener);
  }

  offer() {
    if (this.bar) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = this.getAttribute("label");
    button.addEventListener("click", () => this.refresh());
    this.bar = document.createElement("div");
    this.bar.className = "updates-bar";
    this.bar.setAttribute("role", "status");
    this.bar.append(button);
    this.prepend(this.bar);
  }

  choose() {
    const address = new URL(location.href);
    for (const [name, value] of new FormData(this.choice)) address.searchParams.set(name, value);
    history.replaceState(null, "", address);
    this.refresh();
  }

  async refresh() {
    const answer = await fetch(location.href, {
      headers: { "HX-Request": "true" },
      credentials: "same-origin",
      redirect: "error",
    }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    this.querySelector("[data-figures]").replaceChildren(...fresh.childNodes);
    this.bar?.remove();
    this.bar = null;
    this.dispatchEvent(new CustomEvent("figures-changed"));
  }
}

customElements.define("live-figures", LiveFigures);
