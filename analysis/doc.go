// Package analysis keeps the warehouse: a DuckDB file that analysts read, built from the store and never the truth.
//
// The way of the data: Load copies what is new into the fact tables (one row a response); Analyze runs the reductions
// (red_*, exact sums of integers in portable SQL), then the models, which read red_* and nothing else, then disclosure
// control, which writes safe_*; ReadPublished gives the safe_* tables to the reports as plain values. Each version of
// the warehouse is a file of its own, and the name that analysts use moves to it in one rename.
//
// It does not know names or addresses, draws nothing, and is not for writing to: what is in the warehouse can be made
// again from the store at any time.
package analysis
