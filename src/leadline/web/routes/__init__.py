"""Routes: one module for each kind of page."""

from leadline.web.routes import (
    account,
    adjudicate,
    alarm,
    decide,
    enter,
    join,
    label,
    login,
    project,
    review,
    settings_form,
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
    review.router,
    label.router,
    adjudicate.router,
    enter.router,
    login.router,
    account.router,
    settings_form.router,
    join.router,
    work.router,
)
