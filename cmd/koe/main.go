// Command koe asks people who joined mid-career how they are doing, at each stage of their journey, and turns what they
// say into evidence that HR can act on. This package holds flags, configuration and wiring; the work is in the
// packages that it calls, one function a pass.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // time zones on a machine that has none

	"koe/analysis/sandbox"
)

// version is set by the linker.
var version = "unknown"

// goMemory is how much memory Go takes before it collects more eagerly, unless GOMEMLIMIT says otherwise. DuckDB's own limit
// (analysis) comes on top: together they stay under 2 GB with a hundred million answers.
const goMemory = 768 << 20 // bytes

func main() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(goMemory)
	}
	if code, child := sandbox.Main(); child { // a query of koe sql, in a process of its own
		os.Exit(code)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}
