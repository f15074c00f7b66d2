// Highlights the transitions of one status in a lifecycle diagram: those that can follow, or if there are none, those
// that lead to it.

export function mount(figure) {
  const diagram = figure.querySelector(".jw-diagram");
  const edges = [...diagram.querySelectorAll(".jw-way")];
  const named = [...figure.querySelectorAll("[data-status]")];

  const trace = (status) => {
    const after = edges.filter((edge) => edge.dataset.from === status);
    const shown = after.length ? after : edges.filter((edge) => edge.dataset.to === status);
    const ends = new Set([status, ...shown.flatMap((edge) => [edge.dataset.from, edge.dataset.to])]);
    diagram.classList.toggle("jw-tracing", status !== undefined);
    for (const edge of edges) edge.classList.toggle("jw-traced", shown.includes(edge));
    for (const each of named) each.classList.toggle("jw-traced", ends.has(each.dataset.status));
  };

  const atKeyboard = ":is(:focus-visible, :has(:focus-visible))";
  const leave = () => trace(named.find((each) => each.matches(atKeyboard))?.dataset.status);

  // The first tap traces a status, the second follows its link. Otherwise the diagram would scroll out of sight.
  let tapped;
  diagram.addEventListener("click", (event) => {
    const at = event.target.closest("[data-status]");
    const isFirst = event.pointerType === "touch" && at && at !== tapped;
    tapped = at;
    if (isFirst) {
      event.preventDefault();
      event.stopPropagation(); // otherwise Material follows the link
      trace(at.dataset.status);
    } else if (event.pointerType === "touch" && !at) trace(undefined);
  });

  for (const each of named) {
    for (const begin of ["pointerenter", "focusin"]) each.addEventListener(begin, () => trace(each.dataset.status));
    each.addEventListener("focusout", leave);
    // A finger leaves at once. What it tapped stays traced until another tap.
    each.addEventListener("pointerleave", ({ pointerType }) => pointerType === "touch" || leave());
  }
}
