"""`make build` and `make build-check`: write `generated/` from `schemas/`, or check it."""

from __future__ import annotations

import argparse
import sys

from junction_webhooks import contract
from junction_webhooks._extras import missing
from junction_webhooks.cli._terminal import FAILED, complain
from junction_webhooks_dev import codegen

_EPILOG = """\
exit code: 0 done, or up to date; 1 --check found a file that is out of date;
           2 an invalid schema, or usage
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.release and not options.check:
            sys.stdout.write(f"released: {codegen.release()}\n")
        made = codegen.outputs()
        found = codegen.differences(made) if options.check else codegen.write(made)
    except (codegen.NoCheckoutError, codegen.ReleasedError, contract.SchemaError) as error:
        return complain(str(error))
    except ModuleNotFoundError as error:
        return complain(missing(error.name, "dev", "fast"))
    for difference in found:
        state = difference.state if options.check else f"was {difference.state}"
        sys.stdout.write(f"{state}: generated/{difference.path}\n")
    if codegen.skipped():
        sys.stderr.write(f"skipped: {codegen.skipped()}\n")
    if not found:
        sys.stdout.write(f"generated/ is up to date: {len(made)} files\n")
    elif options.check:
        sys.stderr.write("generated/ is not up to date: run `make build`\n")
        return FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make build",
        description="Write everything under generated/ from schemas/.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--check", action="store_true", help="write nothing; list files that are out of date")
    parser.add_argument(
        "--release",
        action="store_true",
        help="also publish the bundles, permanently, as the version in schemas/VERSION",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
