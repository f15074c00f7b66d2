"""Pages as Markdown: what a page says in HTML, it says in Markdown, too."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from support.tables import table

from junction_webhooks_dev.docs.markdown_pages.html_tree import parse
from junction_webhooks_dev.docs.markdown_pages.writer import Writer

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MARKS = st.text(st.sampled_from("\\`*_[]()<>&#;!|~=+-.:'\"1a é \n/"), min_size=1, max_size=20)
TABLE = (
    "<table><caption>Types</caption><thead><tr><th>A</th><th></th></tr></thead>"
    "<tbody><tr><th><code>str | None</code></th><td><p>one</p><ul><li>two</li></ul></td></tr></tbody></table>"
)
TABS = (
    '<div class="tabbed-set"><input type="radio"><input type="radio">'
    '<div class="tabbed-labels"><label>Flask</label><label>Node</label></div>'
    '<div class="tabbed-content"><div class="tabbed-block"><p>one</p></div><div><p>two</p></div></div></div>'
)


def markdown(source: str) -> str:
    """A page as Markdown, without the line break at its end."""
    return Writer("https://site.example/page/".__add__).page(parse(source)).removesuffix("\n")


def shown(source: str) -> str:
    """What a reader sees of Markdown that is read again, on one line."""
    rendered = READER.render(source)
    return " ".join("".join(ET.fromstring(f"<div>{rendered}</div>").itertext()).split())  # noqa: S314  (rendered above)


@table(
    ("source", "expected"),
    [
        ('<h2 id="a">A <code>b</code><a class="headerlink" href="#a">¶</a></h2>', "## A `b`"),
        ("<h3><span>data.<wbr></span>order_id</h3>", "### data.order_id"),
        ("<p>One\n  <strong>two </strong>and <em>three</em>.</p>", "One **two** and *three*."),
        ('<p><a href="#b"><code>b</code></a></p>', "[`b`](https://site.example/page/#b)"),
        ('<p>to <a href="x"></a><a>b</a></p>', "to b"),
        ('<p><img alt="A [chart]" src="i.svg"></p>', r"![A \[chart\]](https://site.example/page/i.svg)"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("<ul><li><p>a</p><p>b</p></li><li>c</li></ul>", "- a\n\n  b\n\n- c"),
        ('<ol start="9"><li>a</li><li>b<ul><li>c</li></ul></li></ol>', "9. a\n\n10. b\n\n    - c"),
        ("<dl><dt>a</dt><dt>b</dt><dd>c</dd><dt>d</dt><dd></dd></dl>", "- a, b: c\n- d:"),
        ("<details><summary>More</summary>text</details>", "**More**\n\ntext"),
        ("<details><summary><strong>A</strong> b</summary></details>", "**A** b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        (
            '<div class="admonition note"><p class="admonition-title">Note</p><p>a</p></div>',
            "> **Note**\n>\n> a",
        ),
        (
            '<div class="language-python highlight"><pre><code><span>if</span> a:\n\n    b\n</code></pre></div>',
            "```python\nif a:\n\n    b\n```",
        ),
        ("<ul><li><pre>a  \n\n  ```\n</pre></li></ul>", "- ````\n  a  \n\n    ```\n  ````"),
        (TABLE, "Types\n\n| A |  |\n| --- | --- |\n| `str \\| None` | one - two |"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "|  |  |\n| --- | --- |\n| a | b |"),
        (TABS, "**Flask**\n\none\n\n**Node**\n\ntwo"),
        ("<div>before<p>a</p>between<hr>after</div>", "before\n\na\n\nbetween\n\n---\n\nafter"),
        ('<p>a<a href="b"><strong>Card</strong><div>text</div></a></p>', None),
        ("<p>a<svg><text>b</text></svg><button>c</button><span aria-hidden='true'>d</span>e</p>", "ae"),
        ("<p>one<p>two", "one\n\ntwo"),
    ],
    ids=str,
)
def test_each_element_is_written(source: str, expected: str | None) -> None:
    """Each element of the site becomes what it is in Markdown, and what only a browser can use is left out."""
    assert markdown(source) == (expected or "a[**Card** text](https://site.example/page/b)")


@given(MARKS)
def test_text_is_never_read_as_markdown(text: str) -> None:
    """Whatever a text has in it, a reader of the Markdown sees the same text: as prose, as code and in a table."""
    expected = " ".join(text.split())
    escaped = html.escape(text)
    assert shown(markdown(f"<p>{escaped}</p>")) == expected
    assert shown(markdown(f"<p>a <strong>{escaped}</strong> b</p>")) == " ".join(f"a {text} b".split())
    assert shown(markdown(f"<p><code>{escaped}</code></p>")) == expected
    assert shown(markdown(f"<table><tr><td>{escaped}</td></tr></table>")) == expected
    code = re.sub(r"^\n+|\n+$", "", text)
    assert shown(markdown(f"<pre><code>{html.escape(code)}</code></pre>")) == " ".join(code.split())
