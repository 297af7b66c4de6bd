"""Muscle maps and foot diagrams: what is shaded, named and shown, and that each file is small and readable."""
from __future__ import annotations

import io
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from PIL import Image

import knowledge
from actions import answers
from actions.question import Context
from addons.channels.telegram.render import LONGEST_CAPTION
from knowledge.pictures import FootDiagram, MuscleMap, alt_of, pictures, places_of, stances_shown
from knowledge.schema import MusclePlace, Shown
from pictures import body, foot_diagram, muscle_map, svg
from pictures.build import FOLDER, MOST_BYTES, TooLarge, write
from tests.unit.test_answers import question

EXERCISES = sorted(knowledge.shared().exercises)
WITH_FEET = sorted({picture.exercise for picture in pictures(knowledge.shared()) if isinstance(picture, FootDiagram)})
SVG = "{http://www.w3.org/2000/svg}"
CIRCLE = svg.document(40, "A dot", '<circle class="foot" cx="20" cy="20" r="9"/>')


def looks_of(drawing):
    """Returns the classes of each path by its shape."""
    return {path.get("d"): path.get("class", "").split()[0] for path in ElementTree.fromstring(drawing).iter(f"{SVG}path")}


def texts(drawing):
    return list(ElementTree.fromstring(drawing).iter(f"{SVG}text"))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_what_an_exercise_works_is_shaded_and_named(know, exercise):
    item = know.exercises[exercise]
    drawing = muscle_map.draw(MuscleMap(exercise), know)
    looks, alt = looks_of(drawing), alt_of(MuscleMap(exercise), know)
    for role in ("primary", "secondary"):
        for use in getattr(item.muscles, role):
            places = places_of(use.muscle, know)
            assert know.name_of(use.muscle) in alt and places
            shown = {looks[body.path_of(side, place)] for item in places for side in body.SIDES for place in getattr(item, side)}
            assert shown <= {"primary", "secondary"}
            if role == "primary":
                assert "primary" in shown, use.muscle
    worked = {use.muscle for use in (*item.muscles.primary, *item.muscles.secondary)}
    if not worked & {"calves", "gastrocnemius"}:
        assert looks[body.path_of("back", "calves 0")] == "muscle"


def test_what_is_said_of_a_part_counts_more_than_what_is_said_of_its_group(know):
    looks = looks_of(muscle_map.draw(MuscleMap("back_squat"), know))
    assert looks[body.path_of("front", "quadriceps 0")] == "secondary", "the rectus femoris, though the quads are primary"
    assert looks[body.path_of("front", "quadriceps 1")] == "primary"


def test_a_muscle_under_another_one_is_named_so(know):
    said = " ".join(text.text for text in texts(muscle_map.draw(MuscleMap("hip_abduction"), know)))
    assert "gluteus minimus (beneath)" in said and "gluteus medius gluteus" in said


@pytest.mark.parametrize("exercise", EXERCISES)
def test_labels_stand_inside_the_picture_and_not_over_each_other(know, exercise):
    boxes = []
    for text in texts(muscle_map.draw(MuscleMap(exercise), know)):
        size, x, y = (float(text.get(key)) for key in ("font-size", "x", "y"))
        width = svg.width_of(text.text, size, text.get("font-weight") is not None)
        left = x - {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor", "start")] * width
        assert left >= 0 and left + width <= svg.WIDTH and 0 < y < muscle_map.HEIGHT, text.text
        boxes.append((left, left + width, y - 0.7 * size, y))
    assert not any(a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3] for n, a in enumerate(boxes) for b in boxes[:n])


def test_a_part_that_the_outline_lacks_is_named_with_those_it_has(know):
    wrong = know.drawing.copy(update={"muscles": [*know.drawing.muscles, MusclePlace(muscle="soleus", back=["calfs 9"])]})
    with pytest.raises(body.UnknownPart, match='no part "calfs 9"; it has .*calves 0'):
        muscle_map.draw(MuscleMap("seated_calf_raise"), replace(know, drawing=wrong))


@pytest.mark.parametrize("exercise", WITH_FEET)
def test_a_foot_diagram_shows_each_stance_and_marks_what_is_not_advised(know, exercise):
    shown = stances_shown(know.exercises[exercise], know)
    drawing = foot_diagram.draw(FootDiagram(exercise), know)
    said, alt = " ".join(text.text for text in texts(drawing)).lower(), alt_of(FootDiagram(exercise), know)
    assert shown and all(know.name_of(use.stance).lower() in said and know.name_of(use.stance) in alt for use, _ in shown)
    assert said.count("not advised") == sum(use.picture is Shown.not_advised for use, _ in shown) == drawing.count("l10 10m0-10l-10 10")
    assert "chosen" not in set(looks_of(drawing).values())


def test_the_stance_asked_about_stands_out(know):
    drawing = foot_diagram.draw(FootDiagram("leg_press_45", "wide"), know)
    bold = [text.text for text in texts(drawing) if text.get("font-weight") and text.text != "not advised"]
    assert bold == ["Wide stance"] and drawing.count('<rect class="chosen-line"') == 1
    assert "What stands out is wide stance: feet wider than the shoulders" in alt_of(FootDiagram("leg_press_45", "wide"), know)


def feet_of(exercise, stance, know):
    """Returns x and y of the soles in one stance's tile, in the order in which they are drawn."""
    drawing = foot_diagram.draw(FootDiagram(exercise, stance), know)
    found = re.findall(r'translate\(([\d.]+) ([\d.]+)\)[^>]*><path class="chosen"', drawing)
    return [(float(x), float(y)) for x, y in found]


def test_feet_stand_where_the_stance_says(know):
    distance = {stance: abs(feet_of("leg_press_45", stance, know)[0][0] - feet_of("leg_press_45", stance, know)[1][0])
                for stance in ("narrow", "neutral", "wide")}
    assert distance["narrow"] < distance["neutral"] < distance["wide"]
    assert feet_of("leg_press_45", "high", know)[0][1] < feet_of("leg_press_45", "low", know)[0][1]
    assert len(feet_of("leg_press_45", "single_foot", know)) == 1
    (_, front), (_, back) = feet_of("lunge", "wide", know)
    assert front < back
    assert feet_of("single_leg_press", "high", know)[1:] == [], "one foot in every stance"


def test_no_foot_diagram_where_the_feet_stand_on_nothing(know):
    assert not stances_shown(know.exercises["leg_extension"], know) and "leg_extension" not in WITH_FEET
    assert "heels_raised" not in [use.stance for use, _ in stances_shown(know.exercises["hip_thrust"], know)], "picture: none"
    assert "high" not in [use.stance for use, _ in stances_shown(know.exercises["lunge"], know)], "a floor has no upper edge"


def test_every_picture_is_built_and_small(know):
    names = {picture.name for picture in pictures(know)}
    assert len(names) > 100
    for name in names:
        for ending in ("svg", "png"):
            file = FOLDER / f"{name}.{ending}"
            assert file.exists(), f"{file.name} is missing: make pictures"
            assert 1_000 < file.stat().st_size <= MOST_BYTES, file.name
        with Image.open(FOLDER / f"{name}.png") as image:
            assert (image.format, image.width) == ("PNG", svg.WIDTH * svg.PNG_SCALE)
    assert {path.stem for path in FOLDER.iterdir()} == names


def test_descriptions_fit_under_a_picture_in_telegram(know):
    assert all(30 < len(alt_of(picture, know)) < LONGEST_CAPTION / 2 for picture in pictures(know))


def test_a_picture_is_drawn_again_only_where_it_has_changed(tmp_path):
    other = svg.document(30, "Other", "")
    assert write({"a": CIRCLE, "b": other}, tmp_path) == 2 and write({"a": CIRCLE, "b": other}, tmp_path) == 0
    assert write({"a": CIRCLE.replace("9", "8"), "c": other}, tmp_path) == 2
    assert {path.name for path in tmp_path.iterdir()} == {"a.svg", "a.png", "c.svg", "c.png"}


def test_a_picture_that_is_too_large_fails_the_build(tmp_path):
    with pytest.raises(TooLarge, match=r"a\.svg has \d+ bytes"):
        write({"a": svg.document(30, "x" * MOST_BYTES, "")}, tmp_path)


def darkness(drawing):
    grey = Image.open(io.BytesIO(svg.png_of(drawing))).convert("L")
    return sum(level < 128 for level in grey.getdata())


def test_text_is_drawn_without_any_font_of_the_machine():
    assert darkness(svg.document(30, "", svg.text(10, 20, "Front"))) > 100 + darkness(svg.document(30, "", ""))
    assert darkness(svg.document(30, "", svg.text(10, 20, "Front", bold=True))) > darkness(svg.document(30, "", svg.text(10, 20, "Front")))


def test_a_missing_font_fails_the_build_and_leaves_no_empty_labels(monkeypatch, tmp_path):
    monkeypatch.setattr(svg, "FONTS", [tmp_path / "DejaVuSans.ttf"])
    with pytest.raises(OSError, match="font of the pictures is missing"):
        svg.png_of(CIRCLE)


def picture(know, intent, context=Context(), **entities):  # noqa: B008 - it cannot change
    return answers.answer(question(intent, **entities), context, know).picture


def test_the_picture_of_an_answer(know):
    assert picture(know, "ask_muscles", exercise="back_squat") == MuscleMap("back_squat")
    assert picture(know, "ask_foot_placement", exercise="leg_press_45") == FootDiagram("leg_press_45")
    assert picture(know, "ask_foot_placement", exercise="leg_press_45", stance="wide") == FootDiagram("leg_press_45", "wide")
    assert picture(know, "ask_foot_placement", exercise="leg_extension") is None
    assert picture(know, "ask_muscles") is None
    assert picture(know, "ask_technique", exercise="back_squat") is None


def test_of_several_questions_only_the_first_picture_is_shown(know):
    asked = [question("ask_muscles", exercise="back_squat"), question("ask_foot_placement", exercise="leg_press_45")]
    assert [answer.picture for answer in answers.answer_all(asked, Context(), know)] == [MuscleMap("back_squat"), None]
