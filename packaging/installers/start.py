"""What a frozen bundle starts: the command line, and its own child processes."""

from multiprocessing import freeze_support

if __name__ == "__main__":
    freeze_support()
    from qvim_studio.commands.cli import main

    raise SystemExit(main())
