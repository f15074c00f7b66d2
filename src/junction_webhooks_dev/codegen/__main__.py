"""`make build` and `make build-check`: write `generated/` from `schemas/`, or check it."""

from __future__ import annotations

import argparse
import sys

from junction_webhooks import contract
from junction_webhooks._extras import missing
from junction_webhooks.cli._terminal import FAILED, complain
from junction_webhooks_dev.codegen import outputs, release, writing

_EPILOG = """\
exit code: 0 done, or up to date; 1 --check found a file that is out of date;
           2 an invalid schema, or usage
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        if options.release and not options.check:
            sys.stdout.write(f"released: {release.release()}\n")
        made = outputs.outputs()
        found = writing.outdated(made) if options.check else writing.write(made)
    except (writing.NoCheckoutError, release.ReleasedError, contract.SchemaError) as error:
        return complain(str(error))
    except ModuleNotFoundError as error:
        return complain(missing(error.name, "dev", "fast"))
    for each in found:
        state = each.state if options.check else f"was {each.state}"
        sys.stdout.write(f"{state}: generated/{each.path}\n")
    if outputs.skipped():
        sys.stderr.write(f"skipped: {outputs.skipped()}\n")
    if not found:
        sys.stdout.write(f"generated/ is up to date: {len(made)} files\n")
    elif options.check:
        sys.stderr.write("generated/ is not up to date: run `make build`\n")
        return FAILED
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m junction_webhooks_dev.codegen",
        description="Generate everything under generated/ from schemas/.",
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
