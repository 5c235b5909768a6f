"""``python -m leadline.cli``."""

from leadline.cli.group import main

main()
