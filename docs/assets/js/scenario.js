// A scenario: each delivery opens its payload and what changed since the one before, and all of them become a script.

import { el, highlighted } from "./dom.js";
import { formatted } from "./format.js";
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

  const sign = async ({ url, secret }) => {
    const { signedCurl } = await import("./sign.js");
    const commands = [];
    for (const body of await bodies()) commands.push(await signedCurl({ url, secret, body }));
    const script = ["#!/bin/sh", `# The deliveries of ${file.download}, signed for five minutes.`, ...commands].join("\n");
    const link = el("a", { href: URL.createObjectURL(new Blob([script], { type: "text/x-sh" })), download: `${file.download}.sh` });
    link.click();
    URL.revokeObjectURL(link.href);
    return "Downloaded. The signatures are valid for five minutes.";
  };
  file.download = /([^/]+)[.]ndjson$/.exec(file.pathname)[1];
  const fold = el("details", { class: "jw-fold jw-sign" }, el("summary", {}, "Download as a script of signed curls"));
  fold.append(...signForm({ url: actions.dataset.send, button: "Sign and download", sign }));
  actions.after(fold);
}

async function load(address) {
  const response = await fetch(address).catch(() => null);
  if (!response?.ok) throw new Error("The deliveries cannot be loaded right now.");
  return (await response.text()).trimEnd().split("\n");
}

/** What changed since the last delivery about the same object, and the payload in full. */
function shown(bodies, index, labels) {
  const payloads = bodies.map((body) => JSON.parse(body));
  const id = ({ data }) => data.id ?? data.order_id;
  const earlier = payloads.findLastIndex((payload, at) => at < index && id(payload) === id(payloads[index]));
  const code = el("code", { tabindex: "0" }, ...highlighted(formatted(bodies[index])));
  const whole = el("div", { class: "highlight" }, el("pre", {}, code));
  if (earlier < 0) return [el("p", { class: "jw-note" }, "The first delivery about this object."), whole];
  const changes = [...differences(payloads[earlier], payloads[index])];
  const list = el("ul", { class: "jw-changes" }, ...changes.map(({ path, before, after }) =>
    el("li", {}, el("code", {}, path), " ", ...(before === undefined ? [] : [el("del", {}, before)]), " ", ...(after === undefined ? [] : [el("ins", {}, after)])),
  ));
  const fold = el("details", { class: "jw-fold" }, el("summary", {}, "Whole payload"), whole);
  return [el("p", { class: "jw-note" }, changes.length ? `Changed since ${labels[earlier]}:` : `The same as ${labels[earlier]}.`), list, fold];
}

/** The differences of two JSON values: the pointer of each, and the value before and after as JSON. */
function* differences(before, after, path = "") {
  if (before === after) return;
  const isContainer = (value) => typeof value === "object" && value !== null;
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* differences(before[name], after[name], `${path}/${name}`);
    return;
  }
  const text = (value) => (value === undefined ? undefined : JSON.stringify(value));
  yield { path, before: text(before), after: text(after) };
}
