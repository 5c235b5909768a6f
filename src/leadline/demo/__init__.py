"""Demo projects on real data, from question to monitored model; no result is stored."""

from leadline.demo.packages import missing_packages
from leadline.demo.project_run import EXAMPLES, run_demo

__all__ = ["EXAMPLES", "missing_packages", "run_demo"]
