"""The checks of `junction-webhooks test`, in the order in which they run."""
