"""Routes: one module for each kind of page."""

from leadline.web.routes import (
    account,
    adjudicate,
    alarm,
    comment,
    decide,
    enter,
    join,
    label,
    login,
    money,
    project,
    review,
    settings_page,
    verdicts,
    watch_label,
    work,
)

ROUTERS = (
    project.router,
    verdicts.router,
    money.router,
    alarm.router,
    watch_label.router,
    decide.router,
    comment.router,
    review.router,
    label.router,
    adjudicate.router,
    enter.router,
    login.router,
    account.router,
    settings_page.router,
    join.router,
    work.router,
)
