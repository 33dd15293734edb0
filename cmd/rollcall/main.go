package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"

	"rollcall/config"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The second signal finds the system's own way of handling it, which ends any program.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], config.Environment(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program: it does what the arguments say and returns the exit code. Results
// go to standard output; logs and errors go to standard error.
func run(ctx context.Context, args []string, env map[string]string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{env: env, stdin: stdin, stdout: stdout, stderr: stderr}
	err := dispatch(ctx, a, args)
	if err != nil {
		report(stderr, err, a.JSON)
	}
	return exitCode(err)
}
