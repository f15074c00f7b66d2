// Parses payloads with generated types, writes them again, and says what was lost: parse PAYLOADS [keeps-unknown].
// `events` is written by try_clients: a function per event type that makes an empty event.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// lost returns the first place whose value is not the same in what was written again, or "".
func lost(original, again any, path string, keepsUnknown bool) string {
	switch before := original.(type) {
	case map[string]any:
		after, _ := again.(map[string]any)
		for name, value := range before {
			// Types that drop unknown properties write all that they know, so what is absent is unknown to them.
			if _, isWritten := after[name]; value == nil || (!isWritten && !keepsUnknown) {
				continue
			}
			if found := lost(value, after[name], path+"/"+name, keepsUnknown); found != "" {
				return found
			}
		}
	case []any:
		after, _ := again.([]any)
		if len(before) != len(after) {
			return path
		}
		for index := range before {
			if found := lost(before[index], after[index], fmt.Sprint(path, "/", index), keepsUnknown); found != "" {
				return found
			}
		}
	case string:
		after, _ := again.(string)
		one, err := time.Parse(time.RFC3339, before)
		other, err2 := time.Parse(time.RFC3339, after)
		if before != after && !(err == nil && err2 == nil && one.Equal(other)) {
			return path
		}
	default:
		if original != again {
			return path
		}
	}
	return ""
}

func fail(file string, what any) {
	fmt.Println(file, what)
	os.Exit(1)
}

func main() {
	keepsUnknown := len(os.Args) > 2
	parsed := 0
	for eventType, empty := range events {
		files, _ := filepath.Glob(filepath.Join(os.Args[1], eventType, "*.json"))
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				fail(file, err)
			}
			event := empty()
			if err := json.Unmarshal(content, event); err != nil {
				fail(file, err)
			}
			written, err := json.Marshal(event)
			if err != nil {
				fail(file, err)
			}
			var original, again any
			json.Unmarshal(content, &original)
			json.Unmarshal(written, &again)
			if place := lost(original, again, "", keepsUnknown); place != "" {
				fail(file, "lost "+place)
			}
			parsed++
		}
	}
	fmt.Println(parsed)
}
