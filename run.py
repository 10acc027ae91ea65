"""The door: hands its arguments to the command line in `bot.cli`."""

from bot.cli import main

if __name__ == "__main__":
    main()
