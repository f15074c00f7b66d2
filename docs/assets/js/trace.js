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

  for (const each of named) {
    for (const begin of ["pointerenter", "focusin"]) each.addEventListener(begin, () => trace(each.dataset.status));
    for (const end of ["pointerleave", "focusout"]) each.addEventListener(end, leave);
  }
}
