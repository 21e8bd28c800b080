package form

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"sync"
	"time"
)

// ServeOptions says how to serve.
type ServeOptions struct {
	Cert, Key string        // PEM files; both empty: plain HTTP, for a proxy in front. Read again when they change
	Log       *slog.Logger  // nil: nothing is logged
	Grace     time.Duration // for requests under way when the context ends; 0: 20 seconds
}

// Serve answers requests on the listener until the context ends, then lets requests under way finish: a submission that
// has begun is either thanked for or was never taken.
func Serve(ctx context.Context, listener net.Listener, h http.Handler, o ServeOptions) error {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Grace == 0 {
		o.Grace = 20 * time.Second
	}
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second, // slow phones send 1 MB in that
		WriteTimeout:      90 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          log.New(addressless{o.Log}, "", 0),
	}
	if (o.Cert == "") != (o.Key == "") {
		return errors.New("serve: TLS needs both a certificate and a key file")
	}
	if o.Cert != "" {
		pair := &keyPair{cert: o.Cert, key: o.Key}
		if _, err := pair.get(nil); err != nil {
			return fmt.Errorf("serve: %w", err)
		}
		server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get}
	}
	failed := make(chan error, 1)
	go func() {
		if server.TLSConfig != nil {
			failed <- server.ServeTLS(listener, "", "")
			return
		}
		failed <- server.Serve(listener)
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Grace)
	defer cancel()
	if err := server.Shutdown(stop); err != nil {
		return errors.Join(fmt.Errorf("serve: requests were still under way after %s: %w", o.Grace, err), server.Close())
	}
	return nil
}

// keyPair is a certificate that is read again when its file changes, so that a renewal needs no restart.
type keyPair struct {
	cert, key string
	mu        sync.Mutex
	loaded    *tls.Certificate
	changed   time.Time
}

func (k *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	info, err := os.Stat(k.cert)
	if err == nil && k.loaded != nil && info.ModTime().Equal(k.changed) {
		return k.loaded, nil
	}
	if err == nil {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(k.cert, k.key); err == nil {
			k.loaded, k.changed = &pair, info.ModTime()
		}
	}
	if k.loaded != nil {
		return k.loaded, nil // half a renewal: the old one serves until both files fit
	}
	return nil, fmt.Errorf("read the TLS certificate: %w", err)
}

// addressless writes the server's own messages to the log without the addresses of visitors.
type addressless struct{ log *slog.Logger }

var addressPattern = regexp.MustCompile(`\[[0-9a-fA-F:.%]+\](:\d+)?|\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b`)

func (a addressless) Write(b []byte) (int, error) {
	a.log.Warn("connection", slog.String("message", addressPattern.ReplaceAllString(string(b), "…")))
	return len(b), nil
}
