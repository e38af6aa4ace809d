import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.web.richtext import ALLOWED_TAGS, plain, render


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("hello", "<p>hello</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <s>c</s> <code>d</code></p>"),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("- one\n- two", "<ul>\n<li>one</li>\n<li>two</li>\n</ul>"),
        ("# not a heading", "<p># not a heading</p>"),
        ("![alt](https://x.example/p.png)", '<p>!<a href="https://x.example/p.png" rel="nofollow ugc noopener noreferrer">alt</a></p>'),
        (
            "see https://hubbub.example.",
            '<p>see <a href="https://hubbub.example" rel="nofollow ugc noopener noreferrer">https://hubbub.example</a>.</p>',
        ),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
    ],
)
def test_the_subset_renders(text: str, html: str) -> None:
    assert render(text).strip() == html


@pytest.mark.parametrize(
    "text", ["[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "<javascript:alert(1)>", "[x](data:text/html,hi)", "<script>alert(1)</script>"]
)
def test_nothing_runs(text: str) -> None:
    html = render(text)
    assert "<script" not in html
    assert 'href="java' not in html.lower()
    assert 'href="data' not in html


@given(st.text(max_size=300))
def test_any_text_gives_only_allowed_tags(text: str) -> None:
    html = str(render(text))
    names = {part.split(">")[0].split(" ")[0].strip("/") for part in html.split("<")[1:]}
    assert names <= ALLOWED_TAGS


def test_deep_nesting_is_cheap() -> None:
    assert render(">" * 4000)
    assert render("[" * 4000)
    assert render("*a **b " * 600)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("*a*b **c**", "ab c"),
        ("one\ntwo\n\nthree", "one two three"),
        ("> said\n\n- one\n- two", "said one two"),
        ("[name](https://x.example) & <b>x</b>", "name & <b>x</b>"),
        ("", ""),
    ],
)
def test_plain_keeps_the_words_and_nothing_else(text: str, words: str) -> None:
    assert plain(render(text)) == words
