/* <reveal-dialog>: a button that opens the <dialog> beside it, for a form asking a reason.
   Without JavaScript the button is a link to the same form on a page of its own. */

class RevealDialog extends HTMLElement {
  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.querySelector("[data-open]").addEventListener("click", (event) => {
      event.preventDefault();
      this.dialog.showModal();
    });
    this.dialog.querySelector("[data-close]")?.addEventListener("click", () => this.dialog.close());
  }
}

customElements.define("reveal-dialog", RevealDialog);
