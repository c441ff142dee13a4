"""``python -m qvim_studio`` is the same as ``qvim-studio``."""

from qvim_studio.commands.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
