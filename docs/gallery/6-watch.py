# %% [markdown]
# # Watch: is it still good enough, and when should it be retrained?
#
# How fast will it age? Models fitted up to each earlier week are scored on all later ones.

# %%
import polars as pl

import leadline as ll

project = ll.open("flights", by="Ada")
project.run("decay")

# %% [markdown]
# Weeks of new flights come in, and what became of them.

# %%
later = pl.read_parquet("flights-files/august-to-december.parquet")
september = later.filter(pl.col("scheduled_at").dt.month() == 9)
watched = project.watch(september)
watched

# %%
watched.to_frame().select("name", "n_rows", "n_labelled", "error", "error_low", "error_high")

# %%
project.close()
