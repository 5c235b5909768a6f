"""Routes: one module for each kind of page."""

from leadline.web.routes import (
    adjudicate,
    agent_answers,
    alarm,
    comment,
    decide,
    delegation,
    label,
    money,
    project,
    review,
    settings_page,
    verdicts,
    watch_label,
    work,
)
from leadline.web.routes.admission import account, enter, join, login

ROUTERS = (
    project.router,
    verdicts.router,
    money.router,
    agent_answers.router,
    delegation.router,
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
