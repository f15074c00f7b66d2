// The form that asks for an endpoint and its secret. The endpoint is remembered, the secret never.

import { el } from "./dom.js";

const ABOUT = "Signed in your browser when you click. The secret is neither stored nor sent; the address is remembered.";
// Public on purpose: `BENCH_SECRET` of the Python package, which endpoints get for tests.
const BENCH_SECRET = "whsec_anVuY3Rpb24td2ViaG9va3MgdGVzdCBzZWNyZXQ=";
const PLACE = "jw-endpoint";

/** A form, a note and a status. `sign({ url, secret })` returns what the status says; what it throws is shown too. */
export function signForm({ url, button, sign }) {
  const address = el("input", { type: "url", value: remembered() ?? url, required: true, spellcheck: "false" });
  const secret = el("input", { type: "password", placeholder: "whsec_…", required: true, autocomplete: "off" });
  const status = el("p", { class: "jw-note", role: "status" });
  const submit = async (event) => {
    event.preventDefault();
    try {
      status.classList.remove("jw-error");
      status.textContent = await sign({ url: address.value, secret: secret.value });
      remember(address.value);
    } catch (error) {
      status.textContent = error.message;
      status.classList.add("jw-error");
    }
  };
  const form = el(
    "form",
    { class: "jw-form", onsubmit: submit },
    el("label", { class: "jw-whole" }, "Your endpoint ", address),
    el("label", {}, "Its secret ", secret),
    el("button", { type: "submit", class: "md-button" }, button),
  );
  const bench = el("button", { type: "button", class: "jw-link", onclick: () => (secret.value = BENCH_SECRET) }, "fill in the public bench secret");
  const how = el("a", { href: new URL("../../dev-server/#localhost", import.meta.url) }, "give it to your endpoint");
  return [form, el("p", { class: "jw-note" }, ABOUT, " For a test on your machine, ", bench, " and ", how, " too."), status];
}

// Some browsers refuse storage. Then nothing is remembered.

function remembered() {
  try {
    return localStorage.getItem(PLACE);
  } catch {
    return null;
  }
}

function remember(url) {
  try {
    localStorage.setItem(PLACE, url);
  } catch {
    // The reader types it again.
  }
}
