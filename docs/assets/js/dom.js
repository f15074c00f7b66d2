// Short ways to make elements. Never from HTML strings: a payload is text to show and must not become markup.

export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes))
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  element.append(...children);
  return element;
}

/** The text as nodes, with `code` elements for what is between backticks. */
export const inline = (text) => text.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));

/** The text as nodes, which may break after dots and slashes: before it breaks within a word. */
export const breakable = (text) => text.split(/(?<=[./]\b)/).flatMap((part, index) => (index ? [el("wbr"), part] : [part]));

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g;

/** JSON as nodes with the classes of Pygments, like the examples rendered into the page. */
export function highlighted(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [token, string, colon] = match;
    parts.push(text.slice(end, match.index));
    if (string) parts.push(el("span", { class: colon ? "nt" : "s2" }, string), colon ?? "");
    else parts.push(el("span", { class: /\d/.test(token) ? "mi" : "kc" }, token));
    end = match.index + token.length;
  }
  return [...parts, text.slice(end)];
}
