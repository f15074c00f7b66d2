// Verifies and validates Junction's webhooks.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/xeipuuv/gojsonschema"
)

// Verify returns an error unless one of the secrets signed the body within the last five minutes.
func Verify(body []byte, headers http.Header, secrets ...string) error {
	id, timestamp := headers.Get("svix-id"), headers.Get("svix-timestamp")
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil {
		return errors.New("a header is missing or malformed")
	}
	if age := time.Since(time.Unix(seconds, 0)); age > 5*time.Minute || age < -5*time.Minute {
		return errors.New("the timestamp is too far away")
	}
	for _, secret := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil || len(key) == 0 {
			return errors.New("a secret is malformed")
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + timestamp + "."))
		mac.Write(body)
		expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		for _, given := range strings.Fields(headers.Get("svix-signature")) {
			if hmac.Equal([]byte(given), []byte(expected)) {
				return nil
			}
		}
	}
	return errors.New("no signature matches")
}

// LoadSchemas compiles the schemas of a vendored folder. Their names are the event types.
func LoadSchemas(folder string) (map[string]*gojsonschema.Schema, error) {
	paths, err := filepath.Glob(filepath.Join(folder, "schemas", "labtest.*.json"))
	schemas := map[string]*gojsonschema.Schema{}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		if schemas[name], err = gojsonschema.NewSchema(gojsonschema.NewBytesLoader(content)); err != nil {
			return nil, err
		}
	}
	return schemas, err
}

// Validate returns what is wrong with a payload; nothing if it conforms.
func Validate(schema *gojsonschema.Schema, body []byte) ([]gojsonschema.ResultError, error) {
	result, err := schema.Validate(gojsonschema.NewBytesLoader(body))
	if err != nil {
		return nil, err // not JSON
	}
	return result.Errors(), nil
}
