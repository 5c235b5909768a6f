# %% [markdown]
# # Train: how much data lie between this model and one that is good enough?

# %%
import leadline as ll

project = ll.open("flights", by="Ada")
project.run("curve")

# %% [markdown]
# The forecast turns the curve into rows, money and a chance, before any of it is spent. What it stands on is run first: which
# labels came in, and at what price.

# %%
project.run("labelling")
forecast = project.run("forecast")
forecast

# %% [markdown]
# The numbers behind the picture:

# %%
forecast.to_frame().tail(4)

# %%
project.decide("train", "go", "More rows hardly pay; go on with what there is.")
project.close()
