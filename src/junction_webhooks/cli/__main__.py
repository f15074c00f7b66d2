"""Runs the command line as `python -m junction_webhooks.cli`."""

import sys

from junction_webhooks.cli import main

sys.exit(main())
