package store

import (
	"context"
	"database/sql"
	"time"
)

// AcquireLease takes the right to do something that one process at a time may do, or extends it; false when somebody
// else has it. A lease that is not extended within ttl is free again.
func (s *Store) AcquireLease(ctx context.Context, now time.Time, name, holder string, ttl time.Duration) (bool, error) {
	var n int64
	err := s.main.update(ctx, func(tx *tx) (err error) {
		n, err = tx.exec("acquire_lease", name, holder, stamp(now.Add(ttl)), stamp(now))
		return err
	})
	return n == 1, err
}

// ReleaseLease gives a lease back. It is no error when it is somebody else's by now.
func (s *Store) ReleaseLease(ctx context.Context, name, holder string) error {
	return s.main.update(ctx, func(tx *tx) error {
		_, err := tx.exec("release_lease", name, holder)
		return err
	})
}

// Run is one run of a job.
type Run struct {
	Job      string
	Started  time.Time
	Finished time.Time
	Error    string    // "" when it went well
	LastOK   time.Time // start of the job's last run that went well; zero when none did
}

// RecordRun notes that a job ran and, in err, how it failed. The last thousand runs of a job are kept.
func (s *Store) RecordRun(ctx context.Context, job string, started, finished time.Time, failure error) error {
	message := ""
	if failure != nil {
		message = failure.Error()
	}
	return s.main.update(ctx, func(tx *tx) error {
		if _, err := tx.exec("record_run", newKey(), job, stamp(started), stamp(finished), message); err != nil {
			return err
		}
		_, err := tx.exec("forget_runs", job)
		return err
	})
}

// Runs gives the last run of each job, by name.
func (s *Store) Runs(ctx context.Context) ([]Run, error) {
	rows, err := s.main.query(ctx, "runs", "")
	return collect(rows, err, func(rows *sql.Rows) (r Run, err error) {
		var started, finished, ok string
		if err := rows.Scan(&r.Job, &started, &finished, &r.Error, &ok); err != nil {
			return r, err
		}
		return r, read(field{started, &r.Started}, field{finished, &r.Finished}, field{ok, &r.LastOK})
	})
}
