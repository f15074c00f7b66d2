// Examples as tabs. A tab loads its payload when it is chosen, and can copy it as a signed `curl` command.

import { el, highlighted, inline } from "./dom.js";
import { signForm } from "./sign_form.js";

export function mount(root) {
  const links = [...root.querySelectorAll(".jw-tabs a")];
  const panel = root.querySelector(".jw-panel");
  const code = panel.querySelector("pre code") ?? panel.querySelector("pre");
  const download = panel.querySelector(".jw-download");
  const open = panel.querySelector(".jw-open");
  code.tabIndex = 0; // it scrolls
  panel.id = "jw-panel";
  panel.setAttribute("role", "tabpanel");
  root.querySelector(".jw-tabs").setAttribute("role", "tablist");
  root.querySelector(".jw-tabs").setAttribute("aria-label", "Examples");

  let text = code.textContent;
  let asked = 0;

  const choose = async (link) => {
    const number = (asked += 1);
    const response = await fetch(link.href).catch(() => null);
    const loaded = await response?.text();
    if (number !== asked) return; // another tab was chosen meanwhile
    if (!response?.ok) return panel.querySelector(".jw-about").replaceChildren("This example cannot be loaded right now.");
    text = loaded;
    code.replaceChildren(...highlighted(text));
    panel.querySelector(".jw-about").replaceChildren(...inline(link.dataset.about));
    download.href = link.href;
    open.hash = /valid\/.+(?=[.]json$)/.exec(link.pathname)[0];
    result.hidden = true;
    select(link);
  };
  const select = (chosen) => {
    for (const link of links) {
      const isChosen = link === chosen;
      link.setAttribute("aria-selected", String(isChosen));
      link.tabIndex = isChosen ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", chosen.id);
  };

  for (const [index, link] of links.entries()) {
    link.id = `jw-tab-${index}`;
    link.parentElement.setAttribute("role", "presentation");
    link.setAttribute("role", "tab");
    link.setAttribute("aria-controls", panel.id);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation(); // otherwise Material follows the link as if it led to a page
      choose(link);
    });
    link.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      if (!step && event.key !== " ") return;
      event.preventDefault();
      const next = step ? links[(index + step + links.length) % links.length] : link;
      next.focus();
      choose(next);
    });
  }

  const command = el("code");
  const result = el("pre", { hidden: true, tabindex: "0", role: "region", "aria-label": "Signed command" }, command);
  const sign = async ({ url, secret }) => {
    result.hidden = true;
    const { signedCurl } = await import("./sign.js");
    command.textContent = await signedCurl({ url, secret, body: text });
    result.hidden = false;
    return navigator.clipboard.writeText(command.textContent).then(
      () => "Copied. The signature is valid for five minutes.",
      () => "Signed; copy it from below. The signature is valid for five minutes.",
    );
  };
  const fold = el("details", { class: "jw-fold jw-sign" }, el("summary", {}, "Copy as a signed curl"));
  fold.append(...signForm({ url: root.dataset.sign, button: "Sign and copy", sign }), result);
  panel.querySelector(".jw-actions").after(fold);

  const named = links.find((link) => `#${link.parentElement.id}` === location.hash);
  select(links[0]);
  if (named) {
    if (named !== links[0]) choose(named);
    root.scrollIntoView(); // otherwise the browser scrolls to the list of tabs, below the heading
  }
}
