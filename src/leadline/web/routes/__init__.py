"""One module for each kind of page."""

from leadline.web.routes import decide, enter, label, project, review, rows

ROUTERS = (
    project.router,
    rows.router,
    decide.router,
    review.router,
    label.router,
    enter.router,
)
