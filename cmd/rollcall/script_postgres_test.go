package main

import (
	"context"
	databasesql "database/sql"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/rogpeppe/go-internal/testscript"

	"rollcall/dev/need"
)

// TestScriptsOnPostgreSQL plays the sessions in which a database matters once more, each
// on one of its own.
func TestScriptsOnPostgreSQL(t *testing.T) {
	server := need.Postgres(t)
	var made atomic.Int64
	params := scriptParams()
	params.Condition, params.Dir = onDatabase(false), ""
	for _, name := range []string{"audit", "conflicts", "dump", "groups", "seats", "serve", "tokens", "users"} {
		params.Files = append(params.Files, "testdata/"+name+".txt")
	}
	params.Setup = func(env *testscript.Env) error {
		if err := setup(env); err != nil {
			return err
		}
		name := fmt.Sprintf("rollcall_script_%d_%d_%d", os.Getpid(), time.Now().UnixNano(), made.Add(1))
		if err := onServer(server, "create database "+name); err != nil {
			return err
		}
		env.Defer(func() { onServer(server, "drop database "+name+" with (force)") })
		env.Setenv("ROLLCALL_DATABASE", databaseURL(server, name))
		return nil
	}
	testscript.Run(t, params)
}

// onServer runs one statement on the server.
func onServer(server, statement string) error {
	db, err := databasesql.Open("pgx", server)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(context.Background(), statement)
	return err
}

// databaseURL names a database of a server.
func databaseURL(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(err) // the server has been reached at it
	}
	u.Path = "/" + name
	return u.String()
}
