"""One module for each kind of page."""

from leadline.web.routes import adjudicate, decide, enter, join, label, project, review, rows

ROUTERS = (
    project.router,
    rows.router,
    decide.router,
    review.router,
    label.router,
    adjudicate.router,
    enter.router,
    join.router,
)
