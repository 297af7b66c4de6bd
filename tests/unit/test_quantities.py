import pytest

from actions.quantities import find, to_kg


@pytest.mark.parametrize(("text", "wanted"), [
    ("225 lbs for 8 reps with 2 left", ["225 lb", "8 rep", "2 rir"]),
    ("100 kg x 10", ["100 kg", "10 rep"]),
    ("10 x 60kg", ["10 rep", "60 kg"]),
    ("two hundred pounds for five", ["200 lb", "5 rep"]),
    ("I train twice a week", ["2 per_week"]),
    ("three days per week please", ["3 per_week"]),
    ("every day", ["7 per_week"]),
    ("minus: -50 kg", ["-50 kg"]),
    ("my reading was 185/115", ["185/115 mmhg"]),
    ("it was 180 over 110", ["180/110 mmhg"]),
    ("I'm 70", ["70 age"]),
    ("old bloke 81", ["81 age"]),
    ("im an old bloke. 81. which machine", ["81 age"]),
    ("a trial for my 71st birthday", ["71 age"]),
    ("f 30, 62kg", ["30 age", "62 kg"]),
    ("turned 70 last week", ["70 age"]),
    ("20 m walking lunges", ["20"]),
    ("my son is nearly 12", ["12 age"]),
    ("he is 6 ft", ["6"]),
    ("5x5", ["5 set", "5 rep"]),
    ("I have trained for a year", ["1 year"]),
    ("L5 S1", []),
    ("which one is better", []),
])
def test_numbers_get_their_units(text, wanted):
    assert [quantity.text() for quantity in find(text)] == wanted


def test_pounds_become_kilograms():
    assert to_kg(220.462, "lb") == pytest.approx(100)
