"""Parts of the web chat by themselves: limits, sites, history, exports, ratings, streams, deletion."""
from __future__ import annotations

import asyncio
import datetime
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from rasa.core.tracker_store import InMemoryTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from actions.plan_text import plan_lines, plan_table
from actions.rendering import address_of, extras_of
from actions.schemes import Profile, RecentSet, make_plan
from addons.channels.content import Table, content_of
from addons.channels.erasing import CannotErase, erase
from addons.channels.history import Said, history_of, question_before, replies_to
from addons.channels.limits import Limiter
from addons.channels.signing import Signer
from addons.channels.web.access import configured_sites
from addons.channels.web.exports import calendar_of, csv_of
from addons.channels.web.output import WebOutput
from addons.channels.web.ratings import Ratings, report
from addons.channels.web.service import Service
from addons.channels.web.talks import MOST_TALKS, MOST_WAITING, Talks
from addons.channels.web.view import View
from addons.stores.talks import TalkStore


def test_a_limiter_lets_a_burst_pass_and_then_a_steady_flow():
    now = [0.0]
    limiter = Limiter(per_second=2, burst=3, clock=lambda: now[0])
    assert [limiter.wait("a") for _ in range(3)] == [0, 0, 0]
    assert limiter.wait("a") == pytest.approx(0.5)
    assert limiter.wait("b") == 0
    now[0] = 0.5
    assert limiter.wait("a") == 0 and limiter.wait("a") > 0


def test_sites_are_exact_origins(monkeypatch):
    monkeypatch.setenv("REPWISE_SITES", "https://www.gym.example, http://localhost:8080/")
    assert configured_sites() == {"https://www.gym.example", "http://localhost:8080"}
    for wrong in ("https://*.gym.example", "www.gym.example", "https://gym.example/page", "null", "ftp://gym.example"):
        monkeypatch.setenv("REPWISE_SITES", wrong)
        with pytest.raises(RasaException, match="must be an origin"):
            configured_sites()


def test_a_token_holds_for_one_site_and_for_some_time(monkeypatch):
    signer = Signer("secret", "web")
    token = signer.conversation_token("web:a", "https://a.example")
    assert signer.conversation(token, "https://a.example") == "web:a"
    assert signer.conversation(token, "https://b.example") is None and signer.conversation(token) is None
    monkeypatch.setattr("addons.channels.signing.TOKEN_SECONDS", -1)
    assert signer.conversation(token, "https://a.example") is None


def _tracker(*events):
    tracker = DialogueStateTracker("web:a", [])
    for event in events:
        tracker.update(event)
    return tracker


def _bot(text, **data):
    return BotUttered(text, data)


TALK = (ActionExecuted("action_session_start"), _bot("Welcome"), SessionStarted(), UserUttered("one", message_id="id-1"),
        _bot("First", custom={"claims": ["c1"], "rate": True}), _bot("Second", buttons=[{"title": "More", "payload": "/ask_why"}]),
        ActionExecuted("action_session_start"), _bot("Welcome back"), SessionStarted(), UserUttered("two", message_id="id-2"), _bot("Third"))


def test_history_names_messages_the_same_way_each_time():
    history = history_of(_tracker(*TALK))
    assert [said.key for said in history] == ["r0", "id-1", "r1", "r2", "r3", "id-2", "r4"]
    assert [said.text for said in replies_to(history, "id-1")] == ["First", "Second", "Welcome back"]
    assert replies_to(history, "id-3") == []
    assert question_before(history, "r2").text == "one" and question_before(history, "r0") is None
    assert history_of(None) == []


def test_only_the_latest_buttons_are_shown_and_none_with_its_payload():
    signer = Signer("secret", "web")
    shown = View("web:a", signer).history(history_of(_tracker(*TALK[:6])), {"r1": False})
    assert [message["key"] for message in shown] == ["r0", "id-1", "r1", "r2"]
    assert shown[2]["helpful"] is False and shown[2]["rate"] is True
    click = shown[3]["buttons"][0]["click"]
    assert "/ask_why" not in str(shown) and signer.button("web:a", click) == ["/ask_why", "More"]
    older = View("web:a", signer).history(history_of(_tracker(*TALK)), {})
    assert not any(message.get("buttons") for message in older)


@pytest.mark.asyncio
async def test_a_message_is_collected_whole():
    output = WebOutput()
    await output.send_response("web:a", {"text": "a\n\nb", "buttons": [{"title": "x", "payload": "/y"}], "custom": {"rate": True}, "elements": []})
    assert len(output.messages) == 1
    assert output.messages[0]["text"] == "a\n\nb" and output.messages[0]["custom"] == {"rate": True}


def _service(tmp_path, store, on_new_message):
    service = Service(on_new_message, Signer("secret", "web"), Ratings("secret"))
    return service, SimpleNamespace(tracker_store=store, lock_store=_Locks())


class _Locks:
    @asynccontextmanager
    async def lock(self, conversation):
        yield


async def _keep(store, *events):
    tracker = await store.get_or_create_tracker("web:a")
    for event in events:
        tracker.update(event)
    await store.save(tracker)


@pytest.mark.asyncio
async def test_a_message_that_comes_twice_is_answered_once_also_after_a_restart(tmp_path):
    store, asked = InMemoryTrackerStore(Domain.empty()), []

    async def on_new_message(message):
        asked.append(message.message_id)
        await asyncio.sleep(0.05)
        await message.output_channel.send_response(message.sender_id, {"text": f"about {message.text}"})
        await _keep(store, UserUttered(message.text, message_id=message.message_id), _bot(f"about {message.text}"))

    service, agent = _service(tmp_path, store, on_new_message)
    first, second = await asyncio.gather(*(service.say(agent, "web:a", "id-12345", "squats", None) for _ in range(2)))
    third = await service.say(agent, "web:a", "id-12345", "squats", None)
    restarted, _ = _service(tmp_path, store, on_new_message)
    fourth = await restarted.say(agent, "web:a", "id-12345", "squats", None)
    assert asked == ["id-12345"]
    for shown in (first, second, third, fourth):
        assert [message["key"] for message in shown] == ["id-12345", "r0"]
        assert shown[1]["before"] == [{"text": "about squats", "bullet": False}]
    other = await restarted.say(agent, "web:a", "id-67890", "lunges", None)
    assert [message["key"] for message in other] == ["id-67890", "r1"]


@pytest.mark.asyncio
async def test_a_turn_that_fails_can_be_tried_again_and_one_that_is_left_goes_on(tmp_path):
    store, answered = InMemoryTrackerStore(Domain.empty()), []

    async def on_new_message(message):
        await asyncio.sleep(0.02)
        answered.append(message.text)
        if len(answered) == 1:
            raise RuntimeError("no luck")
        await message.output_channel.send_response(message.sender_id, {"text": "fine"})
        await _keep(store, UserUttered(message.text, message_id=message.message_id), _bot("fine"))

    service, agent = _service(tmp_path, store, on_new_message)
    with service.talks.of("web:a").listening() as events:
        with pytest.raises(RuntimeError):
            await service.say(agent, "web:a", "id-12345", "squats", None)
        assert '"on": false' in [events.get_nowait(), events.get_nowait()][1]
        leaving = asyncio.create_task(service.say(agent, "web:a", "id-12345", "squats", None))
        await asyncio.sleep(0)
        leaving.cancel()
        heard = [await asyncio.wait_for(events.get(), 2) for _ in range(3)]
    assert "fine" in heard[2] and answered == ["squats", "squats"]


@pytest.mark.asyncio
async def test_a_tab_that_does_not_keep_up_is_cut_off_and_others_are_not():
    talk = Talks().of("web:a")
    with talk.listening() as slow, talk.listening() as quick:
        for number in range(MOST_WAITING + 1):
            talk.publish("message", {"n": number})
            assert quick.get_nowait() is not None
        assert slow.get_nowait() is None and slow.empty()


@pytest.mark.asyncio
async def test_idle_talks_are_forgotten_and_open_ones_are_not():
    talks = Talks()
    open_talk = talks.of("open")
    with open_talk.listening() as events:
        for number in range(MOST_TALKS + 5):
            talks.of(f"web:{number}")
        assert talks.of("open") is open_talk and talks.streams == 1
        talks.forget("open")
        assert events.get_nowait() is None


TABLE = Table("Plan", ("Week", "Load"), (("1", "=1+1"), ("2", "@SUM(A1)"), ("3", "-5"), ("4", 'say "hi", then +1')))


def test_csv_cells_are_no_formulas():
    assert csv_of(TABLE).splitlines() == ["Week,Load", "1,'=1+1", "2,'@SUM(A1)", "3,'-5", '4,"say ""hi"", then +1"']


def test_a_session_is_in_the_calendar_whole_on_each_of_its_days():
    words = {"session": "{title}: week {week}, session {n}", "note": "Note."}
    text = calendar_of(TABLE, "leg session", 2, datetime.date(2026, 3, 9), words, weeks=3).replace("\r\n ", "")
    assert text.count("BEGIN:VEVENT") == 2 * 3
    for row in TABLE.rows:
        assert text.count(f"{TABLE.columns[0]}: {row[0]}\\,") == 2 * 3


def test_the_calendar_holds_every_session_from_the_next_monday_on():
    words = {"session": "{title}: week {week}, session {n}", "note": "Note; with, signs."}
    text = calendar_of(TABLE, "leg press " + "é" * 60, 2, datetime.date(2026, 3, 9), words)
    assert text.endswith("END:VCALENDAR\r\n") and all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    unfolded = text.replace("\r\n ", "")
    days = [line.split(":")[1] for line in unfolded.split("\r\n") if line.startswith("DTSTART")]
    assert days[:4] == ["20260316", "20260319", "20260323", "20260326"] and len(days) == 8
    assert "SUMMARY:Leg press" in unfolded and "week 4\\, session 2" in unfolded and "Load: =1+1\\nNote\\; with\\, signs." in unfolded
    assert len(set(line for line in unfolded.split("\r\n") if line.startswith("UID"))) == 8


@pytest.mark.asyncio
async def test_ratings_are_kept_replaced_taken_back_and_deleted(tmp_path):
    ratings, store = Ratings("secret"), TalkStore(db=str(tmp_path / "talks.db"))
    assert await ratings.of(store, "web:a") == {} and report(store.engine) == []
    await ratings.keep(store, "web:a", "r1", True, ["c1", "c2"], "which muscles")
    await ratings.keep(store, "web:a", "r1", False, ["c1", "c2"], "which muscles")
    await ratings.keep(store, "web:b", "r1", True, ["c2"], "")
    assert await ratings.of(store, "web:a") == {"r1": False} and await Ratings("other").of(store, "web:a") == {}
    assert report(store.engine) == ["0 up, 1 down  c1\n    which muscles", "1 up, 1 down  c2\n    which muscles"]
    await ratings.take_back(store, "web:a", "r1")
    assert await ratings.of(store, "web:a") == {}
    await ratings.keep(store, "web:a", "r2", True, [], "")
    await ratings.forget(store, "web:a")
    assert await ratings.of(store, "web:a") == {} and await ratings.of(store, "web:b") == {"r1": True}
    assert not any(b"web:b" in file.read_bytes() for file in tmp_path.iterdir())


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["memory", "sql"])
async def test_erasing_takes_one_conversation_and_no_other(tmp_path, kind):
    store = InMemoryTrackerStore(Domain.empty()) if kind == "memory" else SQLTrackerStore(Domain.empty(), db=str(tmp_path / "talks.db"))
    wrapped = SimpleNamespace(_tracker_store=SimpleNamespace(_tracker_store=store))
    for conversation in ("web:a", "web:b"):
        await store.save(_tracker_of(conversation))
    await erase(SimpleNamespace(tracker_store=wrapped, lock_store=_Locks()), "web:a")
    assert list(await store.keys()) == ["web:b"]


def _tracker_of(conversation):
    tracker = DialogueStateTracker(conversation, [])
    tracker.update(UserUttered("hello"))
    return tracker


@pytest.mark.asyncio
async def test_erasing_from_an_unknown_store_fails_loudly():
    with pytest.raises(CannotErase):
        await erase(SimpleNamespace(tracker_store=object(), lock_store=_Locks()), "web:a")


def test_a_plan_s_table_says_what_its_lines_say(know):
    profile = Profile(exercise="inverted_leg_press", goal="hypertrophy", experience="intermediate", sessions_per_week=2,
                      recent_set=RecentSet(100, "kg", 8, 2))
    plan = make_plan(profile, know)
    lines, table = ["again", *plan_lines(plan, know)], plan_table(plan, know, first=1)
    first, last = table["lines"]
    assert last - first == len(table["rows"]) == len(plan.weeks)
    for line, row in zip(lines[first:last], table["rows"], strict=True):
        assert line.startswith(f"Week {row[0].split()[0]}") and row[3] in line and f"{row[1]} x {row[2]} reps" in line
        assert f"stop with {row[4]} left" in line
    assert not any(line.startswith("Week ") for line in [*lines[:first], *lines[last:]])
    content = content_of({"text": "\n".join(lines), "custom": {"table": table}})
    assert [line.text for line in content.before_table][-1].startswith("Warm-up") and len(content.after_table) == len(lines) - last


def test_extras_name_each_source_once_and_only_facts_can_be_rated(know):
    entry = next(entry for entry in know.entries.values() if len(entry.claim.sources) > 1)
    extras = extras_of([entry.id, entry.id, "no such claim"], entry.claim.sources, know)
    assert len(extras["sources"]) == len(entry.claim.sources) and extras["rate"] is True
    assert set(extras["claims"]) == {entry.id}
    assert extras_of([], [], know) == {}


def test_a_picture_is_shown_in_its_size_and_a_missing_one_is_left_out_and_logged(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("addons.channels.pictures.FOLDER", tmp_path)
    (tmp_path / "feet-test.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 7" width="9" height="7" role="img"></svg>')
    shows = [{"name": "feet-test", "alt": "Feet"}, {"name": "feet-missing", "alt": "No feet"}]
    shown = View("web:a", Signer("secret", "web")).assistant(Said("r0", 0, "So.", message={"text": "So.", "custom": {"pictures": shows}}))
    assert shown["pictures"] == [{"src": "/chat/pictures/feet-test.svg", "alt": "Feet", "width": 9, "height": 7}]
    assert "feet-missing is missing" in caplog.text


@pytest.mark.parametrize(("where", "address"), [
    ("pubmed.ncbi.nlm.nih.gov/41630124", "https://pubmed.ncbi.nlm.nih.gov/41630124"),
    ("scribd.com/document/721225688 ; 502177283", "https://scribd.com/document/721225688"),
    ("doi 10.1115/1.4053133", "https://doi.org/10.1115/1.4053133"),
    ("frontiersin.org 10.3389/fspor.2024.1396391", "https://doi.org/10.3389/fspor.2024.1396391"),
    ("verify Nuzzo in PMC10933212", "https://pmc.ncbi.nlm.nih.gov/articles/PMC10933212"),
    ("pubmed 31202881", "https://pubmed.ncbi.nlm.nih.gov/31202881"), ("ucviden.dk", None), ("", None)])
def test_sources_lead_to_pages(where, address):
    assert address_of(where) == address
