"""`python -m junction_webhooks`: the command `junction-webhooks`."""

import sys

from junction_webhooks.cli import main

sys.exit(main())
