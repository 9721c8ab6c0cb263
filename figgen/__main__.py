"""``python -m figgen`` is ``figgen``."""

from figgen.cli import main

if __name__ == "__main__":
    main()
