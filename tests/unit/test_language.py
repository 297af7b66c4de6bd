import pytest

from addons.nlu.language import is_foreign


@pytest.mark.parametrize("text", [
    "welche muskeln trainiert die beinpresse", "combien de répétitions pour grossir les cuisses", "para que sirve la prensa inclinada",
    "как правильно приседать", "深蹲怎么做", "meu joelho doi no leg press"])
def test_other_languages_are_noticed(text):
    assert is_foreign(text)


@pytest.mark.parametrize("text", [
    "quads?", "skwats n rdls", "bss or rdl 4 hams", "gluteus maximus vastus lateralis", "lp 4x10 rpe8 ok?", "asdf qwer zxcv", "????", "hola",
    "do i breth in or oot on the way up", "wat muscels does it werk"])
def test_english_however_typed_is_english(text):
    assert not is_foreign(text)
