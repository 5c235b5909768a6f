"""Routes: one module for each kind of page."""

from leadline.web.routes import (
    adjudicate,
    alarm,
    comment,
    compare,
    decide,
    enter,
    join,
    label,
    project,
    review,
    verdicts,
    watch_label,
    work,
)

ROUTERS = (
    project.router,
    verdicts.router,
    alarm.router,
    watch_label.router,
    decide.router,
    comment.router,
    compare.router,
    review.router,
    label.router,
    adjudicate.router,
    enter.router,
    join.router,
    work.router,
)
