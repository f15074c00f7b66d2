// A page that was opened as a file cannot load modules, examples or the search. No module: browsers refuse those first.

if (location.protocol === "file:") {
  const note = document.createElement("p");
  note.className = "jw-file";
  note.setAttribute("role", "status");
  note.textContent =
    "This page was opened as a file. The search, examples and validation need a server: run python -m http.server -d site, and open http://localhost:8000.";
  document.body.prepend(note);
}
