import pytest

from addons.nlu.parts import segments


def questions(text):
    return [segment.text for segment in segments(text) if segment.question]


@pytest.mark.parametrize(("text", "found"), [
    ("What muscles does it work and how many sets should I do?", ["What muscles does it work", "and how many sets should I do?"]),
    ("is it bad for knees, how deep should I go", ["is it bad for knees", "how deep should I go"]),
    ("I've a bad knee. Can I leg press? Thanks in advance", ["Can I leg press?"]),
    ("Do squats and lunges work glutes?", ["Do squats and lunges work glutes?"]),
    ("add 2.5 kg each time? or 5 kg vs. 10 kg", ["add 2.5 kg each time?"]),
    ("my knee hurts when I squat. any advice?", []),
    ("leg press or hack squat for bad knees and how many sets should I do?",
     ["leg press or hack squat for bad knees", "and how many sets should I do?"]),
    ("for endurance on the press, how many sets should I do?", ["how many sets should I do?"]),
    ("if I train calves on Monday and what about Tuesday?", ["and what about Tuesday?"]),
    ("I like squats and what about lunges?", ["and what about lunges?"]),
    ("thanks!", []),
])
def test_questions_of_a_message_are_found(text, found):
    assert questions(text) == found


def test_segments_keep_their_place_in_the_message():
    text = "I train twice a week. What about my calves? And how deep?"
    assert all(segment.text in text[segment.start:segment.end] for segment in segments(text))
    assert [segment.question for segment in segments(text)] == [False, True, True]
