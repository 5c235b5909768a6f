# %% [markdown]
# # Apply: what would it do to real flights, and which mistakes do we prefer?
#
# July has no labels as far as the project knows. A few operating points are offered; people judge some two hundred flights
# without seeing what the model says, and precision and recall on the *whole* stream follow, with intervals.

# %%
import leadline as ll

project = ll.open("flights", by="Ada")
project.run("tuning")

# %% [markdown]
# The rows to judge. On a page one sees them one by one (`leadline up`); here what really happened answers in our place.

# %%
project.rows_to_judge().select("row", "scheduled_at", "carrier", "dest", "temp").head(3)

# %%
from pathlib import Path
from tempfile import TemporaryDirectory

from leadline.demo.flights import write_files

with TemporaryDirectory() as other:
    truth = write_files(Path(other)).truth
for _ in range(2):  # the second half is drawn by what the first half said
    project.judge({row: truth[row] == "yes" for row in project.rows_to_judge()["row"]})

# %% [markdown]
# What each point would do to the stream, by those judgments:

# %%
points = project.points()
points.select(
    "name", "threshold", "precision", "precision_low", "precision_high", "recall", "is_cheapest"
)

# %%
for words in points["words"]:
    print(words)

# %% [markdown]
# One is chosen, with its reason.

# %%
best = points.filter("is_cheapest")["name"][0]
project.choose(best, "The cheapest by what we judged.", cost_miss=30, cost_false_alarm=10)

# %%
project.close()
