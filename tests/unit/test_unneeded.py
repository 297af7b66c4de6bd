"""Stand-ins for what Rasa imports and this assistant never calls; each test in a process of its own."""
from __future__ import annotations

import subprocess
import sys

import pytest
import yaml

from addons import unneeded


def run(*lines, **environment):
    import os

    return subprocess.run([sys.executable, "-W", "ignore", "-c", "\n".join(lines)], capture_output=True, text=True,
                          env={**os.environ, "RASA_TELEMETRY_ENABLED": "false", **environment})


START = ("import sys", "from addons import unneeded", "unneeded.leave_out()")


def test_the_server_is_imported_without_tensorflow():
    found = run(*START, "import rasa.core.run, addons.channels.web, addons.nlu.intents",
                "import tensorflow, scipy.stats", "print(type(tensorflow).__module__, type(scipy.stats).__module__)",
                "print(any(name.startswith(('keras.', 'jax', 'scipy.stats.')) and type(module).__name__ != '_StandIn'"
                " for name, module in sys.modules.items()))")
    assert found.stdout.split() == ["addons.unneeded", "addons.unneeded", "False"], found.stderr


def test_stand_ins_can_be_subclassed_called_as_decorators_and_caught():
    found = run(*START, "import tensorflow as tf", "from tensorflow.keras import Model",
                "class Mine(Model): pass", "@tf.function", "def twice(x): return 2 * x", "assert twice(2) == 4",
                "try: raise ValueError", "except (tf.errors.Broken, ValueError): print('caught')")
    assert found.stdout.strip() == "caught", found.stderr


def test_using_one_at_work_is_an_error_that_names_the_way_out():
    found = run(*START, "import tensorflow as tf", "unneeded.seal()", "tf.constant(1)")
    assert found.returncode == 1
    assert unneeded.WHOLE_VARIABLE in found.stderr.splitlines()[-1] and "tensorflow" in found.stderr.splitlines()[-1]


def test_everything_is_there_where_the_operator_wants_it():
    found = run("import sys", "from addons import unneeded", "before = list(sys.meta_path)", "unneeded.leave_out()",
                "print(sys.meta_path == before)", REPWISE_WHOLE="1")
    assert found.stdout.strip() == "True", found.stderr


@pytest.mark.parametrize("component", sorted(unneeded.NEED_TENSORFLOW))
def test_a_pipeline_that_needs_tensorflow_gets_it(component):
    assert not unneeded.TENSORFLOW & unneeded.unneeded({"pipeline": [{"name": component}]})


def test_our_pipeline_does_not_need_it():
    assert unneeded.TENSORFLOW <= unneeded.unneeded(yaml.safe_load(unneeded.CONFIG.read_text(encoding="utf-8")))


def test_the_components_that_need_tensorflow_are_known():
    """Rasa's components that import it; a change of Rasa's would show here."""
    from pathlib import Path

    import rasa

    folder = Path(rasa.__file__).parent
    found = {path.stem for part in ("nlu", "core/policies") for path in (folder / part).rglob("*.py")
             if any(line.startswith(("import tensorflow", "from tensorflow", "from rasa.utils.tensorflow.models"))
                    for line in path.read_text(encoding="utf-8").splitlines())}
    assert found == {"diet_classifier", "response_selector", "ted_policy", "unexpected_intent_policy", "convert_featurizer", "lm_featurizer"}
