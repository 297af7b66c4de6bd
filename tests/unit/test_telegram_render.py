"""From content to Telegram's HTML: escaping, tables, sources, splitting."""
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.channels.content import content_of
from addons.channels.telegram.render import LONGEST_TEXT, messages, shortened, units
from tests.telegram.fake import Markup


def html(**message):
    return messages(content_of(message), "Sources:")


def plain(texts):
    return [Markup.read(text)[0] for text in texts]


def test_lines_and_bullets_stay_what_they_are():
    assert html(text="Lead\n• one\n• two") == ["Lead\n• one\n• two"]


def test_what_looks_like_markup_is_shown_and_not_obeyed():
    assert html(text="<b>1 & 2</b> *3* _4_ [x](y)") == ["&lt;b&gt;1 &amp; 2&lt;/b&gt; *3* _4_ [x](y)"]


def test_a_table_is_aligned_in_the_place_of_its_lines():
    table = {"title": "Plan <1>", "columns": ["Week", "Load"], "rows": [["1", "90 kg"], ["10 & 11", "<100"]], "lines": [1, 3]}
    assert html(text="before\nrow\nrow\nafter", custom={"table": table}) == [
        "before\n<b>Plan &lt;1&gt;</b>\n<pre>Week     Load\n1        90 kg\n10 &amp; 11  &lt;100</pre>\nafter"]


def test_sources_stand_below_and_only_web_addresses_are_links():
    sources = [{"title": "A & B 2008", "url": 'https://example.org/?a="1"&b'}, {"title": "Coaching"},
               {"title": "Bad", "url": "javascript:alert(1)"}]
    assert html(text="Answer", custom={"sources": sources}) == [
        'Answer\n<i>Sources:</i>\n<a href="https://example.org/?a=&quot;1&quot;&amp;b">A &amp; B 2008</a>\n<i>Coaching</i>\n<i>Bad</i>']


def test_nothing_to_say_is_no_message():
    assert html(text="") == []


def test_long_text_is_split_at_the_ends_of_lines():
    lines = [f"{number} " + "x" * 997 for number in range(10)]
    texts = html(text="\n".join(lines))
    assert len(texts) == 3 and "\n".join(plain(texts)).split("\n") == lines


def test_a_long_table_is_a_whole_block_in_each_message():
    rows = [[str(number), "y" * 90] for number in range(100)]
    texts = html(text="", custom={"table": {"title": "T", "columns": ["a", "b"], "rows": rows}})
    assert len(texts) == 3
    for text in texts:
        assert text.count("<pre>") == text.count("</pre>") == 1
    assert sum(text.count("y" * 90) for text in plain(texts)) == 100


def test_what_counts_is_the_length_as_telegram_counts_it():
    assert units("a😀") == 3
    assert len(html(text="😀" * 2048)) == 1 and len(html(text="😀" * 2049)) == 2
    assert len(html(text="&" * 4096)) == 1  # five characters each in HTML, one on the screen


def test_a_line_without_spaces_is_cut_where_it_must():
    assert [len(text) for text in plain(html(text="z" * 9000))] == [4096, 4096, 808]


def test_a_shortened_text_never_ends_in_half_a_character():
    assert shortened("ab😀", 3) == "ab" and shortened("ab😀", 4) == "ab😀"


@pytest.mark.parametrize("mark", ["<", "&", "é", "😀", "word ", "- "])
def test_a_cut_line_loses_nothing_but_spaces(mark):
    text = (mark * 5000).strip()
    texts = plain(html(text=text))
    assert "".join(texts).replace(" ", "") == text.replace(" ", "") and all(units(item) <= LONGEST_TEXT for item in texts)


_words = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=3000)


@settings(max_examples=60, deadline=None)
@given(st.lists(_words, min_size=1, max_size=6), st.lists(st.tuples(_words, _words), max_size=3))
def test_whatever_is_said_telegram_can_read_it(lines, sources):
    custom = {"sources": [{"title": title, "url": "https://example.org/" + url} for title, url in sources]}
    for text in html(text="\n".join(lines), custom=custom):
        shown, _ = Markup.read(text)
        assert 0 < units(shown) <= LONGEST_TEXT
