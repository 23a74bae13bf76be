// SPDX-License-Identifier: MIT

// oracle: what Go's crypto/x509 says to the questions that `certrescue inspect` answers.
//
// One question a line on standard input, fields separated by tabs:
//
//	NAME FILE CHAIN UNTRUSTED PAIR PURPOSE NOW NAMES
//
// Lists (CHAIN, UNTRUSTED, NAMES) are separated by commas; an empty field asks nothing. FILE holds a
// certificate, a request or a private key, PEM or DER. The answer is a line NAME, yes or no, and Go's reason.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"
)

type question struct {
	file, purpose, pair, now string
	chain, untrusted, names  []string
}

// blocks returns the DER of every block of the file with one of the labels; of the whole file if it is not PEM.
func blocks(path string, labels ...string) ([][]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(text, []byte("-----BEGIN ")) {
		return [][]byte{text}, nil
	}
	var ders [][]byte
	for {
		var b *pem.Block
		if b, text = pem.Decode(text); b == nil {
			return ders, nil
		}
		for _, l := range labels {
			if b.Type == l {
				ders = append(ders, b.Bytes)
			}
		}
	}
}

func certificates(paths []string) ([]*x509.Certificate, error) {
	var certs []*x509.Certificate
	for _, p := range paths {
		ders, err := blocks(p, "CERTIFICATE")
		if err != nil {
			return nil, err
		}
		for _, d := range ders {
			c, err := x509.ParseCertificate(d)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", p, err)
			}
			certs = append(certs, c)
		}
	}
	return certs, nil
}

func pool(certs []*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c)
	}
	return p
}

func (q *question) verify(certs []*x509.Certificate) error {
	roots, err := certificates(q.chain)
	if err != nil {
		return err
	}
	between, err := certificates(q.untrusted)
	if err != nil {
		return err
	}
	now, err := time.Parse(time.RFC3339, q.now)
	if err != nil {
		return err
	}
	usage := map[string]x509.ExtKeyUsage{"": x509.ExtKeyUsageAny, "any": x509.ExtKeyUsageAny,
		"server": x509.ExtKeyUsageServerAuth, "client": x509.ExtKeyUsageClientAuth}[q.purpose]
	options := x509.VerifyOptions{Roots: pool(roots), Intermediates: pool(append(between, certs[1:]...)),
		CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{usage}}
	if _, err := certs[0].Verify(options); err != nil {
		return err
	}
	for _, n := range q.names {
		if err := certs[0].VerifyHostname(n); err != nil {
			return err
		}
	}
	return nil
}

func readPair(cert, key string) error {
	c, err := blocks(cert, "CERTIFICATE")
	if err != nil || len(c) == 0 {
		return errors.Join(err, errors.New("no certificate"))
	}
	k, err := os.ReadFile(key)
	if err != nil {
		return err
	}
	_, err = tls.X509KeyPair(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c[0]}), k)
	return err
}

func readRequest(path string) (bool, error) {
	ders, err := blocks(path, "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
	if err != nil || len(ders) == 0 {
		return false, err
	}
	r, err := x509.ParseCertificateRequest(ders[0])
	if err != nil {
		return true, err
	}
	return true, r.CheckSignature()
}

func readKey(path string) (bool, error) {
	ders, err := blocks(path, "PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")
	if err != nil || len(ders) == 0 {
		return false, err
	}
	if _, err = x509.ParsePKCS8PrivateKey(ders[0]); err == nil {
		return true, nil
	}
	if _, e := x509.ParsePKCS1PrivateKey(ders[0]); e == nil {
		return true, nil
	}
	if _, e := x509.ParseECPrivateKey(ders[0]); e == nil {
		return true, nil
	}
	return true, err
}

func (q *question) answer() error {
	text, err := os.ReadFile(q.file)
	if err != nil {
		return err
	}
	if !bytes.Contains(text, []byte("BEGIN CERTIFICATE-----")) {
		isDER := !bytes.Contains(text, []byte("-----BEGIN "))
		if ok, err := readRequest(q.file); ok && (err == nil || !isDER) {
			return err
		}
		if ok, err := readKey(q.file); ok && (err == nil || !isDER) {
			return err
		}
	}
	certs, err := certificates([]string{q.file})
	if err != nil {
		return err
	}
	if len(certs) == 0 {
		return errors.New("no certificate")
	}
	if len(q.chain) > 0 {
		if err := q.verify(certs); err != nil {
			return err
		}
	}
	if q.pair != "" {
		return readPair(q.file, q.pair)
	}
	return nil
}

func list(field string) []string {
	if field == "" {
		return nil
	}
	return strings.Split(field, ",")
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "version" {
		fmt.Println(runtime.Version())
		return
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		f := strings.Split(in.Text(), "\t")
		if len(f) != 8 {
			fmt.Fprintf(os.Stderr, "oracle: %d fields instead of 8: %q\n", len(f), in.Text())
			os.Exit(64)
		}
		q := question{file: f[1], chain: list(f[2]), untrusted: list(f[3]), pair: f[4], purpose: f[5], now: f[6],
			names: list(f[7])}
		if err := q.answer(); err != nil {
			fmt.Printf("%s\tno\t%s\n", f[0], strings.ReplaceAll(err.Error(), "\n", " "))
		} else {
			fmt.Printf("%s\tyes\t\n", f[0])
		}
	}
}
