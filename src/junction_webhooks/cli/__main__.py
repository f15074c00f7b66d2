"""`python -m junction_webhooks.cli`: the command `junction-webhooks`."""

import sys

from junction_webhooks.cli import main

sys.exit(main())
