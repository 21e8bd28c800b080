"""The peer of koe analyze in the benchmarks: the same figures by pandas, the way an analyst would write them.

usage: peer.py RESPONSES.csv  (one row a response: person, stage, wave, cohort, segments, latest, q_* answers, s_* scores)
Prints JSON: seconds of reading and of computing, and sums by which the figures are compared.
"""
import itertools
import json
import sys
import time

import pandas as pd

started = time.perf_counter()
keys = ["person", "stage", "wave", "cohort", "bureau", "division", "hire_type"]
data = pd.read_csv(sys.argv[1], dtype={key: "category" for key in keys})
reading = time.perf_counter() - started
questions = [c for c in data.columns if c.startswith("q_")]
scores = [c for c in data.columns if c.startswith("s_")]
segments = [[], ["bureau"], ["division"], ["hire_type"]]

started = time.perf_counter()


def grouped(frame, by):
    return frame.groupby(by, observed=True) if by else frame.groupby(lambda _: 0)


# trend: n, mean and standard deviation of each construct, by stage, quarter or cohort, and segment member
trend_rows, trend_n, trend_mean = 0, 0, 0.0
for segment in segments:
    for by in ([], ["stage"], ["stage", "wave"], ["stage", "cohort"]):
        figures = grouped(data, by + segment)[scores].agg(["count", "mean", "std"])
        for score in scores:
            shown = figures[score][figures[score]["count"] > 0]
            trend_rows += len(shown)
            trend_n += int(shown["count"].sum())
            trend_mean += float(shown["mean"].sum())

# item: how many gave each answer, n, mean and standard deviation, by stage, quarter and segment member
long = data[keys + questions].melt(id_vars=keys, value_vars=questions, var_name="question").dropna(subset=["value"])
long["question"] = long["question"].astype("category")
item_rows, item_mean = 0, 0.0
for segment in segments:
    for by in ([], ["stage"], ["wave"], ["stage", "wave"]):
        groups = long.groupby(["question"] + by + segment, observed=True)["value"]
        counts = groups.value_counts()
        figures = groups.agg(["count", "mean", "std"])
        item_rows += len(figures)
        item_mean += float(figures["mean"].sum())

# change: the same people's scores at two stages, the last answer of each
change_rows, change_n, change_mean = 0, 0, 0.0
stages = [s for s in ["pre", "m2", "m3", "m6", "m12"] if s in set(data["stage"])]
parts = {stage: data[(data["stage"] == stage) & data["latest"]] for stage in stages}
for earlier, later in itertools.combinations(stages, 2):
    both = parts[later].merge(parts[earlier][["person"] + scores], on="person", suffixes=("", "_before"))
    for score in scores:
        both["d_" + score] = both[score] - both[score + "_before"]
    changes = ["d_" + score for score in scores]
    for segment in segments:
        figures = grouped(both, segment)[changes].agg(["count", "mean", "std"])
        for change in changes:
            shown = figures[change][figures[change]["count"] > 0]
            change_rows += len(shown)
            change_n += int(shown["count"].sum())
            change_mean += float(shown["mean"].sum())

print(json.dumps({
    "reading": reading, "computing": time.perf_counter() - started,
    "trend_rows": trend_rows, "trend_n": trend_n, "trend_mean": trend_mean,
    "item_rows": item_rows, "item_mean": item_mean,
    "change_rows": change_rows, "change_n": change_n, "change_mean": change_mean,
}))
