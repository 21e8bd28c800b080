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
	bin, dir string   // of the programs; of this server: data, sockets, log
	settings []string // name=value; a follower has those of whom it follows
	owner    *syscall.Credential
	server   *exec.Cmd
	exited   chan struct{}
}

// Start starts a server that goes with the test. Without Debian's package postgresql it fails the test.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	p := newServer(t)
	p.settings = settings
	p.run(t, "initdb", "--pgdata", p.data(), "--username", "koe", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	p.start(t)
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
func (p *Server) start(t testing.TB) {
	t.Helper()
	args := []string{"-D", p.data(), "-k", p.dir, "-c", "listen_addresses=", "-c", "max_connections=100", "-c", "log_min_messages=warning",
		"-c", "cluster_name=" + follower, "-c", "dynamic_shared_memory_type=mmap", // in the folder, so that nothing stays of a server that was killed
		"-c", "wal_retrieve_retry_interval=100ms"} // a standby is promoted at once
	for _, s := range p.settings {
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
	t.Cleanup(p.stop)
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

// follower is what every server calls itself when it follows another.
const follower = "koe_follower"

// Standby starts a second server that follows this one, and has this one wait for it at each commit: what is committed
// is on both. Once promoted, it waits for a follower of its own too.
func (p *Server) Standby(t testing.TB) *Server {
	t.Helper()
	s := newServer(t)
	s.follow(t, p)
	p.Exec(t, "postgres", "ALTER SYSTEM SET synchronous_standby_names = '"+follower+"'")
	p.Exec(t, "postgres", "SELECT pg_reload_conf()")
	return s
}

// Follow makes a server that was killed the standby of another: what it had is thrown away, and all comes from there.
func (p *Server) Follow(t testing.TB, primary *Server) {
	t.Helper()
	if err := os.RemoveAll(p.data()); err != nil {
		t.Fatal(err)
	}
	p.follow(t, primary)
}

func (p *Server) follow(t testing.TB, primary *Server) {
	t.Helper()
	p.run(t, "pg_basebackup", "-h", primary.dir, "-U", "koe", "-D", p.data(), "-R", "-X", "stream", "-c", "fast", "--no-sync")
	f, err := os.OpenFile(filepath.Join(p.data(), "postgresql.auto.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString("\nsynchronous_standby_names = '" + follower + "'\n"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	p.settings = primary.settings
	p.start(t)
}

// Promote makes a standby take writes.
func (p *Server) Promote(t testing.TB) {
	t.Helper()
	p.run(t, "pg_ctl", "promote", "-D", p.data(), "--wait")
}

// Kill ends the server as the loss of its machine does: SIGKILL to all its processes at once. Its data stay as they lay.
func (p *Server) Kill(t testing.TB) {
	t.Helper()
	segment := p.segment()
	_ = p.server.Process.Kill()
	for began := time.Now(); ; {
		left := p.processes()
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have gone by itself
		}
		if len(left) == 0 {
			break
		}
		if time.Since(began) > time.Minute {
			t.Errorf("processes %v of the server outlive SIGKILL", left)
			return
		}
		time.Sleep(time.Millisecond)
	}
	<-p.exited
	if segment > 0 { // a few bytes of shared memory by which a second server on the same data would know of the first
		_, _, _ = syscall.Syscall(syscall.SYS_SHMCTL, uintptr(segment), 0, 0) // 0: IPC_RMID; a segment that stays is no harm
	}
}

// processes lists the processes of the server: those that work in its folder.
func (p *Server) processes() (pids []int) {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // fails for a bad pattern only
	for _, link := range links {
		if folder, err := os.Readlink(link); err != nil || folder != p.data() {
			continue // another's, or gone
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		if err != nil || zombie(pid) {
			continue
		}
		pids = append(pids, pid)
	}
	return pids
}

// zombie tells a process that is dead and only not yet waited for.
func zombie(pid int) bool {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return true
	}
	state := strings.LastIndex(string(b), ") ")
	return state > 0 && state+2 < len(b) && b[state+2] == 'Z'
}

// segment gives the id of the server's System V shared memory, 0 when it is not known.
func (p *Server) segment() int {
	b, err := os.ReadFile(filepath.Join(p.data(), "postmaster.pid"))
	if err != nil {
		return 0
	}
	lines := strings.Split(string(b), "\n")
	if len(lines) < 7 {
		return 0
	}
	f := strings.Fields(lines[6])
	if len(f) < 2 {
		return 0
	}
	id, err := strconv.Atoi(f[1])
	if err != nil {
		return 0
	}
	return id
}

// stop ends the server at once and in order, at the end of a test.
func (p *Server) stop() {
	select {
	case <-p.exited:
		return
	default:
	}
	_ = p.server.Process.Signal(syscall.SIGQUIT)
	select {
	case <-p.exited:
	case <-time.After(3 * time.Second):
		_ = p.server.Process.Kill()
		<-p.exited
	}
}
