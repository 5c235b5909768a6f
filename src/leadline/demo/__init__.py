"""A whole project on real data, from question to watched model; nothing is stored in advance."""

from leadline.demo.project_run import EXAMPLES, run_demo
from leadline.demo.packages import missing_packages

__all__ = ["EXAMPLES", "missing_packages", "run_demo"]
