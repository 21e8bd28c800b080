// Package pgtest starts real PostgreSQL servers for tests. It imports nothing of koe.
package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver by which the server is set up
)

// Server is a real PostgreSQL server of its own, in a temporary folder, reached over a socket there.
type Server struct {
	bin, dir string // of the programs; of this server: data, sockets, log
	owner    *syscall.Credential
	server   *exec.Cmd
	exited   chan struct{}
}

// Start starts a server that goes with the test. Without Debian's package postgresql it fails the test.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	p := newServer(t)
	p.run(t, "initdb", "--pgdata", p.data(), "--username", "koe", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	p.start(t, settings)
	return p
}

// newServer finds the programs, newest first, and makes the server's folder. PostgreSQL refuses to run as root, so
// that root hands the folder to the user postgres.
func newServer(t testing.TB) *Server {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		t.Fatal("this test needs a PostgreSQL server; install Debian's package postgresql")
	}
	slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
	dir, err := os.MkdirTemp("", "koe-pg-") // short: a socket's path has at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	p := &Server{bin: filepath.Dir(found[0]), dir: dir}
	if os.Geteuid() == 0 {
		owner, err := user.Lookup("postgres")
		if err != nil {
			t.Fatal("PostgreSQL does not run as root and there is no user postgres; install Debian's package postgresql")
		}
		uid, _ := strconv.Atoi(owner.Uid)
		gid, _ := strconv.Atoi(owner.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			t.Fatal(err)
		}
		p.owner = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	}
	return p
}

func version(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}

func (p *Server) data() string { return filepath.Join(p.dir, "data") }

func (p *Server) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.owner}
	return cmd
}

func (p *Server) run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := p.command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// start starts the server and waits until it answers.
func (p *Server) start(t testing.TB, settings []string) {
	t.Helper()
	args := []string{"-D", p.data(), "-k", p.dir, "-c", "listen_addresses=", "-c", "max_connections=100", "-c", "log_min_messages=warning"}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	p.server = p.command("postgres", args...)
	log, err := os.OpenFile(filepath.Join(p.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	p.server.Stdout, p.server.Stderr = log, log
	if err := p.server.Start(); err != nil {
		t.Fatal(err)
	}
	p.exited = make(chan struct{})
	go func(server *exec.Cmd, exited chan struct{}) {
		_ = server.Wait() // how it ended does not matter: it is stopped or killed
		_ = log.Close()
		close(exited)
	}(p.server, p.exited)
	t.Cleanup(p.Kill)
	for range 300 {
		db, err := sql.Open("pgx", p.DSN("postgres"))
		if err == nil {
			err = db.PingContext(t.Context())
			_ = db.Close()
			if err == nil {
				return
			}
		}
		select {
		case <-p.exited:
		case <-time.After(100 * time.Millisecond):
			continue
		}
		break
	}
	text, _ := os.ReadFile(filepath.Join(p.dir, "log"))
	t.Fatalf("PostgreSQL did not start:\n%s", text)
}

// DSN is the address of a database of the server.
func (p *Server) DSN(database string) string { return DSNOf(database, p) }

// DSNOf is the address of a database that one of several servers has: the one that takes writes.
func DSNOf(database string, servers ...*Server) string {
	hosts := make([]string, len(servers))
	for i, p := range servers {
		hosts[i] = p.dir
	}
	q := url.Values{"host": {strings.Join(hosts, ",")}, "connect_timeout": {"5"}}
	if len(servers) > 1 {
		q.Set("target_session_attrs", "read-write")
	}
	return "postgres://koe@/" + database + "?" + q.Encode()
}

// Database makes a new, empty database and gives its address.
func (p *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("koe_%d", time.Now().UnixNano())
	p.Exec(t, "postgres", "CREATE DATABASE "+name)
	return p.DSN(name)
}

// Exec runs a statement as the superuser.
func (p *Server) Exec(t testing.TB, database, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", p.DSN(database))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.WithoutCancel(t.Context()), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// Standby starts a second server that follows this one, and has this one wait for it at each commit: what is committed
// is on both.
func (p *Server) Standby(t testing.TB) *Server {
	t.Helper()
	s := newServer(t)
	s.run(t, "pg_basebackup", "-h", p.dir, "-U", "koe", "-D", s.data(), "-R", "-X", "stream", "-c", "fast")
	s.start(t, nil)
	p.Exec(t, "postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'")
	p.Exec(t, "postgres", "SELECT pg_reload_conf()")
	return s
}

// Promote makes a standby take writes.
func (p *Server) Promote(t testing.TB) {
	t.Helper()
	p.run(t, "pg_ctl", "promote", "-D", p.data(), "--wait")
}

// Kill ends the server at once with all its processes, without a checkpoint, as a crash does, and waits until it is gone.
func (p *Server) Kill() {
	select {
	case <-p.exited:
		return
	default:
	}
	// The server's own children end when it does; SIGQUIT asks them to end at once, which is what a crash is to the data.
	_ = p.server.Process.Signal(syscall.SIGQUIT)
	select {
	case <-p.exited:
	case <-time.After(3 * time.Second):
		_ = p.server.Process.Kill()
		<-p.exited
	}
}
