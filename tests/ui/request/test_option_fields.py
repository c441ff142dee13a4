"""Fields are drawn from what a checkpoint declares; only what differs from it is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QSpinBox
from pytestqt.qtbot import QtBot

from qvim_studio.core.options import Option, Role
from qvim_studio.ui.request.option_fields import OptionFields

STEPS = Option("steps", "Steps", 8, Role.QUALITY, 1, 100)
TOP_K = Option("top_k", "Top k", 250, Role.VARIETY, 1, 2048)
WARMTH = Option("temperature", "Temperature", 1.25, Role.VARIETY, 0.1, 2.0, 0.1)
SOLVER = Option("solver", "Solver", "ping-pong", Role.EXPERT, choices=("ping-pong", "euler"))
ROOM = Option("room", "Room after the end", 0.5, Role.EXPERT, 0.0, 12.0, 0.5, unit=" s")
LOOPS = Option("loops", "Loops", False, Role.EXPERT)
ALL = (STEPS, TOP_K, WARMTH, SOLVER, LOOPS)


@pytest.fixture
def fields(qtbot: QtBot) -> OptionFields:
    made = OptionFields()
    qtbot.addWidget(made)
    return made


def test_each_type_has_its_field_and_other_controls_keep_theirs(fields: OptionFields) -> None:
    fields.show_options(ALL)
    kinds = {name: type(field) for name, field in fields.field_by_name.items()}
    assert kinds == {
        "top_k": QSpinBox,
        "temperature": QDoubleSpinBox,
        "solver": QComboBox,
        "loops": QCheckBox,
    }
    assert not fields.isHidden() and fields.field_by_name["top_k"].accessibleName() == "Top k"


def test_a_number_stands_before_its_unit(fields: OptionFields) -> None:
    fields.show_options((ROOM,))
    room = fields.field_by_name["room"]
    assert isinstance(room, QDoubleSpinBox) and room.text() == "0.5 s"


def test_nothing_is_shown_where_there_is_nothing_to_set(fields: OptionFields) -> None:
    fields.show_options(ALL)
    fields.show_options((STEPS,))
    assert fields.isHidden() and not fields.values


def test_only_what_differs_is_asked_for(fields: OptionFields, qtbot: QtBot) -> None:
    fields.show_options(ALL)
    assert not fields.values
    top_k, solver = fields.field_by_name["top_k"], fields.field_by_name["solver"]
    assert isinstance(top_k, QSpinBox) and isinstance(solver, QComboBox)
    with qtbot.waitSignal(fields.changed):
        top_k.setValue(7)
    solver.setCurrentText("euler")
    assert dict(fields.values) == {"top_k": 7, "solver": "euler"}


def test_values_come_back_and_survive_a_look_at_another_checkpoint(fields: OptionFields) -> None:
    fields.show_options(ALL)
    fields.show_values({"top_k": 7, "loops": True, "of_another": 3})
    fields.show_options((STEPS,))
    fields.show_options(ALL)
    assert dict(fields.values) == {"top_k": 7, "loops": True}
    fields.show_values({})
    assert not fields.values


def test_a_value_that_is_refused_here_is_the_checkpoint_s_own(fields: OptionFields) -> None:
    fields.show_options((TOP_K,))
    fields.show_values({"top_k": 100_000})
    assert not fields.values


def test_the_choice_of_the_own_encoder_has_a_title_and_keeps_its_value(
    fields: OptionFields,
) -> None:
    encoder = Option("encoder", "Encoder", "own", Role.EXPERT, choices=("own", "mine"))
    fields.show_options((encoder,))
    box = fields.field_by_name["encoder"]
    assert isinstance(box, QComboBox) and box.currentText() == "The checkpoint's own"
    fields.show_values({"encoder": "mine"})
    assert dict(fields.values) == {"encoder": "mine"}
    fields.show_options((replace(encoder, choices=("own", "other")),))
    assert not fields.values  # the encoder is gone, so the checkpoint's own hears
