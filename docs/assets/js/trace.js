// Points out the changes of one status in the diagram of a lifecycle: what can follow, or for an end what led to it.

export function mount(figure) {
  const diagram = figure.querySelector(".jw-diagram");
  const ways = [...diagram.querySelectorAll(".jw-way")];
  const named = [...figure.querySelectorAll("[data-status]")];

  const trace = (status) => {
    const after = ways.filter((way) => way.dataset.from === status);
    const shown = after.length ? after : ways.filter((way) => way.dataset.to === status);
    const ends = new Set([status, ...shown.flatMap((way) => [way.dataset.from, way.dataset.to])]);
    diagram.classList.toggle("jw-tracing", status !== undefined);
    for (const way of ways) way.classList.toggle("jw-traced", shown.includes(way));
    for (const each of named) each.classList.toggle("jw-traced", ends.has(each.dataset.status));
  };

  const atKeyboard = ":is(:focus-visible, :has(:focus-visible))";
  const leave = () => trace(named.find((each) => each.matches(atKeyboard))?.dataset.status);

  for (const each of named) {
    for (const begin of ["pointerenter", "focusin"]) each.addEventListener(begin, () => trace(each.dataset.status));
    for (const end of ["pointerleave", "focusout"]) each.addEventListener(end, leave);
  }
}
