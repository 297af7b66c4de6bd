# Everything starts here. `make help` lists the commands.
.DEFAULT_GOAL := help
PORT ?= 5005
PY := .venv/bin/python

export RASA_TELEMETRY_ENABLED := false
export OMP_NUM_THREADS := 1
export TF_NUM_INTRAOP_THREADS := 1
export TF_NUM_INTEROP_THREADS := 1
export TF_CPP_MIN_LOG_LEVEL := 2
export TICKET_LOCK_LIFETIME := 30
export SQL_POOL_SIZE := 5
export SQL_MAX_OVERFLOW := 5
export SANIC_HOST := 127.0.0.1
export PYTHONHASHSEED := 0
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export PYTHONWARNINGS := ignore
export TQDM_DISABLE := 1

MODEL := models/repwise.tar.gz
MODEL_SOURCES := config.yml domain.yml addons/importer.py actions/quantities.py $(wildcard addons/nlu/*.py knowledge/*.py) \
                 $(filter-out knowledge/wording.yml knowledge/drawing.yml knowledge/template.yml,$(shell find knowledge data -name '*.yml'))
WIDGET := widget/dist/widget.js
WIDGET_SOURCES := widget/build.mjs widget/package-lock.json knowledge/wording.yml tools/widget.py $(wildcard widget/src/*)

PICTURES := build/pictures.made
PICTURE_SOURCES := widget/body.mjs widget/package-lock.json tools/widget.py $(wildcard pictures/*.py) knowledge/pictures.py knowledge/schema.py \
                   $(filter-out knowledge/red_flags.yml knowledge/conditions.yml knowledge/template.yml,$(shell find knowledge -name '*.yml'))

.PHONY: help setup run run-cluster chat train widget pictures new-exercise preview test test-deploy fuzz soak validate lint figures evaluate bench audit ratings \
        lock clean

help:  ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.ready  ## Set up the environment in .venv

.venv/.ready: requirements.lock requirements-uv.lock tools/setup.py
	@python3 tools/setup.py
	@touch $@

$(MODEL): .venv/.ready $(MODEL_SOURCES)
	@echo "Checking knowledge ..."
	@$(PY) -m knowledge.validate
	@echo "Training the model (about a minute) ..."
	@.venv/bin/rasa train --fixed-model-name repwise --out models || { echo "Training failed; the lines above say why."; exit 1; }
	@$(PY) -m addons.model_sum $@
	@touch $@

train: $(MODEL)  ## Train the model if knowledge, data or config changed

$(WIDGET): .venv/.ready $(WIDGET_SOURCES)
	@echo "Building the widget ..."
	@$(PY) tools/widget.py

widget: $(WIDGET)  ## Build the chat widget if its sources changed

$(PICTURES): .venv/.ready $(PICTURE_SOURCES)
	@echo "Drawing the pictures ..."
	@$(PY) tools/widget.py body build/body.json
	@$(PY) -m pictures.build
	@touch $@

pictures: $(PICTURES)  ## Draw the muscle maps and foot diagrams if knowledge or the drawing code changed

run: $(MODEL) $(WIDGET) $(PICTURES)  ## Start the assistant and print the address to chat at (PORT=5005)
	@PORT=$(PORT) exec $(PY) -m addons.serve

run-cluster: $(MODEL) $(WIDGET) $(PICTURES)  ## Start 2 assistants behind nginx with PostgreSQL and Redis, for trying it out (deploy/README.md)
	@PORT=$(PORT) exec $(PY) -W ignore -m tools.cluster $(ARGS)

chat: $(MODEL)  ## Talk to the assistant in the terminal
	@$(PY) -m addons.chat

validate: .venv/.ready  ## Check knowledge, then Rasa's data
	@$(PY) -m knowledge.validate
	@.venv/bin/rasa data validate --fail-on-warnings

new-exercise: .venv/.ready  ## Start the file of a new exercise (NAME=box_squat)
	@$(PY) -m knowledge.new_exercise "$(NAME)"

preview: .venv/.ready  ## Print every answer about an exercise, before or after training (EXERCISE=box_squat)
	@$(PY) -m evaluation.preview "$(EXERCISE)"

test: $(MODEL) $(WIDGET) $(PICTURES)  ## Run the whole test suite
	@$(PY) -m pytest tests --ignore tests/browser
	@$(PY) -m pytest tests/browser  # on its own: Playwright keeps an event loop running, beside which no other can run

test-deploy: $(MODEL) $(WIDGET) $(PICTURES)  ## Run only the tests of several servers (Debian's postgresql, redis-server, nginx-light)
	@$(PY) -m pytest tests/deploy

fuzz: $(MODEL) $(WIDGET) $(PICTURES)  ## Send 10,000 random messages and hostile requests (ARGS="--messages 500 --seed 2"); about ten minutes
	@$(PY) -m tests.fuzz.run $(ARGS)

soak: $(MODEL) $(WIDGET) $(PICTURES)  ## Talk with 8 users for MINUTES (20); latency and memory at start and end
	@$(PY) -m evaluation.soak --minutes $(or $(MINUTES),20)

lint: .venv/.ready  ## Run ruff, mypy on knowledge/, actions/ and pictures/, and the type checker of the widget
	@.venv/bin/ruff check .
	@.venv/bin/mypy knowledge actions pictures
	@$(PY) tools/widget.py check

figures: $(MODEL)  ## Measure understanding on QUESTIONS (evaluation/questions/heldout.yml)
	@$(PY) -m evaluation.figures $(or $(QUESTIONS),evaluation/questions/heldout.yml)

evaluate: $(MODEL)  ## Measure beside a stock bot: held-out voices and QUESTIONS; writes evaluation/report.md and report.json
	@$(PY) -m evaluation.evaluate $(or $(QUESTIONS),evaluation/questions/heldout.yml) $(ARGS)

bench: $(MODEL) $(WIDGET)  ## Measure speed and memory beside a stock Rasa (SHORT=1: under 5 minutes once stock is trained)
	@$(PY) -m evaluation.bench $(if $(SHORT),--short) $(ARGS)

audit: .venv/.ready  ## Look up known vulnerabilities of what is installed
	@$(PY) tools/audit.py

ratings: .venv/.ready  ## List how answers were rated in the web chat, the least helpful first
	@$(PY) -W ignore -m addons.channels.web.ratings $(ARGS)

lock: .venv/.ready  ## Compile requirements.lock afresh from the .in files
	@UV=$$(command -v uv || echo .tools/bin/uv); $$UV pip compile --quiet --upgrade --generate-hashes --no-emit-index-url \
	  --python-version 3.10 --override requirements-overrides.txt requirements.in requirements-dev.in -o requirements.lock

clean:  ## Remove what was built; the environment stays
	rm -rf models .rasa .pytest_cache .mypy_cache .ruff_cache build widget/dist
