// What every page needs; what only some need is loaded there. Material calls `document$` on each page that it
// shows, also when it swaps pages without a load: widgets are made anew then.

const start = () => {
  reveal();
  // What scrolls sideways inside the page can be reached by keyboard.
  for (const wide of document.querySelectorAll(".md-typeset__scrollwrap")) wide.tabIndex = 0;
  // The address keeps what was unfolded last, so that going back finds it open.
  for (const fold of document.querySelectorAll("details[id]"))
    fold.querySelector("summary").addEventListener("click", () => {
      if (!fold.open) history.replaceState(history.state, "", `#${fold.id}`);
    });
  const widgets = {
    "jw-validate": "./validate.js",
    "jw-examples": "./examples.js",
    "jw-lifecycle": "./trace.js",
  };
  for (const [name, module] of Object.entries(widgets))
    for (const element of document.querySelectorAll(`.${name}:not([data-mounted])`)) {
      element.dataset.mounted = "";
      import(module).then(({ mount }) => mount(element));
    }
};

/** Open what hides the place that the address names, and go there. */
function reveal() {
  const place = document.getElementById(location.hash.slice(1));
  if (!place) return;
  let opened = false;
  for (let above = place; above; above = above.parentElement)
    if (above.tagName === "DETAILS" && !above.open) opened = above.open = true;
  if (opened) place.scrollIntoView();
}

addEventListener("hashchange", reveal);
if (globalThis.document$) document$.subscribe(start);
else start();
