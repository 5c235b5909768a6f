# %% [markdown]
# # Ship: a release that another team can run
#
# The chosen model at the chosen point is sealed: stored with golden rows that it must score the same wherever it is opened, hashed,
# signed. Who may be harmed by it was answered at the start; without that nothing is released.

# %%
import polars as pl

import leadline as ll

project = ll.open("flights", by="Ada")
project.run("release")

# %% [markdown]
# In Python it is a fitted estimator that takes the columns as they come:

# %%
model = project.model()
july = pl.read_parquet("flights-files/july.parquet")
model.predict_proba(july.head(3))

# %%
model.answers(july).head(3)

# %% [markdown]
# From here engineers take over: `leadline serve` answers over HTTP, `leadline score` scores files.

# %%
project.close()
