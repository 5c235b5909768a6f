"""Entry of a package, at its root: ``python leadline_serve.py serve``, ``score`` or ``check``.

It runs with the Python of an environment into which requirements.lock was installed.
"""

import sys

# only signed code is imported, and Python's own: nothing that lies beside this file
sys.path[0] += "/runtime"

import hashlib
import os
from pathlib import Path


def main() -> None:
    """Run the code of the package, and leave nothing in its folder."""
    root = Path(__file__).resolve().parent
    known_as = hashlib.sha256((root / "SHA256SUMS").read_bytes()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    # compiled code would be a stray here, and one that is found here could be anybody's
    sys.pycache_prefix = str(cache / "leadline-serve" / known_as)
    # Python would make a folder that is missing at the root, such as /cache, where it was started
    try:
        Path(sys.pycache_prefix).mkdir(parents=True, exist_ok=True)
    except OSError:
        sys.dont_write_bytecode = True

    try:
        from leadline.serving.package.command_line import run

        run(root)
    except ModuleNotFoundError as error:
        sys.exit(
            f"Error: {error.name} is not installed for {sys.executable}. What requirements.lock "
            "names is needed. README.md says how to install it."
        )


if __name__ == "__main__":
    main()
