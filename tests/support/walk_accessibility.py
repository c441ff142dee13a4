"""What a screen reader is told: every control of a program, as JSON. For the system's Python.

Usage: walk_accessibility.py NAME [CONTROL...]: walks the program of that name; each CONTROL is
pressed first, in order.
"""

import json
import sys
import time

import pyatspi

CONTROLS = {
    pyatspi.ROLE_PUSH_BUTTON,
    pyatspi.ROLE_TOGGLE_BUTTON,
    pyatspi.ROLE_CHECK_BOX,
    pyatspi.ROLE_RADIO_BUTTON,
    pyatspi.ROLE_COMBO_BOX,
    pyatspi.ROLE_SPIN_BUTTON,
    pyatspi.ROLE_SLIDER,
    pyatspi.ROLE_TEXT,
    pyatspi.ROLE_ENTRY,
    pyatspi.ROLE_LIST,
    pyatspi.ROLE_TABLE,
    pyatspi.ROLE_TREE,
    pyatspi.ROLE_PAGE_TAB,
    pyatspi.ROLE_MENU_ITEM,
    pyatspi.ROLE_CHECK_MENU_ITEM,
}
PATIENCE_S = 30.0


def main(name, *controls):
    program = wait_for(lambda: find_program(name))
    for control in controls:
        press(wait_for(lambda wanted=control: find_control(program, wanted)))
    found = []
    for node, parents in walk(program, ()):
        if node.getRole() in CONTROLS:
            states = node.getState()
            found.append(
                {
                    "role": node.getRoleName(),
                    "name": node.name,
                    "inside": parents,
                    "is_shown": states.contains(pyatspi.STATE_SHOWING),
                    "is_focusable": states.contains(pyatspi.STATE_FOCUSABLE),
                }
            )
    json.dump(found, sys.stdout)


def find_program(name):
    for program in pyatspi.Registry.getDesktop(0):
        if program is not None and program.name == name and program.childCount:
            return program
    return None


def find_control(program, name):
    for node, _ in walk(program, ()):
        if node.name == name and node.queryComponent() and "Action" in pyatspi.listInterfaces(node):
            return node
    return None


def press(node):
    node.queryAction().doAction(0)
    time.sleep(1.0)  # what it opens needs a moment to be told of


def walk(node, parents):
    yield node, parents
    for child in node:
        if child is not None:
            yield from walk(child, (*parents, f"{node.getRoleName()} {node.name}".strip()))


def wait_for(find):
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        found = find()
        if found is not None:
            return found
        if time.monotonic() > deadline_s:
            sys.exit("nothing was found")
        time.sleep(0.2)


if __name__ == "__main__":
    main(*sys.argv[1:])
