"""The Qt style sheet, in which ``theme`` replaces @names and $names by colors, sizes and icons."""

STYLE_SHEET = """
* { font-family: $families; font-size: $body; outline: none; }
QMainWindow, QDialog, #page { background: @window; }
QWidget { color: @text; }
QToolTip { background: @raised; color: @text; border: 1px solid @line; padding: 4px 8px; }

#card { background: @surface; border: 1px solid @line; border-radius: 10px; }
#cardTitle { color: @text; font-size: $body; font-weight: 600; }
#secondary { color: @secondary; }
#note { color: @text; }
#caption { color: @secondary; font-size: $caption; }
#appName { font-size: $title; font-weight: 600; }
#dialogTitle { font-size: $display; font-weight: 600; }
#value { color: @text; font-weight: 600; }

QPushButton {
  background: @raised; border: 1px solid @line; border-radius: 8px;
  padding: 0 14px; min-height: 34px; font-weight: 600;
}
QPushButton:hover { background: @hover; }
QPushButton:pressed { background: @line; }
QPushButton:focus { border-color: @accent; }
QPushButton:disabled { color: @faint; background: @surface; border-color: @line; }
QPushButton#primary { background: @accent; color: @on_accent; border-color: @accent; }
QPushButton#primary:hover { background: @accent_hover; border-color: @accent_hover; }
QPushButton#primary:focus { border-color: @text; }
QPushButton#primary:disabled { background: @raised; color: @faint; border-color: @line; }
QPushButton#record[recording="true"] { border-color: @danger; color: @danger; }
QPushButton#record[recording="true"]:hover { background: @raised; }

QPushButton#tab {
  background: transparent; border: none; border-bottom: 2px solid transparent; border-radius: 0;
  padding: 0 2px; min-height: 28px; color: @secondary;
}
QPushButton#tab:hover { color: @text; }
QPushButton#tab:checked { color: @text; border-bottom-color: @accent; }
QPushButton#tab:focus { border-bottom-color: @text; }

QToolButton {
  background: transparent; border: 1px solid transparent; border-radius: 8px;
  min-width: 30px; min-height: 30px; max-height: 30px; padding: 0;
}
QToolButton:hover { background: @hover; }
QToolButton:pressed { background: @line; }
QToolButton:checked { background: @raised; border-color: @line; }
QToolButton:focus { border-color: @accent; }
QToolButton#withText { padding: 0 4px; color: @secondary; }
QToolButton#withText:hover { color: @text; }
QToolButton#withText::menu-indicator { image: none; }
QPushButton#fold {
  background: transparent; border-color: transparent; padding: 0 4px; min-height: 30px;
  color: @secondary; font-weight: 400;
}
QPushButton#fold:hover { background: @hover; color: @text; }
QPushButton#fold:checked { background: @raised; border-color: @line; }
QPushButton#fold:focus { border-color: @accent; }

QToolButton#hint {
  color: @warning; border: 1px solid @line; padding: 0 10px; background: @raised;
}
QToolButton#hint:hover { border-color: @warning; }
QToolButton#segment {
  background: @raised; border: 1px solid @line; border-radius: 0; padding: 0 10px;
  color: @secondary; margin: 0;
}
QToolButton#segment[place="first"] {
  border-top-left-radius: 8px; border-bottom-left-radius: 8px;
}
QToolButton#segment[place="last"] {
  border-top-right-radius: 8px; border-bottom-right-radius: 8px;
}
QToolButton#segment:hover { background: @hover; color: @text; }
QToolButton#segment:checked { background: @hover; color: @text; border-color: @faint; }
QToolButton#segment:focus { border-color: @accent; }

QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox {
  background: @raised; border: 1px solid @line; border-radius: 8px;
  padding: 0 10px; min-height: 32px;
  selection-background-color: @accent; selection-color: @on_accent;
}
QSpinBox, QDoubleSpinBox { max-height: 32px; padding: 0; }
QLineEdit { lineedit-clear-button-icon: url("@clear"); }
QLineEdit QToolButton { min-width: 0; min-height: 0; border: none; background: transparent; }
QComboBox#compact { font-size: $caption; padding: 0 4px 0 8px; min-height: 28px; }
QComboBox#compact::drop-down { width: 18px; }
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border-color: @hover; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border-color: @accent; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
  color: @faint; background: @surface; placeholder-text-color: @faint;
}
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit {
  background: transparent; border: none; border-radius: 0; padding: 0; min-height: 0;
}
QSpinBox::up-button, QSpinBox::down-button,
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
  width: 18px; border: none; background: transparent; subcontrol-origin: border;
}
QSpinBox::up-button, QDoubleSpinBox::up-button {
  subcontrol-position: top right; margin: 4px 4px 0 0;
}
QSpinBox::down-button, QDoubleSpinBox::down-button {
  subcontrol-position: bottom right; margin: 0 4px 4px 0;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("@arrow_up"); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {
  image: url("@arrow_down"); width: 10px; height: 10px;
}
QComboBox::drop-down { border: none; width: 26px; }
QComboBox::down-arrow { image: url("@arrow_down"); width: 10px; height: 10px; }
QComboBox QAbstractItemView {
  background: @surface; border: 1px solid @line; padding: 4px;
  selection-background-color: @hover; selection-color: @text;
}

QSlider {
  min-height: 24px; background: transparent; border: 1px solid transparent; border-radius: 8px;
}
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: @hover; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: @accent; }
QSlider::sub-page:horizontal:disabled { background: @hover; }
QSlider::handle:horizontal {
  width: 16px; height: 16px; margin: -6px 0; border-radius: 8px; background: @text;
}
QSlider::handle:horizontal:hover { background: @accent_hover; }
QSlider:focus { border-color: @accent; }
QSlider::handle:horizontal:focus {
  width: 12px; height: 12px; background: @accent; border: 2px solid @text;
}
QSlider::handle:horizontal:disabled { background: @faint; }

QCheckBox { spacing: 8px; min-height: 28px; }
QCheckBox::indicator {
  width: 18px; height: 18px; border-radius: 5px; border: 1px solid @faint; background: @raised;
}
QCheckBox::indicator:hover, QCheckBox::indicator:focus { border-color: @accent; }
QCheckBox::indicator:checked {
  background: @accent; border-color: @accent; image: url("@check_mark");
}
QCheckBox::indicator:checked:focus { border-color: @text; }

QListView { background: transparent; border: none; }
QTableView {
  background: @surface; border: 1px solid @line; border-radius: 8px;
  selection-background-color: @hover; selection-color: @text;
}
QTableView::item { padding: 0 6px; border: none; }
QTableView QLineEdit#cell, QTableView QLineEdit {
  min-height: 0; border-radius: 0; padding: 0 4px; border-color: @accent;
}
QHeaderView { background: transparent; border: none; }
QHeaderView::section {
  background: transparent; color: @secondary; font-size: $caption; border: none;
  border-bottom: 1px solid @line; padding: 6px 9px;
}
QProgressBar {
  background: @hover; border: none; border-radius: 2px; max-height: 4px; min-height: 4px;
}
QProgressBar::chunk { background: @accent; border-radius: 2px; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: @faint; border-radius: 3px; min-height: 32px; }
QScrollBar::handle:vertical:hover { background: @secondary; }
QScrollBar::add-line, QScrollBar::sub-line { height: 0; width: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 2px; }
QScrollBar::handle:horizontal { background: @faint; border-radius: 3px; min-width: 32px; }
QScrollBar::handle:horizontal:hover { background: @secondary; }

QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }

QMenuBar { background: @window; color: @secondary; padding: 2px 12px; }
QMenuBar::item { padding: 4px 10px; border-radius: 6px; }
QMenuBar::item:selected { background: @hover; color: @text; }
QMenu { background: @surface; border: 1px solid @line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 6px; }
QMenu::item:selected { background: @hover; }
QMenu::item:disabled { color: @faint; }
QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }

QStatusBar { background: @window; color: @secondary; font-size: $caption; }
QStatusBar::item { border: none; }
QTextEdit {
  background: @surface; border: 1px solid @line; border-radius: 8px; padding: 8px;
  color: @secondary; font-size: $caption;
}
QKeySequenceEdit { min-width: 150px; }
#problem { color: @danger; }
QToolButton#chip {
  background: @raised; border: 1px solid @line; border-radius: 12px; padding: 0 10px;
  min-width: 0; min-height: 22px; max-height: 22px; color: @secondary; font-size: $caption;
}
QToolButton#chip:hover { background: @hover; color: @text; }
QToolButton#chip:checked { background: @hover; color: @text; border-color: @accent; }
QToolButton#chip:focus { border-color: @accent; }
QPushButton#chipButton { min-height: 26px; padding: 0 10px; font-weight: 400; color: @secondary; }
QPushButton#chipButton:hover { color: @text; }
#messageBar { border-radius: 10px; border: 1px solid @line; background: @raised; }
#messageBar[kind="error"] { border-color: @danger; }
#messageBar[kind="notice"] { border-color: @line; }
#badge {
  font-size: $caption; border: 1px solid @line; border-radius: 8px; padding: 1px 8px;
  color: @warning;
}
#badge[kind="good"] { color: @accent; }
#badge[kind="plain"] { color: @secondary; }
QProgressBar { background: @hover; border: none; border-radius: 2px; max-height: 4px; }
QProgressBar::chunk { background: @accent; border-radius: 2px; }
#chip { color: @secondary; }
#chip:hover { color: @text; }
"""
