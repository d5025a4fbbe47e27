"""`python -m cudacompat`."""

from cudacompat.cli.main import main

if __name__ == "__main__":
    main()
