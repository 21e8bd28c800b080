package sandbox

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

const (
	besides     = 3 << 30 // address space of the process besides DuckDB's memory: code, threads' stacks, reserved ranges
	mostParquet = 8 << 30 // bytes of a Parquet file
)

// limitProcess sets what the operating system takes care of from the start: address space, processor time, the size of
// files, core dumps.
func limitProcess(j *job) error {
	seconds := uint64(j.Time.Seconds())*uint64(j.Threads+1) + 5
	fileSize := uint64(0)
	if j.File != "" {
		fileSize = mostParquet
	}
	for _, limit := range []struct {
		name  string
		which int
		most  uint64
	}{
		{"address space", unix.RLIMIT_AS, uint64(j.Memory) + besides},
		{"processor time", unix.RLIMIT_CPU, seconds},
		{"file size", unix.RLIMIT_FSIZE, fileSize},
		{"core dumps", unix.RLIMIT_CORE, 0},
	} {
		if err := unix.Setrlimit(limit.which, &unix.Rlimit{Cur: limit.most, Max: limit.most}); err != nil {
			return fmt.Errorf("%s: %w", limit.name, err)
		}
	}
	return nil
}

// limitFiles lets no further file be opened, whoever in the process asks: the warehouse is open by now. With parquet
// a few more may be.
func limitFiles(parquet bool) error {
	null, err := unix.Open(os.DevNull, unix.O_RDONLY, 0)
	if err != nil {
		return fmt.Errorf("open %s: %w", os.DevNull, err)
	}
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	highest := null
	for _, entry := range open {
		if fd, err := strconv.Atoi(entry.Name()); err == nil {
			highest = max(highest, fd)
		}
	}
	for fd := null; fd < highest; { // take the free numbers below
		if fd, err = unix.Dup(null); err != nil {
			return err
		}
	}
	most := uint64(highest + 1)
	if parquet {
		most += 8 // the file, and what DuckDB opens on its way there
	}
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: most, Max: most})
}
