// Runs the recipe over the vectors and fixtures of a vendored folder. Usage: go run junction.go run.go FOLDER
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

type vector struct {
	Name, Outcome, ID, Body string
	Secrets                 []string
	Offset                  int64
	Signed                  []struct {
		With   string `json:"signed_with"`
		Offset int64
		Body   string
	}
	Headers map[string]string
}

func read(target any, parts ...string) {
	content, err := os.ReadFile(filepath.Join(parts...))
	if err == nil {
		err = json.Unmarshal(content, target)
	}
	check(err)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func sign(secret, id string, at int64, body string) string {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	check(err)
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", id, at, body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func main() {
	folder, err := filepath.Abs(os.Args[1])
	check(err)
	wrong := 0
	differs := func(what string) {
		wrong++
		fmt.Println("not as expected:", what)
	}

	var group struct{ Vectors []vector }
	read(&group, folder, "signatures", "relative.json")
	for _, each := range group.Vectors {
		now := time.Now().Unix()
		headers := http.Header{}
		for name, text := range each.Headers {
			text = strings.ReplaceAll(text, "{timestamp}", strconv.FormatInt(now+each.Offset, 10))
			for at, signed := range each.Signed {
				made := sign(signed.With, each.ID, now+signed.Offset, signed.Body)
				text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", at), made)
			}
			headers.Set(name, text)
		}
		if (Verify([]byte(each.Body), headers, each.Secrets...) == nil) != (each.Outcome == "valid") {
			differs(each.Name)
		}
	}

	schemas, err := LoadSchemas(folder)
	check(err)
	var index struct {
		Payloads []struct {
			File, Schema string
			Tolerant     bool
		}
	}
	read(&index, folder, "fixtures", "index.json")
	payloads := 0
	for _, each := range index.Payloads {
		schema := schemas[strings.TrimSuffix(filepath.Base(each.Schema), ".json")]
		if schema == nil {
			continue // an order without an envelope
		}
		body, err := os.ReadFile(filepath.Join(folder, each.File))
		check(err)
		found, err := Validate(schema, body)
		check(err)
		payloads++
		if (len(found) == 0) != each.Tolerant {
			differs(each.File)
		}
	}
	fmt.Printf("Go: %d vectors, %d payloads, %d not as expected\n", len(group.Vectors), payloads, wrong)
	if wrong > 0 || payloads == 0 || len(group.Vectors) == 0 {
		os.Exit(1)
	}
}
