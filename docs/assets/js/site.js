// Loaded by every page; it loads the scripts that only some pages need. Material emits on `document$` for each page
// that it shows, also when it swaps pages without loading: widgets are then mounted again.

const start = () => {
  reveal();
  // Makes everything that scrolls sideways reachable by keyboard.
  for (const wide of document.querySelectorAll(".md-typeset__scrollwrap")) wide.tabIndex = 0;
  // The line break after an output belongs to it. Otherwise the copy of a console has blank lines in its place.
  for (const output of document.querySelectorAll(".highlight .go")) {
    const rest = output.nextSibling;
    if (!rest?.data?.startsWith("\n")) continue;
    output.append("\n");
    rest.data = rest.data.slice(1);
  }
  // The address remembers what was unfolded last, so that going back finds it open.
  for (const fold of document.querySelectorAll("details[id]"))
    fold.querySelector("summary").addEventListener("click", () => {
      if (!fold.open) history.replaceState(history.state, "", `#${fold.id}`);
    });
  const widgets = {
    "jw-validate": "./validate.js",
    "jw-examples": "./examples.js",
    "jw-properties": "./properties.js",
    "jw-lifecycle": "./trace.js",
    "jw-scenario": "./scenario.js",
    "jw-story": "./story.js",
  };
  for (const [name, module] of Object.entries(widgets))
    for (const element of document.querySelectorAll(`.${name}:not([data-mounted])`)) {
      element.dataset.mounted = "";
      import(module).then(({ mount }) => mount(element));
    }
};

/** Open the folded sections around the place that the address names, and scroll there. */
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
