// Package stats holds the formulas of koe: pure functions over small tables of counts, each with its source.
//
// Inputs are what the reductions give: histograms (a value and how many people gave it), summaries (n, mean, sd) and
// cross moments. A figure that is not defined is NaN, never a guess; callers store it as NULL. Intervals and
// probabilities are two-sided unless a name says otherwise. Nothing here knows of stages, units or disclosure.
package stats
