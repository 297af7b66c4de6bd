"""Adds to Rasa's training data what follows from knowledge/: the names people use, by canonical id.

Named in config.yml. Rasa falls back to its own importer without an error when it cannot import this one, so
:class:`addons.nlu.names.KnowledgeEntityExtractor` refuses to train without the tables made here.
"""
from __future__ import annotations

from typing import Any, Dict, List, Optional, Union

from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils.common import cached_method

import knowledge
from knowledge.text import key_of


def plurals(name: str) -> List[str]:
    """Returns the name and its plain plural ("hip thrust", "hip thrusts")."""
    return [name] if name.endswith("s") or not name[-1:].isalpha() else [name, name + "s"]


def lookup_tables(know: knowledge.Knowledge) -> List[Dict[str, Any]]:
    """Returns one lookup table per id, named "<entity>/<id>", whose elements are all names in comparable form."""
    tables = []
    for entity, words in know.words().items():
        for word in words:
            names = {key_of(form) for name in word.names for form in
                     (plurals(name) if entity in ("exercise", "muscle", "equipment") else [name])}
            tables.append({"name": f"{entity}/{word.id}", "elements": sorted(filter(None, names))})
    claimed: Dict[str, str] = {}
    for table in tables:  # a plural made here must not take a name written in a file
        for element in list(table["elements"]):
            if claimed.setdefault(element, table["name"]) != table["name"]:
                table["elements"].remove(element)
    return sorted(tables, key=lambda table: table["name"])


class KnowledgeImporter(RasaFileImporter):
    """Rasa's file importer, plus the lookup tables from knowledge/."""

    def __init__(self, config_file: Optional[str] = None, domain_path: Optional[str] = None,
                 training_data_paths: Optional[Union[List[str], str]] = None, **kwargs: Any) -> None:
        super().__init__(config_file, domain_path, training_data_paths)

    @cached_method
    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        try:
            know = knowledge.load()
        except knowledge.KnowledgeError as error:
            raise RasaException(str(error)) from error
        return super().get_nlu_data(language).merge(TrainingData(lookup_tables=lookup_tables(know)))
