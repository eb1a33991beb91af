"""`python -m shegong` is the `shegong` command."""

from shegong.config.cli import main

if __name__ == "__main__":
    main()
