"""The offset of long polling and the buttons that outlive a restart."""
from __future__ import annotations

import json
import time

import pytest

from addons.channels.content import Choice
from addons.channels.incoming import Refused
from addons.channels.telegram import state
from addons.channels.telegram.state import Keyboards, Progress
from addons.stores.talks import TalkStore

CHOICES = (Choice("Strength", '/inform{"goal":"strength"}'), Choice("Skip " + "é" * 60, "/skip"))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "progress.json"


def test_the_offset_waits_for_what_is_in_work(file):
    progress = Progress(file)
    assert progress.offset is None
    assert [progress.begin(number) for number in (11, 12, 13)] == [True, True, True] and progress.offset == 11
    progress.finish(12)
    assert progress.offset == 11
    progress.finish(11)
    assert progress.offset == 13
    progress.finish(13)
    assert progress.offset == 14


def test_what_comes_again_is_dropped(file):
    progress = Progress(file)
    progress.begin(11), progress.begin(12)
    progress.finish(12)
    assert not progress.begin(11) and not progress.begin(12)
    progress.finish(11)
    assert not progress.begin(11) and not progress.begin(12) and progress.begin(13)


def test_after_a_crash_only_what_was_in_work_comes_again(file):
    progress = Progress(file)
    for number in (11, 12, 13):
        progress.begin(number)
    progress.finish(12)
    again = Progress(file)
    assert again.offset == 11
    # what the crash cut off is 11 and 13; 12 was done
    assert [again.begin(number) for number in (11, 12, 13)] == [True, False, True]


def test_the_file_is_replaced_as_a_whole(file):
    progress = Progress(file)
    progress.begin(11)
    progress.finish(11)
    assert json.loads(file.read_text())["offset"] == 12 and [item.name for item in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"offset": "x"}', "null"])
def test_an_unreadable_file_is_said_and_left(file, content, caplog):
    file.write_text(content)
    assert Progress(file).offset is None and "unreadable" in caplog.text


def test_an_old_offset_is_not_used(file, monkeypatch):
    progress = Progress(file)
    progress.begin(900)
    progress.finish(900)
    later = time.time() + state.STALE_S + 1
    monkeypatch.setattr(state.time, "time", lambda: later)
    for kept in (progress, Progress(file)):
        assert kept.offset is None and kept.begin(20) and kept.offset == 20
        kept.finish(20)
        assert kept.offset == 21


@pytest.fixture
def keyboards(tmp_path):
    return Keyboards(TalkStore(db=str(tmp_path / "talks.db")))


@pytest.mark.asyncio
async def test_callback_data_is_short_and_leads_back(keyboards):
    data = await keyboards.keep("telegram:5", CHOICES)
    assert all(1 <= len(item.encode()) <= 64 for item in data) and "inform" not in "".join(data)
    assert await keyboards.press(data[0], "telegram:5", "c1") == CHOICES[0]


@pytest.mark.asyncio
async def test_a_second_click_finds_the_buttons_used(keyboards):
    data = await keyboards.keep("telegram:5", CHOICES)
    assert await keyboards.press(data[0], "telegram:5", "c1") == CHOICES[0]
    assert await keyboards.press(data[1], "telegram:5", "c2") is None
    assert await keyboards.press(data[0], "telegram:5", "c1") == CHOICES[0]  # the same click, delivered again after a crash


@pytest.mark.asyncio
@pytest.mark.parametrize("conversation", ["telegram:6", "telegram:5:5", ""])
async def test_a_button_of_another_conversation_is_refused(keyboards, conversation):
    [first, _] = await keyboards.keep("telegram:5", CHOICES)
    with pytest.raises(Refused):
        await keyboards.press(first, conversation, "c1")


@pytest.mark.asyncio
@pytest.mark.parametrize("change", [
    lambda data: data[:-2], lambda data: data[:-1] + "9", lambda data: data[:-1] + "-1", lambda data: data[:-1] + "²",
    lambda data: "x" + data, lambda data: "", lambda data: '/inform{"goal":"strength"}'])
async def test_invented_data_is_refused(keyboards, change):
    [first, _] = await keyboards.keep("telegram:5", CHOICES)
    with pytest.raises(Refused):
        await keyboards.press(change(first), "telegram:5", "c1")


@pytest.mark.asyncio
async def test_buttons_work_after_a_restart_and_not_after_months(keyboards, tmp_path, monkeypatch):
    data = await keyboards.keep("telegram:5", CHOICES)
    again = Keyboards(TalkStore(db=str(tmp_path / "talks.db")))
    assert await again.press(data[1], "telegram:5", "c1") == CHOICES[1]
    later = time.time() + state.KEPT_S + 1
    monkeypatch.setattr(state.time, "time", lambda: later)
    await again.drop_old()
    with pytest.raises(Refused):
        await again.press(data[1], "telegram:5", "c1")


@pytest.mark.asyncio
async def test_deleting_a_conversation_takes_its_buttons(tmp_path):
    store = TalkStore(db=str(tmp_path / "talks.db"))
    keyboards = Keyboards(store)
    mine, theirs = await keyboards.keep("telegram:5", CHOICES), await keyboards.keep("telegram:6", CHOICES)
    await store.erase("telegram:5")
    with pytest.raises(Refused):
        await keyboards.press(mine[0], "telegram:5", "c1")
    assert await keyboards.press(theirs[0], "telegram:6", "c1") == CHOICES[0]
