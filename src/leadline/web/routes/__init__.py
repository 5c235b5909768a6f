"""Routes: one module for each kind of page."""

from leadline.web.routes import (
    adjudicate,
    alarm,
    decide,
    enter,
    join,
    label,
    project,
    review,
    verdicts,
    work,
)

ROUTERS = (
    project.router,
    verdicts.router,
    alarm.router,
    decide.router,
    review.router,
    label.router,
    adjudicate.router,
    enter.router,
    join.router,
    work.router,
)
