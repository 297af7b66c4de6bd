"""What Repwise knows: the YAML files beside this module, their schema, loader, validator and queries."""
from knowledge.problems import KnowledgeError
from knowledge.store import Knowledge, load, shared

__all__ = ["Knowledge", "KnowledgeError", "load", "shared"]
