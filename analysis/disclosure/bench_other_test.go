//go:build !unix

package disclosure

import (
	"runtime"
	"runtime/metrics"
	"time"
)

// processorTime is what this process has used of all processors, as the runtime estimates it: not less than it was.
func processorTime() time.Duration {
	runtime.GC() // the estimate is of then
	samples := []metrics.Sample{{Name: "/cpu/classes/user:cpu-seconds"}, {Name: "/cpu/classes/gc/total:cpu-seconds"}}
	metrics.Read(samples)
	var seconds float64
	for _, s := range samples {
		if s.Value.Kind() == metrics.KindFloat64 {
			seconds += s.Value.Float64()
		}
	}
	return time.Duration(seconds * float64(time.Second))
}
