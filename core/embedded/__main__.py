"""``python -m core.embedded <directory>``: keep the servers of a home alive while anybody uses them."""

import argparse
import sys
from pathlib import Path

from core.embedded.home import Home
from core.embedded.keeper import Keeper


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m core.embedded")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--throwaway", action="store_true", help="fast and unsafe: for tests")
    parser.add_argument("--stand-by", action="store_true", help="wait for another keeper to go instead of leaving")
    arguments = parser.parse_args()
    try:
        Keeper(Home(arguments.directory.resolve(), arguments.throwaway), stand_by=arguments.stand_by).run()
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
