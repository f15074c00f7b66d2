// Validates the payloads of a vendored folder with gojsonschema, which knows draft-07, and compares the verdicts.
// Usage: go run validate.go FOLDER
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/xeipuuv/gojsonschema"
)

type entry struct {
	File       string          `json:"file"`
	Schema     string          `json:"schema"`
	Strict     bool            `json:"strict"`
	Tolerant   bool            `json:"tolerant"`
	Violations json.RawMessage `json:"violations"`
	Payload    json.RawMessage `json:"payload"`
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func main() {
	folder := os.Args[1]
	read := func(path string) []byte {
		content, err := os.ReadFile(filepath.Join(folder, path))
		check(err)
		return content
	}
	var lock struct {
		Options struct{ Profile, Draft string }
	}
	check(json.Unmarshal(read("junction-webhooks.lock.json"), &lock))
	var index struct {
		Payloads []entry
		Rules    []string
	}
	check(json.Unmarshal(read("fixtures/index.json"), &index))
	cases := index.Payloads
	for at := range cases {
		cases[at].Payload = read(cases[at].File)
	}
	for _, path := range index.Rules {
		for _, line := range strings.Split(strings.TrimSpace(string(read(path))), "\n") {
			var rule entry
			check(json.Unmarshal([]byte(line), &rule))
			cases = append(cases, rule)
		}
	}
	validators := map[string]*gojsonschema.Schema{}
	differing := 0
	for _, each := range cases {
		if validators[each.Schema] == nil {
			path, within, _ := strings.Cut(each.Schema, "#")
			var schema map[string]any
			check(json.Unmarshal(read(path), &schema))
			if within != "" {
				delete(schema, "oneOf")
				schema["allOf"] = []any{map[string]any{"$ref": "#" + within}}
			}
			compiled, err := gojsonschema.NewSchema(gojsonschema.NewGoLoader(schema))
			check(err)
			validators[each.Schema] = compiled
		}
		result, err := validators[each.Schema].Validate(gojsonschema.NewBytesLoader(each.Payload))
		check(err)
		expected := map[string]bool{"strict": each.Strict, "tolerant": each.Tolerant}[lock.Options.Profile]
		if result.Valid() != expected {
			differing++
			fmt.Printf("gojsonschema: not as expected: %s %s\n", each.File, each.Violations)
		}
	}
	fmt.Printf("gojsonschema, %s, draft %s: %d payloads, %d other verdicts\n",
		lock.Options.Profile, lock.Options.Draft, len(cases), differing)
	if differing > 0 || len(cases) == 0 {
		os.Exit(1)
	}
}
