/* The live bell, and what else a page wants to know as it happens.

   The socket says only that something is there; the page fetches it over HTTP with its own rights.
   Where there is no socket, the bell asks once a minute. Every nudge is also a "live-nudge" event
   on the document, for <live-updates> and <run-progress> below. */

const POLL_MS = 60_000;
const LONGEST_WAIT_MS = 30_000;
const STRANGER = 4401;

class LiveBell extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector(".bell-button");
    this.count = this.querySelector(".bell-count");
    this.panel = this.querySelector(".bell-panel");
    this.attempts = 0;
    this.button.addEventListener("click", (event) => this.toggle(event));
    this.panel.addEventListener("submit", (event) => this.markRead(event));
    // What was pressed may be gone from the panel by now; the path still knows where it was.
    this.closeElsewhere = (event) => event.composedPath().includes(this) || this.close();
    this.closeOnEscape = (event) => event.key === "Escape" && this.close();
    document.addEventListener("click", this.closeElsewhere);
    document.addEventListener("keydown", this.closeOnEscape);
    this.timer = setInterval(() => this.isConnectedLive() || document.hidden || this.refresh(), POLL_MS);
    this.refresh();
    this.connect();
  }

  disconnectedCallback() {
    document.removeEventListener("click", this.closeElsewhere);
    document.removeEventListener("keydown", this.closeOnEscape);
    clearInterval(this.timer);
    clearTimeout(this.again);
    this.gone = true;
    this.socket?.close();
  }

  isConnectedLive() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    try {
      this.socket = new WebSocket(`${scheme}//${location.host}${this.getAttribute("socket")}`);
    } catch {
      return;
    }
    this.socket.addEventListener("open", () => {
      if (this.attempts) this.refresh();
      this.attempts = 0;
    });
    this.socket.addEventListener("message", (message) => this.hear(JSON.parse(message.data)));
    this.socket.addEventListener("close", (event) => {
      if (this.gone || event.code === STRANGER) return;
      const wait = Math.min(1000 * 2 ** this.attempts, LONGEST_WAIT_MS) * (0.75 + Math.random() / 2);
      this.attempts += 1;
      this.again = setTimeout(() => this.connect(), wait);
    });
  }

  hear(nudge) {
    document.dispatchEvent(new CustomEvent("live-nudge", { detail: nudge }));
    if ("after" in nudge) this.refresh();
  }

  async refresh() {
    const answer = await ask(this.getAttribute("src")).catch(() => null);
    if (answer) this.take(answer);
  }

  take(fragment) {
    const list = fragment.querySelector("[data-unread]");
    if (!list) return;
    const unread = Number(list.dataset.unread);
    this.count.hidden = unread === 0;
    this.count.textContent = unread > 99 ? "99+" : unread;
    this.waiting = fragment;
    if (this.panel.hidden || this.shown === undefined) this.show();
    else if (list.dataset.newest !== this.shown) this.offer();
  }

  /* What is on the screen stays where it is until the person asks for the newer list. */
  offer() {
    const bar = this.waiting.querySelector("[data-offer]");
    if (!bar || this.panel.querySelector("[data-offer]:not([hidden])")) return;
    const offer = bar.cloneNode(true);
    offer.hidden = false;
    offer.addEventListener("click", () => this.show());
    this.panel.querySelector("[data-offer]")?.replaceWith(offer);
  }

  show() {
    this.shown = this.waiting.querySelector("[data-unread]").dataset.newest;
    this.panel.replaceChildren(...[...this.waiting.childNodes].map((node) => node.cloneNode(true)));
  }

  toggle(event) {
    event.preventDefault();
    if (this.panel.hidden) {
      if (this.waiting) this.show();
      this.panel.hidden = false;
      this.button.setAttribute("aria-expanded", "true");
    } else {
      this.close();
    }
  }

  close() {
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  async markRead(event) {
    event.preventDefault();
    const answer = await ask(event.target.action, new FormData(event.target)).catch(() => null);
    if (!answer) return;
    this.take(answer);
    this.show();
  }
}

/* <live-updates label="有 {n} 条更新">: counts what arrived; pressing it brings the page up to date. */
class LiveUpdates extends HTMLElement {
  connectedCallback() {
    this.heard = 0;
    this.listener = (event) => "after" in event.detail && this.add();
    document.addEventListener("live-nudge", this.listener);
  }

  disconnectedCallback() {
    document.removeEventListener("live-nudge", this.listener);
  }

  add() {
    this.heard += 1;
    if (!this.button) {
      this.button = document.createElement("button");
      this.button.type = "button";
      this.button.className = "button";
      this.button.addEventListener("click", () => location.reload());
      this.classList.add("updates-bar");
      this.append(this.button);
    }
    this.button.textContent = this.getAttribute("label").replace("{n}", this.heard);
  }
}

/* <run-progress run="12"><progress …></progress><output>3 / 8</output></run-progress>
   With then-reload the page only waits for the run, and shows itself anew once all is done. */
class RunProgress extends HTMLElement {
  connectedCallback() {
    const bar = this.querySelector("progress");
    this.showAnewOnce(bar.max && bar.value === bar.max);
    this.listener = ({ detail }) => String(detail.run) === this.getAttribute("run") && this.move(detail);
    document.addEventListener("live-nudge", this.listener);
  }

  disconnectedCallback() {
    document.removeEventListener("live-nudge", this.listener);
    clearTimeout(this.timer);
  }

  showAnewOnce(isDone) {
    if (isDone && this.hasAttribute("then-reload")) this.timer = setTimeout(() => location.reload(), 1_500);
  }

  move({ done, of }) {
    const bar = this.querySelector("progress");
    bar.max = of;
    bar.value = done;
    this.querySelector("output").textContent = `${done} / ${of}`;
    this.showAnewOnce(done === of);
  }
}

async function ask(address, body) {
  const answer = await fetch(address, {
    method: body ? "POST" : "GET",
    body,
    headers: { "HX-Request": "true" },
    credentials: "same-origin",
    redirect: "error",
  });
  if (!answer.ok) throw new Error(answer.status);
  return new DOMParser().parseFromString(await answer.text(), "text/html").body;
}

customElements.define("live-bell", LiveBell);
customElements.define("live-updates", LiveUpdates);
customElements.define("run-progress", RunProgress);
