"""QVIM Studio: imitate a sound with your voice, get sounds you can use."""

from qvim_studio.core.program.privacy import switch_telemetry_off

__version__ = "0.1.0"

switch_telemetry_off()
