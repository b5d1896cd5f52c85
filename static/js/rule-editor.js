/* Writing rules: what is wrong stands under the text as soon as it is left, with what the rule
   gives on an example. The list of fields beside it is an element of its own, field-picker. */

const PARTS = ["code", "level", "name", "expression", "params", "on_unknown", "says", "says_to_customer", "treatment"];
const OF_A_RULE = /^rules-(\d+)-(\w+)$/;

class RuleEditor extends HTMLElement {
  connectedCallback() {
    this.form = document.querySelector("#ruleset_form");
    this.form.addEventListener("focusout", (event) => this.leave(event.target));
  }

  leave(input) {
    const found = OF_A_RULE.exec(input.name);
    if (found && PARTS.includes(found[2])) this.check(found[1]);
  }

  async check(number) {
    const sent = new FormData();
    for (const part of PARTS) {
      const input = this.form.elements[`rules-${number}-${part}`];
      if (input) sent.set(part, input.value);
    }
    sent.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    const answer = await fetch(this.dataset.check, { method: "POST", body: sent }).catch(() => null);
    if (answer?.ok) this.show(number, await answer.json());
  }

  show(number, { faults, example }) {
    for (const part of PARTS) {
      const input = this.form.elements[`rules-${number}-${part}`];
      if (!input) continue;
      const wrong = faults[part]?.join(" ") ?? "";
      const sound = part === "expression" && input.value ? this.worked(example) : "";
      this.say(input, wrong || sound, Boolean(wrong));
    }
  }

  worked({ answer, values, of }) {
    if (!answer) return "";
    return `${this.dataset.sound} ${this.dataset.example} ${of ?? ""}: ${values.join("，")} → ${answer}`;
  }

  say(input, text, isWrong) {
    let output = input.parentElement.querySelector(".rule-said");
    if (!output) {
      if (!text) return;
      output = document.createElement("output");
      output.className = "rule-said";
      output.id = `${input.id}-said`;
      input.setAttribute("aria-describedby", output.id);
      input.insertAdjacentElement("afterend", output);
    }
    output.textContent = text;
    output.classList.toggle("is-wrong", isWrong);
    output.classList.toggle("is-sound", !isWrong);
    input.setAttribute("aria-invalid", String(isWrong));
  }
}

customElements.define("rule-editor", RuleEditor);
