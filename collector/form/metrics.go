package form

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are counts for whoever watches the process. No label names a person, a link, an address or a survey: a count of
// one survey would show who of a small group has answered.
type metrics struct {
	handler     http.Handler
	requests    *prometheus.CounterVec
	took        prometheus.Histogram
	refused     *prometheus.CounterVec
	submissions prometheus.Counter
	drafts      prometheus.Counter
	declined    prometheus.Counter
}

func newMetrics() *metrics {
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Namespace: "koe", Subsystem: "form", Name: name, Help: help})
	}
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "koe", Subsystem: "form", Name: "requests_total", Help: "Requests answered, by route and status."}, []string{"route", "status"}),
		took: prometheus.NewHistogram(prometheus.HistogramOpts{Namespace: "koe", Subsystem: "form", Name: "request_seconds", Help: "Time to answer a request.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}}),
		refused:     prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "koe", Subsystem: "form", Name: "refused_total", Help: "Requests refused before they were looked at, by reason."}, []string{"reason"}),
		submissions: counter("submissions_total", "Submissions that the store has on disk."),
		drafts:      counter("drafts_saved_total", "Drafts saved."),
		declined:    counter("declined_total", "Requests to stop the invitations."),
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.took, m.refused, m.submissions, m.drafts, m.declined)
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
}

func (m *metrics) observe(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.took.Observe(took.Seconds())
}

func (m *metrics) serve(w *answer, r *http.Request) error {
	m.handler.ServeHTTP(w, r)
	return nil
}
