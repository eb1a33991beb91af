"""The commands of `shegong`, one module each."""
