package schedules

import "time"

// Due reports whether a time of a cron expression has come since last, at now. A job that never ran is due; one without
// an expression never is. It is the question of a batch scheduler that rings more often than the job's own times.
func Due(spec string, loc *time.Location, last, now time.Time) (bool, error) {
	if spec == "" {
		return false, nil
	}
	schedule, err := ParseSchedule(spec, loc)
	if err != nil {
		return false, err
	}
	if last.IsZero() {
		return true, nil
	}
	return !schedule.Next(last.In(loc)).After(now), nil
}
