# %% [markdown]
# # Find: which model is worth carrying on with?
#
# A search in a hard time box: plain models first, neural networks too where they are installed. The choice is by the score that is
# *forecast* at the size we can afford, not by today's.

# %%
import leadline as ll

project = ll.open("flights", by="Ada")
search = project.run("search")
search

# %% [markdown]
# Every candidate with what was measured, and what is expected of it:

# %%
project.candidates.select(
    "candidate",
    "is_chosen",
    "n_train",
    "score",
    "expected",
    "expected_low",
    "expected_high",
    "fit_s",
).head(8)

# %% [markdown]
# What does the chosen one lean on? A column that carries nearly everything would raise the question of a leak.

# %%
search.to_frame("importance").select("columns", "rise", "rise_low", "rise_high").head(6)

# %%
project.decide("find", "go", "The candidate is near the target.")
project.close()
