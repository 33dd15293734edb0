package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"rollcall/config"
	"rollcall/directory"
	"rollcall/directory/sqlstore"
	"rollcall/directory/vault"
)

// soon is when something that ends is worth a warning.
const soon = 14 * 24 * time.Hour

// examineFolder wants a data folder that can be written to, and by nobody else.
func examineFolder(_ context.Context, _ *app, c *config.Config) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return directory.Errorf(directory.Unavailable, "", "%s cannot be made: %v", c.Data, err).
			Hinted("--data names another folder")
	}
	f, err := os.CreateTemp(c.Data, "doctor.*")
	if err != nil {
		return directory.Errorf(directory.Unavailable, "", "%s cannot be written to: %v", c.Data, err).
			Hinted("it has to belong to the user that Rollcall runs as")
	}
	full := tryWriting(f)
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("tidy up in %s: %w", c.Data, err)
	}
	if full != nil {
		return full
	}
	info, err := os.Stat(c.Data)
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o007 != 0 {
		return directory.Errorf(directory.Denied, "", "everybody on this machine can look into %s", c.Data).
			Hinted("make it private with: chmod 700 %s", c.Data)
	}
	return remark{message: c.Data + " can be written to and is private"}
}

// tryWriting writes what a change may need at least: on a full disk a file can still be
// made, but nothing written to it.
func tryWriting(f *os.File) error {
	if _, err := f.Write(make([]byte, 256<<10)); err != nil {
		return directory.Errorf(directory.Unavailable, "", "%s cannot be written to: %v", filepath.Dir(f.Name()), pathless(err)).
			Hinted("is there space left on its disk?")
	}
	return nil
}

// examineKey wants a sealing key that only its owner can read.
func examineKey(_ context.Context, _ *app, c *config.Config) error {
	if err := vault.CheckKeyFile(c.Data); err != nil {
		return err
	}
	if c.SealingKey() != nil {
		return remark{message: "secret_key seals secrets"}
	}
	return remark{message: "a file in the data folder seals secrets; it is made when the first is sealed"}
}

// examineCertificate wants a pair that belongs together, is valid now and for the name
// by which others come.
func examineCertificate(_ context.Context, _ *app, c *config.Config) error {
	if c.TLSCert == "" {
		return remark{message: "none is configured; a proxy in front of Rollcall has to speak HTTPS"}
	}
	pair, err := tls.LoadX509KeyPair(c.TLSCert, c.TLSKey)
	if err != nil {
		return directory.Errorf(directory.Unavailable, "", "tls_cert and tls_key cannot be used: %v", err).
			Hinted("both have to be files in PEM, and belong together")
	}
	return judgeCertificate(pair.Leaf, publicHost(c), time.Now())
}

// judgeCertificate looks at the dates and the name of a certificate.
func judgeCertificate(leaf *x509.Certificate, host string, now time.Time) error {
	switch ends := leaf.NotAfter; {
	case now.After(ends):
		return directory.Errorf(directory.Unavailable, "", "it ended at %s", shownTime(ends)).
			Hinted("replace the files; a running server reads them again by itself")
	case now.Before(leaf.NotBefore):
		return directory.Errorf(directory.Unavailable, "", "it begins at %s", shownTime(leaf.NotBefore)).
			Hinted("is the clock of this machine right?")
	case host != "" && leaf.VerifyHostname(host) != nil:
		return directory.Errorf(directory.Unavailable, "", "it is not for %s, the name in public_url", host).
			Hinted("it is for %s", strings.Join(leaf.DNSNames, ", "))
	case ends.Sub(now) < soon:
		return remark{"it ends at " + shownTime(ends), "replace the files; a running server reads them again by itself"}
	default:
		return remark{message: "it is valid until " + shownTime(ends)}
	}
}

func publicHost(c *config.Config) string {
	u, err := url.Parse(c.PublicURL)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// examineDatabase wants a database that answers and has the tables of this program.
func examineDatabase(ctx context.Context, a *app, c *config.Config) (err error) {
	store, err := sqlstore.Open(ctx, storeConfig(c, newLogger(a.stderr, c, quiet)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	have, need, err := store.Schema(ctx)
	switch {
	case err != nil:
		return err
	case have == 0:
		return remark{message: "it answers and is empty; the tables are made when they are first needed"}
	case have < need:
		return remark{fmt.Sprintf("it answers and is at version %d, this program needs %d", have, need),
			"rollcall serve or rollcall migrate brings it up to date"}
	}
	if err := store.Ready(ctx); err != nil {
		return err
	}
	return remark{message: fmt.Sprintf("it answers and is at version %d, as it should be", have)}
}

// examineServer asks the server on this machine how it is.
func examineServer(ctx context.Context, _ *app, c *config.Config) error {
	if len(addresses(c)) == 0 {
		return remark{"none is running, and it would listen on another port each time", "start it with: rollcall serve"}
	}
	at, answer, err := askServer(ctx, c)
	if e, ok := errors.AsType[*directory.Error](err); ok {
		return remark{e.Msg, e.Hint}
	}
	if err != nil {
		return remark{"none answers at " + at, "start it with: rollcall serve"}
	}
	if !answer.Ready {
		return notReady("it", answer)
	}
	return remark{message: "it is ready at " + at}
}

// examinePublicURL goes the way that an identity provider goes, as far as that can be
// done from here.
func examinePublicURL(ctx context.Context, _ *app, c *config.Config) error {
	if c.PublicURL == "" {
		return remark{"it is not set, so only this machine knows how to reach Rollcall",
			"set public_url to the HTTPS address that identity providers shall use"}
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	host := publicHost(c)
	if _, err := net.DefaultResolver.LookupHost(ctx, host); err != nil {
		return directory.Errorf(directory.Unavailable, "", "%s cannot be resolved: %v", host, err).
			Hinted("does the name exist in the DNS?")
	}
	if err := reach(ctx, c.PublicURL+"/healthz"); err != nil {
		return directory.Errorf(directory.Unavailable, "", "%s does not answer as Rollcall: %v", c.PublicURL, err).
			Hinted("check the proxy, the firewall and that the server runs; the way from here may differ from a provider's")
	}
	if !strings.HasPrefix(c.PublicURL, "https:") {
		return remark{c.PublicURL + " answers, but unencrypted", "Okta and Entra ID only connect over HTTPS"}
	}
	return remark{message: c.PublicURL + " answers"}
}

// reach wants a plain 200 from an address.
func reach(ctx context.Context, address string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			return e.Err
		}
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d for /healthz", answer.StatusCode)
	}
	return nil
}

// quiet is above every level: what goes wrong is in the finding.
const quiet = 100
