import pytest

from knowledge.signs import SignMatcher


@pytest.fixture(scope="module")
def matcher(know):
    return SignMatcher(know.red_flags.values())


@pytest.mark.parametrize(("text", "flag"), [
    ("my chest feels really tight when I push the sled", "chest_pain"),
    ("there is a heavy pressure across my chest since the last set", "chest_pain"),
    ("I passed out after my last rep on leg day", "fainting"),
    ("my groin has gone numb and I can't feel when I pee", "cauda_equina"),
    ("left calf is swollen, hot and red after the flight", "calf_clot"),
    ("my pee looks like cola two days after squats", "rhabdo"),
    ("half my face is drooping", "stroke_signs"),
    ("I want to kill myself", "self_harm"),
    ("I make myself throw up after meals to get skinny legs", "eating_disorder"),
    ("not sure if my chest pain is from the gym", "chest_pain"),
])
def test_signs_are_found(matcher, text, flag):
    assert flag in matcher.find(text)


@pytest.mark.parametrize("text", [
    "no chest pain, just sore quads", "I don't have chest pain", "is the chest press better than push ups", "my knee clicks but it doesn't hurt",
    "quads are sore two days after leg day", "my toes went numb once", "can leg press cause high blood pressure", "keep my chest up in the squat"])
def test_ordinary_messages_raise_nothing(matcher, text):
    assert matcher.find(text) == []


@pytest.mark.parametrize(("text", "pressure", "flag"), [
    ("my bp is 190/125 and I have a headache", (190, 125), "bp_emergency"), ("bp 184/100 today", (184, 100), "bp_urgent"),
    ("blood pressure 150/112", (150, 112), "bp_urgent"), ("my blood pressure was 165/95", (165, 95), "bp_clinician")])
def test_blood_pressure_values_are_judged(matcher, text, pressure, flag):
    assert flag in matcher.find(text, [pressure])


def test_a_normal_blood_pressure_is_no_flag(matcher):
    assert matcher.find("my blood pressure is 125/80", [(125, 80)]) == []


def test_signs_that_are_denied_are_told_from_signs_that_are_not_mentioned(matcher):
    assert matcher.denied("can I press if I had no chest pain, just tired")
    assert not matcher.denied("how deep should I go")
    assert not matcher.denied("no dizziness but my chest hurts when I push")
