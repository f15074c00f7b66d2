// A scenario: each delivery opens its payload and what changed since the one before, and all of them become a script.

import FAMILIES from "../built/families.js";
import { changeList } from "./differences.js";
import { el, highlighted } from "./dom.js";
import { formatted } from "./json/format.js";
import { signForm } from "./sign_form.js";

export function mount(root) {
  const actions = root.querySelector(".jw-actions");
  const file = actions.querySelector(".jw-ndjson");
  let loading;
  const bodies = () => (loading ??= load(file.href).catch((error) => {
    loading = undefined; // another click tries again
    throw error;
  }));

  const steps = [...root.querySelectorAll(".jw-timeline li")];
  const labels = steps.map((step) => `${step.querySelector(".jw-offset").textContent} ${step.querySelector("strong").textContent}`);
  for (const [index, step] of steps.entries()) {
    const panel = el("div", { class: "jw-delivery", hidden: true });
    const toggle = async () => {
      const isOpen = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!isOpen));
      panel.hidden = isOpen;
      if (isOpen || panel.childElementCount) return;
      try {
        panel.replaceChildren(...shown(await bodies(), index, labels));
      } catch (error) {
        panel.textContent = error.message;
      }
    };
    const name = step.querySelector("strong");
    const button = el("button", { type: "button", class: "jw-link", "aria-expanded": "false", onclick: toggle }, name.textContent);
    name.replaceChildren(button);
    step.append(panel);
  }

  const name = /([^/]+)[.]ndjson$/.exec(file.pathname)[1];
  const sign = async ({ url, secret }) => {
    const { signedScript } = await import("./signed_script.js");
    const deliveries = (await bodies()).map((body, index) => ({ label: labels[index], body }));
    save(`${name}.sh`, await signedScript({ name, url, secret, deliveries }));
    return `Downloaded. Run it within five minutes, while the signatures are valid: sh ${name}.sh`;
  };
  file.download = `${name}.ndjson`;
  const fold = el("details", { class: "jw-fold jw-sign" }, el("summary", {}, "Download as a script of signed curls"));
  fold.append(...signForm({ url: actions.dataset.send, button: "Sign and download", sign }));
  const command = actions.querySelector("code");
  const copy = el("button", { type: "button", class: "jw-link", onclick: () => copied(command.textContent, said) }, "Copy");
  const said = el("span", { class: "jw-note", role: "status" });
  command.after(" ", copy, " ", said);
  actions.after(fold);
}

const copied = (text, said) =>
  navigator.clipboard.writeText(text).then(
    () => (said.textContent = "Copied."),
    () => (said.textContent = "Your browser does not allow copying: select the command."),
  );

function save(name, text) {
  const link = el("a", { href: URL.createObjectURL(new Blob([text], { type: "text/x-sh" })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // some browsers read it only after a while
}

async function load(address) {
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) throw new Error("The deliveries cannot be loaded right now.");
  return (await response.text()).trimEnd().split("\n");
}

/** What changed since the last delivery about the same object, and the payload in full. */
function shown(bodies, index, labels) {
  const payloads = bodies.map((body) => JSON.parse(body));
  const object = objectOf(payloads[index]);
  const earlier = payloads.findLastIndex((payload, at) => at < index && objectOf(payload) === object);
  const code = el("code", { tabindex: "0" }, ...highlighted(formatted(bodies[index])));
  const whole = el("div", { class: "highlight" }, el("pre", {}, code));
  if (earlier < 0) return [el("p", { class: "jw-note" }, "The first delivery about this object."), whole];
  const list = changeList(payloads[earlier], payloads[index]);
  const note = list.childElementCount ? `Changed since ${labels[earlier]}:` : `The same as ${labels[earlier]}.`;
  const fold = el("details", { class: "jw-fold" }, el("summary", {}, "Whole payload"), whole);
  return [el("p", { class: "jw-note" }, note), list, fold];
}

/** What a delivery is about: its family, and which object of that. */
function objectOf({ event_type: type, data }) {
  const { name, identity } = FAMILIES.find(({ classes }) => type in classes);
  return `${name} ${data[identity]}`;
}
